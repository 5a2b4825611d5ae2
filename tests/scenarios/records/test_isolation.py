"""Models that hang, end the process, eat memory or change: who asks is told, others are served."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from record_workers import asking_for

from modelyard.errors import Conflict, Invalid, Unavailable
from modelyard.scenarios.asked import Question
from modelyard.scenarios.asking import Asking, Bounds, Hearing, Stopped
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.shelf import Shelf

WILD = """
import os, sys, time
from modelyard.whatif import *
from typing import Annotated, Literal

kept = []


@what_if
def wild(
    deed: Annotated[Literal["none", "hang", "exit", "die", "memory", "raise", "print", "recurse"],
                    Choice("none", "hang", "exit", "die", "memory", "raise", "print", "recurse")]
    = "none",
) -> Annotated[int, Integer()]:
    if deed == "hang":
        while True:
            pass
    if deed == "exit":
        sys.exit(3)
    if deed == "die":
        os._exit(7)
    if deed == "memory":
        while True:
            kept.append(bytearray(1024 * 1024))
    if deed == "raise":
        raise KeyboardInterrupt
    if deed == "print":
        print("A" * 100_000)
        os.write(1, b"not an answer")
        return len(sys.stdin.read())
    if deed == "recurse":
        return wild("recurse")
    return os.getpid()
"""
SPEC = Spec(name="wild", file="scenarios/wild.py")


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("wild")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "wild.py").write_text(WILD)
    asking = asking_for(folder, Bounds(timeout_s=3, memory_mib=300, at_once=2))
    yield asking
    asking.stop()


def ask(asking: Asking, deed: str = "none", **more: object) -> int:
    asked = Question(verb="run", spec=SPEC, given={"deed": deed})
    return int(asking.ask(asked, **more)[0]["outputs"]["result"])


@pytest.mark.parametrize(
    ("deed", "kind", "words"),
    [
        ("hang", Unavailable, "did not finish within 3 seconds"),
        ("exit", Unavailable, "ends the process, which a model may not"),
        ("die", Unavailable, "ended the process that worked it out"),
        ("memory", Unavailable, "memory"),
        ("raise", Unavailable, "KeyboardInterrupt"),
        ("recurse", Invalid, "calls itself too deeply"),
    ],
)
def test_a_model_that_misbehaves_is_named_and_the_next_one_is_served(wild, deed, kind, words):
    with pytest.raises(kind, match=words) as fault:
        ask(wild, deed)
    assert "wild" in fault.value.where
    assert ask(wild) > 0


def test_what_a_model_prints_is_no_answer_and_it_reads_nothing(wild):
    assert ask(wild, "print") == 0


def test_who_does_not_want_the_answer_any_more_stops_the_work(wild):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Stopped):
        ask(wild, "hang", hearing=Hearing(is_stopped=stop.is_set, timeout_s=60))


def test_a_model_that_hangs_leaves_a_worker_for_the_others(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("wild", "tame"):
        text = WILD.replace("def wild", f"def {name}").replace("return wild", f"return {name}")
        (tmp_path / "scenarios" / f"{name}.py").write_text(text)
    asking = asking_for(tmp_path, Bounds(timeout_s=20, at_once=2, patience_s=0.2))
    stop = threading.Event()
    hearing = Hearing(is_stopped=stop.is_set)

    def hang() -> None:
        with contextlib.suppress(Stopped):
            ask(asking, "hang", hearing=hearing)

    hanging = threading.Thread(target=hang)
    hanging.start()
    try:
        time.sleep(0.5)
        with pytest.raises(Unavailable, match="too many questions"):
            ask(asking)
        tame = Question(verb="run", spec=Spec(name="tame", file="scenarios/tame.py"))
        assert asking.ask(tame)[0]["outputs"]["result"] > 0
    finally:
        stop.set()
        hanging.join()
        asking.stop()


def test_workers_are_kept_warm(wild):
    assert ask(wild) == ask(wild)


def test_a_saved_file_counts_at_the_next_question(tmp_path: Path) -> None:
    place = tmp_path / "scenarios"
    place.mkdir()
    (place / "_rates.py").write_text("RATE = 2\n")
    model = """
import sys; sys.path.insert(0, {folder!r})
from _rates import RATE
from modelyard.whatif import *
from typing import Annotated

@what_if
def twice(x: Annotated[int, Integer()] = 1) -> Annotated[int, Integer()]:
    return x * RATE
"""
    (place / "twice.py").write_text(model.format(folder=str(place)))
    asking = asking_for(tmp_path)
    shelf = Shelf(asking)
    asked = Question(verb="run", spec=Spec(name="twice", file="scenarios/twice.py"))
    try:
        assert set(shelf.look().models) == {"twice"}
        assert asking.ask(asked)[0]["outputs"] == {"result": 2}
        (place / "_rates.py").write_text("RATE = 30\n")
        assert asking.ask(asked)[0]["outputs"] == {"result": 30}
        (place / "twice.py").write_text("x = 1 +\n")
        listing = shelf.look()
        assert list(listing.models) == []
        assert str(listing.faults["scenarios/twice.py"]).startswith("scenarios/twice.py, line 1")
        (place / "twice.py").unlink()
        assert shelf.look().faults == {}
    finally:
        asking.stop()


def test_a_file_that_hangs_while_it_is_loaded_keeps_nobody_waiting_for_the_others(
    tmp_path: Path,
) -> None:
    place = tmp_path / "scenarios"
    place.mkdir()
    (place / "hangs.py").write_text("while True: pass\n")
    one = "from modelyard.whatif import *\nfrom typing import Annotated\n@what_if\n"
    one += (
        "def same(x: Annotated[int, Integer()] = 1) -> Annotated[int, Integer()]:\n    return x\n"
    )
    (place / "same.py").write_text(one)
    (place / "same_too.py").write_text(one)
    asking = asking_for(tmp_path)
    shelf = Shelf(asking, load_s=1.5, wait_s=1.0)
    try:
        until = time.monotonic() + 30
        while "still being loaded" in str(listing := shelf.look()) and time.monotonic() < until:
            time.sleep(0.1)
        assert set(listing.models) == {"same"}
        assert "did not finish within" in str(listing.faults["scenarios/hangs.py"])
        assert isinstance(listing.faults["scenarios/same_too.py"], Conflict)
    finally:
        asking.stop()


@pytest.mark.parametrize("file", ["../../etc/passwd", "/etc/passwd.py", "scenarios/../../x.py"])
def test_a_path_out_of_the_folder_names_no_model(wild, file):
    with pytest.raises(Invalid, match="outside the workspace"):
        wild.ask(Question(verb="run", spec=Spec(name="wild", file=file)))
