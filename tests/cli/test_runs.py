"""`modelyard runs`: long work from the terminal, with a worker that does it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from run_worker import run_worker
from run_yard import eventually

from modelyard.cli.main import modelyard

pytestmark = pytest.mark.server
Runs = Callable[..., Result]
NOBODY = "No worker is there"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("yard")
    (made / "table.csv").write_text("a,b\n1,2\n3,4\n")
    (made / "modelyard.toml").write_text('[datasets.table]\nsource = "table.csv"\n')
    return made


@pytest.fixture(scope="module")
def worked(folder: Path) -> Iterator[Path]:
    """The workspace with a worker."""
    with run_worker(folder, folder / ".modelyard"):
        eventually(lambda: NOBODY not in ask(folder, "start", "echo", "--wait").stderr)
        yield folder


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(modelyard, ["runs", *arguments, "--workspace", str(folder)])


def content(folder: Path, *arguments: str) -> Any:
    done = ask(folder, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_run_is_started_awaited_listed_shown_and_told_of(worked: Path) -> None:
    done = ask(worked, "start", "echo", "text=hello", "--wait")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["Echo hello", "succeeded"]
    [run] = content(worked, "list", "--limit", "1")["runs"]
    assert (run["title"], run["state"]) == ("Echo hello", "succeeded")
    assert run["id"] in ask(worked, "list", "--state", "succeeded", "--kind", "echo").stdout
    shown = content(worked, "show", run["id"])
    assert shown["request"] == {"text": "hello", "seconds": 0.0}
    assert shown["passport"]["result"]["sha256"]
    assert "started by: command line" in ask(worked, "show", run["id"]).stdout
    told = [event["kind"] for event in content(worked, "logs", run["id"])["events"]]
    assert (told[0], told[-1]) == ("start", "completed")
    assert "completed" in ask(worked, "logs", run["id"]).stdout
    assert json.loads(ask(worked, "result", run["id"]).stdout)["text"] == "hello"


def test_a_run_is_cancelled_and_asked_for_again(worked: Path) -> None:
    run = content(worked, "start", "echo", "seconds=60")
    assert run["state"] in {"queued", "running"}
    content(worked, "cancel", run["id"])
    waited = ask(worked, "wait", run["id"])
    assert waited.exit_code == 1
    assert "cancelled" in waited.stdout
    again = content(worked, "retry", run["id"])
    assert again["retry_of"] == run["id"]
    content(worked, "cancel", again["id"])


def test_what_is_not_there_ends_the_command_with_1(worked: Path) -> None:
    (worked / "table.csv").rename(worked / "away.csv")
    try:
        refused = ask(worked, "start", "statistics", "dataset=table", "--wait")
    finally:
        (worked / "away.csv").rename(worked / "table.csv")
    assert refused.exit_code == 1
    assert "table" in refused.output


def test_the_same_key_gives_the_same_run(worked: Path) -> None:
    first, second = (content(worked, "start", "echo", "--key", "one") for _ in range(2))
    assert first["id"] == second["id"]
    other = ask(worked, "start", "echo", "text=other", "--key", "one")
    assert other.exit_code == 1
    assert "was used for another request" in other.stderr


def test_who_waits_where_no_worker_is_there_is_told_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "modelyard", "runs", "start", "echo", "--wait"]
    log = tmp_path / "said"
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=tmp_path, stderr=file, stdout=file, env=dict(os.environ)
        )
    try:
        eventually(lambda: NOBODY in log.read_text())
        assert process.poll() is None
        assert "modelyard worker" in log.read_text()
        assert "MODELYARD_RUN_WORKERS" in log.read_text()
    finally:
        process.kill()
        process.wait()


def test_schedules_are_listed_with_what_keeps_them_back(folder: Path) -> None:
    nothing = ask(folder, "schedules")
    assert "Nothing starts by the clock" in nothing.stdout
    file = folder / "modelyard.toml"
    before = file.read_text()
    file.write_text(
        before
        + '[schedules.daily]\ncron = "0 6 * * *"\nrun = "echo"\nrequest = { text = "x" }\n'
        + '[schedules.faulty]\ncron = "61 * * * *"\nrun = "echo"\n'
    )
    try:
        shown = ask(folder, "schedules").stdout
        assert "daily" in shown
        assert "06:00:00 UTC" in shown
        assert "Fault: schedules.faulty.cron: '61 * * * *' is never due" in shown
        daily, faulty = content(folder, "schedules")["schedules"]
    finally:
        file.write_text(before)
    assert daily["due_at"].endswith("T06:00:00Z")
    assert (daily["title"], daily["last_run"], daily["fault"]) == ("Echo x", None, None)
    assert (faulty["due_at"], faulty["fault"]["where"]) == (None, "cron")


def test_what_cannot_be_asked_is_refused_in_words(folder: Path) -> None:
    for arguments, words in (
        (("start", "ecko"), "Did you mean 'echo'?"),
        (("start", "echo", "text"), "is not FIELD=VALUE"),
        (("show", "nothing"), "run nothing: is not here."),
        (("list", "--state", "sleeping"), "Known: queued, running"),
    ):
        done = ask(folder, *arguments)
        assert done.exit_code == 1
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
