"""`modelyard serve` as a process."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from modelyard.cli.server import GRACE_S

pytestmark = pytest.mark.server
PATIENCE_S = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "modelyard", "serve", *map(str, arguments)]


def refused(*arguments: object, **environment: str) -> str:
    """Run `serve`, which must end at once with one sentence, and give that."""
    done = subprocess.run(
        command(*arguments),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=os.environ | environment,
    )
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.removeprefix("Error: ").rstrip()


def hang_up_ends_it() -> None:
    """Have a closed terminal end the program, also where the tests run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@contextmanager
def served(*arguments: object) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hang_up_ends_it,  # noqa: PLW1509 (before any thread is started)
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def get(process: "subprocess.Popen[str]", url: str) -> bytes:
    """Ask until there is an answer."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                content: bytes = answer.read()
                return content
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise AssertionError(f"no answer from {url}")


def stop(process: "subprocess.Popen[str]", number: int) -> tuple[str, str]:
    """Stop as Ctrl-C does, which reaches the workers too, or as a supervisor does."""
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    return process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_workspace_is_served_until_it_is_stopped(yard, number):
    port = free_port()
    with served(yard, "--port", port, "--workers", 2) as process:
        document = json.loads(get(process, f"http://127.0.0.1:{port}/api/v1/datasets"))
        asked_at = time.monotonic()
        output, errors = stop(process, number)
    assert time.monotonic() - asked_at < GRACE_S
    assert [dataset["name"] for dataset in document["datasets"]] == ["delays", "big"]
    assert process.returncode == 0
    assert errors == ""
    link = re.search(rf"    http://localhost:{port}/welcome/[\w-]{{43}}\n", output)
    assert link, output
    assert output.replace(link[0], "") == (
        f"Test yard\n  2 datasets at http://localhost:{port}\n"
        "  It is open to you at this computer: there are no users yet."
        " This link makes the owner, once:\n"
        "  Ctrl-C stops the service.\n"
    )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_it_can_be_stopped_while_it_starts(yard, number):
    with served(yard, "--port", free_port(), "--workers", 2) as process:
        assert process.stdout.readline() == "Test yard\n"
        asked_at = time.monotonic()
        _, errors = stop(process, number)
    assert process.returncode == 0
    assert errors == ""
    assert time.monotonic() - asked_at < GRACE_S


def test_the_environment_sets_what_no_option_does(yard, monkeypatch):
    port = free_port()
    monkeypatch.setenv("MODELYARD_WORKSPACE", str(yard))
    monkeypatch.setenv("MODELYARD_PORT", "1")
    with served("--host", "localhost", "--port", port) as process:
        assert get(process, f"http://127.0.0.1:{port}/health/live")
        stop(process, signal.SIGTERM)
    assert process.returncode == 0


def test_an_empty_folder_is_served_and_says_what_to_do(tmp_path):
    port = free_port()
    with served(tmp_path, "--port", port) as process:
        get(process, f"http://127.0.0.1:{port}/health/live")
        output, _ = stop(process, signal.SIGTERM)
    assert "Put Parquet or CSV files into the folder" in output


def test_a_fault_in_a_section_keeps_no_other_dataset_from_being_served(yard):
    port = free_port()
    with (yard / "modelyard.toml").open("a") as file:
        file.write('\n[datasets.out]\nsource = "../out.csv"\n')
    with served(yard, "--port", port) as process:
        get(process, f"http://127.0.0.1:{port}/health/live")
        output, _ = stop(process, signal.SIGTERM)
    assert "2 datasets at" in output
    assert "1 fault in modelyard.toml: see modelyard check" in output


def test_a_taken_port_is_one_sentence(yard):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        words = refused(yard, "--port", port)
    assert words.startswith(
        f"port {port}: is in use by another program. "
        f"Stop it, or choose another: modelyard serve {yard} --port "
    )


def test_an_address_for_others_is_refused_without_public(yard):
    words = refused(yard, "--host", "0.0.0.0")
    assert words == (
        "host 0.0.0.0: everybody who can reach this address could read the data, "
        "and there are no users yet. Make one with modelyard users add you@example.com "
        f"--role owner -w {yard}; or say --public, if everybody may read it."
    )
    assert refused(yard, MODELYARD_HOST="0.0.0.0") == words


def test_a_missing_folder_a_bad_file_and_a_bad_setting_are_one_sentence(tmp_path):
    assert "there is no such folder" in refused(tmp_path / "nowhere")
    assert refused(tmp_path, MODELYARD_PORT="many") == "MODELYARD_PORT: 'many' is not a number."
    (tmp_path / "modelyard.toml").write_text('[workspace]\nnmae = "x"\n')
    assert refused(tmp_path) == (
        "modelyard.toml, line 2, workspace.nmae: unknown key. Did you mean 'name'?"
    )


def test_the_parent_process_loads_no_polars(yard):
    code = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from modelyard.cli import address, first_start, run_workers, server, serve\n"
        "from modelyard import wiring\n"
        "from modelyard.settings import from_environment\n"
        "import granian.server\n"
        f"services = wiring.open_folder({str(yard)!r})\n"
        "people = first_start.open_for_people(services)\n"
        "serve._welcome(services, 'http://localhost', people)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stdout.split()) & {"polars", "numpy", "flask", "rich", "sklearn"}


def test_a_service_that_is_about_to_stop_says_so_and_still_answers(yard, monkeypatch):
    monkeypatch.setenv("MODELYARD_DRAIN_S", "2")
    port = free_port()
    ready, live = (f"http://127.0.0.1:{port}/health/{word}" for word in ("ready", "live"))
    with served(yard, "--port", port, "--workers", 2) as process:
        get(process, ready)
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        status = 200
        while status == 200 and time.monotonic() < deadline:
            try:
                status = urllib.request.urlopen(ready, timeout=5).status
            except urllib.error.HTTPError as refused:
                status = refused.code
        assert status == 503
        assert json.loads(get(process, live)) == {"status": "live"}
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_a_second_signal_ends_it_without_waiting(yard, monkeypatch):
    monkeypatch.setenv("MODELYARD_DRAIN_S", "60")
    port = free_port()
    with served(yard, "--port", port) as process:
        get(process, f"http://127.0.0.1:{port}/health/live")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_an_address_for_others_without_users_may_be_closed_until_the_owner_comes(yard, monkeypatch):
    monkeypatch.setenv("MODELYARD_INVITE_OWNER", "true")
    port = free_port()
    with served(yard, "--port", port, "--host", "0.0.0.0") as process:
        get(process, f"http://127.0.0.1:{port}/health/ready")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/datasets", timeout=5)
        assert refused.value.code == 401
        output, _ = stop(process, signal.SIGTERM)
    assert "It is open to nobody" in output
    assert "/welcome/" in output
