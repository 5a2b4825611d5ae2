"""Work in child processes: once per key, a few at a time, and every end is known."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelyard.errors import Denied, Unavailable
from modelyard.runs.child_state import ChildState, failed, find_state, write_state
from modelyard.runs.children import Children
from modelyard.runs.fault import fault_of
from modelyard.runs.lock import held, is_held

CHILD = """
import pathlib, sys, time
words = sys.stdin.readline().split()
with open(words[0], "a") as log: log.write("started ")
{body}
"""
BODIES = {
    "sleep": "time.sleep(60)",
    "crash": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "error": "sys.exit(1)",
    "quick": "pass",
}
Make = Callable[..., Children]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make children that do one of the bodies; all end with the test."""
    made: list[Children] = []

    def children(body: str, most: int = 2, timeout_s: float = 30) -> Children:
        argv = (sys.executable, "-c", CHILD.format(body=BODIES[body]))
        made.append(Children(tmp_path / "runs", argv, dict(os.environ), most, timeout_s))
        return made[-1]

    yield children
    for each in made:
        each.stop()


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not seen():
        assert time.monotonic() < deadline, "it did not happen in 15 seconds"
        time.sleep(0.02)


def failure(children: Children, key: str) -> str:
    """Wait for the work to fail, and give the reason."""
    until(
        lambda: (
            (find_state(children.state_path(key)) or ChildState(state="queued")).state == "failed"
        )
    )
    run = children.ensure(key, b"")
    assert run.fault is not None
    return run.fault.why


def test_the_same_work_is_started_once(make: Make, tmp_path: Path) -> None:
    children, log = make("sleep"), tmp_path / "log"
    for _ in range(5):
        assert children.ensure("one-1", str(log).encode()).state == "running"
    until(log.exists)
    time.sleep(0.2)
    assert log.read_text() == "started "


def test_no_more_than_the_stated_number_work_at_a_time(make: Make, tmp_path: Path) -> None:
    children, log = make("sleep", most=2), str(tmp_path / "log").encode()
    states = [children.ensure(f"key-{number}", log).state for number in range(5)]
    assert states == ["running", "running", "queued", "queued", "queued"]


def test_guests_leave_a_place_to_those_who_may_start_work(make: Make, tmp_path: Path) -> None:
    children = make("sleep", most=2)
    log = str(tmp_path / "log").encode()
    guests = [children.ensure(f"guest-{n}", log, reserved=1).state for n in range(3)]
    assert guests == ["running", "queued", "queued"]
    assert children.ensure("known-1", log).state == "running"
    assert make("sleep", most=1).ensure("alone-1", log, reserved=1).state == "running"


def test_another_process_at_the_same_work_is_waited_for(make: Make, tmp_path: Path) -> None:
    children, log = make("quick"), tmp_path / "log"
    children.folder.mkdir()
    with held(children.lock_path("one-1")) as mine:
        assert mine
        assert children.ensure("one-1", str(log).encode()).state == "running"
        time.sleep(0.3)
        assert not log.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("crash", "crashed (signal 11)"),
        ("killed", "not enough memory"),
        ("error", "the server's log"),
    ],
)
def test_a_dead_child_is_told_in_plain_words(
    make: Make, tmp_path: Path, body: str, words: str
) -> None:
    children = make(body)
    children.ensure("statistics-1", str(tmp_path / "log").encode())
    assert words in failure(children, "statistics-1")


def test_work_that_takes_too_long_is_stopped(make: Make, tmp_path: Path) -> None:
    children = make("sleep", timeout_s=0.5)
    children.ensure("outliers-1", str(tmp_path / "log").encode())
    assert "0.5 seconds" in failure(children, "outliers-1")
    until(lambda: not children._alive)


def test_failed_work_is_not_tried_again_at_once(make: Make, tmp_path: Path) -> None:
    children, log = make("error"), tmp_path / "log"
    children.ensure("one-1", str(log).encode())
    failure(children, "one-1")
    children.ensure("one-1", str(log).encode())
    time.sleep(0.3)
    assert log.read_text() == "started "


def test_failed_work_is_tried_again_later(make: Make, tmp_path: Path) -> None:
    children, log = make("quick"), tmp_path / "log"
    children.folder.mkdir()
    old = failed(fault_of(Unavailable("a", "b")))
    write_state(
        children.state_path("one-1"), ChildState(state="failed", at=old.at - 60, fault=old.fault)
    )
    assert children.ensure("one-1", str(log).encode()).state == "running"
    until(log.exists)


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path) as first, held(path) as second:
        assert (first, second) == (True, False)
        assert is_held(path)
    assert not is_held(path)


def test_a_fault_comes_back_as_the_error_that_it_was() -> None:
    error = fault_of(Denied("the door", "is shut.", "Knock.")).to_error()
    assert isinstance(error, Denied)
    assert str(error) == "the door: is shut. Knock."


def test_a_state_file_that_is_half_written_is_no_state(tmp_path: Path) -> None:
    (tmp_path / "x").write_text('{"state": "runn')
    assert find_state(tmp_path / "x") is None
