"""`modelyard worker` as a process, and the workers that `modelyard serve` keeps."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from run_yard import eventually, is_alive

from modelyard.db import Database, open_database
from modelyard.db.migrate import migrate
from modelyard.runs.identity import own_identity
from modelyard.runs.store_instances import Instance, Instances

pytestmark = pytest.mark.server
NOWHERE = "postgresql://somebody:secret@127.0.0.1:1/yard"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("MODELYARD_STATE", str(folder))
    return folder


@pytest.fixture
def database(state: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{state}/modelyard.db")
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "yard"
    made.mkdir()
    (made / "modelyard.toml").write_text("")
    return made


def started(said: Path, *arguments: object, **environ: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "modelyard", *map(str, arguments)]
    with said.open("w") as file:
        return subprocess.Popen(command, env=os.environ | environ, stdout=file, stderr=file)


def living(database: Database) -> list[Instance]:
    return [each for each in Instances(database).all() if each.left_at is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_worker_works_until_it_is_told_to_end(
    folder: Path, database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    said = tmp_path / "said"
    process = started(said, "worker", folder)
    try:
        eventually(lambda: living(database))
        assert living(database)[0].pid == process.pid
        process.send_signal(number)
        assert process.wait(10) == 0
    finally:
        process.kill()
    assert said.read_text() == f"Runs of {folder.name} are done here. Ctrl-C stops the worker.\n"
    assert living(database) == []


def test_a_worker_that_cannot_reach_its_database_says_so_and_waits(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    process = started(said, "worker", folder, MODELYARD_DATABASE_URL=NOWHERE)
    try:
        eventually(lambda: "Trying again" in said.read_text())
        assert process.poll() is None
        assert "Postgres yard on 127.0.0.1" in said.read_text()
        assert "secret" not in said.read_text()
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
    assert len(said.read_text().splitlines()) == 1


def test_a_worker_refuses_a_file_that_another_machine_works_with(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    there = replace(own_identity(), id="there", machine="another", host="far.example")
    Instances(database).join(there, "worker", datetime.now(UTC))
    said = tmp_path / "said"
    process = started(said, "worker", folder)
    try:
        while process.poll() is None:
            Instances(database).beat("there", datetime.now(UTC))
            time.sleep(0.1)
    finally:
        process.kill()
    assert process.returncode == 1
    [line] = said.read_text().splitlines()[-1:]
    assert line.startswith("Error: ")
    assert "the machine far.example works with" in line
    assert "MODELYARD_DATABASE_URL" in line


def test_serve_starts_another_worker_where_one_ends_and_takes_all_with_it(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    serve = started(said, "serve", folder, "--port", free_port())
    try:
        eventually(lambda: living(database))
        first = living(database)[0].pid
        os.kill(first, signal.SIGKILL)
        eventually(lambda: {each.pid for each in living(database)} - {first})
        assert "A worker for runs ended (-9); another begins." in said.read_text()
        second = next(each.pid for each in living(database) if each.pid != first)
        serve.terminate()
        assert serve.wait(15) == 0
        assert not is_alive(second)
        assert second not in {each.pid for each in living(database)}
    finally:
        serve.kill()


def test_a_worker_of_serve_ends_by_itself_where_serve_is_killed(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    serve = started(tmp_path / "said", "serve", folder, "--port", free_port())
    try:
        eventually(lambda: living(database))
        worker = living(database)[0].pid
    finally:
        serve.kill()
    eventually(lambda: not is_alive(worker), 15)
    assert living(database) == []


def test_serve_starts_no_worker_where_none_is_wanted(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    port = free_port()
    serve = started(tmp_path / "said", "serve", folder, "--port", port, MODELYARD_RUN_WORKERS="0")
    try:
        eventually(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
        time.sleep(1)
        assert Instances(database).all() == []
    finally:
        serve.terminate()
        serve.wait(15)
