"""A worker process for the tests, with kinds of its own: `python yard_worker.py URL FOLDER`."""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from modelyard.blobs import open_blobs
from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Invalid, ModelyardError
from modelyard.runs.echo import Echo
from modelyard.runs.kinds import Checked, Context, Kind, Outcome, OutFile
from modelyard.runs.pace import CONNECTIONS, Limits, Pace
from modelyard.runs.pieces import Pieces
from modelyard.runs.runs import open_runs
from modelyard.runs.sharing import Piece, Share, SharedWork, help_with
from modelyard.workspace.parse import parse


def fast() -> Pace:
    """Give a pace for tests, which wait for most of it."""
    return Pace(
        look_s=0.05,
        recovered_s=0.2,
        beat_s=0.2,
        dead_after_s=float(os.environ.get("DEAD_AFTER_S", "20")),
        cancel_s=0.1,
        progress_s=0.05,
        schedule_s=0.1,
        help_s=0.1,
        help_after_s=float(os.environ.get("HELP_AFTER_S", "0.1")),
    )


class TaskRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a task is asked."""

    how: str = ""
    holds: bool = False
    diary: str = ""


@dataclass(frozen=True)
class Task:
    """Does what `how` says, in a process; notes each time in the file `diary`."""

    name: str = "task"
    title: str = "Task"
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = True
    struct: ClassVar[type[msgspec.Struct]] = TaskRequest

    def check(self, request: Mapping[str, Any]) -> Checked:
        return Checked(title="Task", request=dict(request))

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        note(request, f"begin {os.getpid()}")
        context.log("begun")
        deeds = {"raise": _raise, "refuse": _refuse, "exit": _exit, "die": _die, "eat": _eat}
        deeds.get(str(request.get("how", "")), _nothing)()
        while request.get("holds") and not may_go(Path(request["diary"]).parent):
            context.progress(0.5, "holding")
            time.sleep(0.02)
        path = context.folder / "answer.txt"
        path.write_text(f"done by {os.getpid()}")
        note(request, f"end {os.getpid()}")
        return Outcome(
            result=json.dumps({"answer": 42}).encode(),
            files=(OutFile(name="answer.txt", media_type="text/plain", path=path),),
        )


class SpreadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a task of many pieces is asked."""

    diary: str
    pieces: int = 200
    seconds: float = 0.0
    """How long each takes."""


@dataclass(frozen=True)
class Spread:
    """Makes pieces that hold their own number; notes each in the diary."""

    name: str = "spread"
    title: str = "Spread"
    is_quick: ClassVar[bool] = False
    is_repeatable: ClassVar[bool] = True
    struct: ClassVar[type[msgspec.Struct]] = SpreadRequest

    def check(self, request: Mapping[str, Any]) -> Checked:
        return Checked(title="Spread", request=dict(request))

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        shared = SharedWork(self._pieces(request, context), context.folder / "pieces")
        shared.holds.patience_s = 6.0
        made = shared.finish(self._shares(request))
        numbers = [int(path.read_text()) for share in made for path in share]
        return Outcome(result=json.dumps(numbers).encode())

    def help(self, request: Mapping[str, Any], context: Context) -> int:
        kept = self._pieces(request, context)
        return help_with(self._shares(request), kept, context.folder / "pieces")

    def _pieces(self, request: Mapping[str, Any], context: Context) -> Pieces:
        return Pieces(open_blobs(str(Path(request["diary"]).parent / "blobs")), context.run_id)

    def _shares(self, request: Mapping[str, Any]) -> list[Share]:
        return [self._share(request, number) for number in range(request["pieces"])]

    def _share(self, request: Mapping[str, Any], number: int) -> Share:
        def work(path: Path) -> None:
            time.sleep(request["seconds"])
            path.write_text(str(number))
            note(request, f"{number} {os.getpid()}")

        def failed(fault: ModelyardError) -> None:
            raise fault

        return Share(lambda: [Piece(f"{number:04}", f"piece {number}", work)], failed)


def may_go(folder: Path) -> bool:
    """Whether the test lets all tasks go on, or this one."""
    return (folder / "go").exists() or (folder / f"go-{os.getpid()}").exists()


def note(request: Mapping[str, Any], word: str) -> None:
    if request.get("diary"):
        with Path(request["diary"]).open("a") as file:
            file.write(f"{word}\n")


def _nothing() -> None: ...


def _raise() -> None:
    raise ZeroDivisionError("division by zero")


def _refuse() -> None:
    raise Invalid("flights.csv, line 3", "has too many cells.", "Remove one.")


def _exit() -> None:
    os._exit(7)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _eat() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    bytearray(2**32)


def kinds() -> Mapping[str, Kind]:
    return {"echo": Echo(), "task": Task(), "spread": Spread()}


def main(url: str, folder: str) -> None:
    from modelyard.runs.store_claims import Claims
    from modelyard.runs.working import Workplace, work_until_stopped

    if "DIE_BEFORE_FINISH" in os.environ:
        Claims.finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore

    place = Path(folder)
    file = place / "modelyard.toml"
    database = open_database(url, CONNECTIONS)
    migrate(database)
    runs = open_runs(database, kinds, open_blobs(str(place / "blobs")))
    work_until_stopped(
        runs,
        Workplace(
            workspace=folder,
            folder=place / "work",
            child=(sys.executable, str(Path(__file__).with_name("yard_child.py"))),
            environ=dict(os.environ),
            schedules=lambda: parse(file.read_text()).schedules if file.exists() else {},
            pace=fast(),
            limits=Limits(
                heavy=int(os.environ.get("HEAVY", "2")),
                run_s=float(os.environ.get("LIMIT_S", "60")),
            ),
        ),
    )


def begin(url: str, folder: str) -> None:
    """Work, and write down what is said."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    main(url, folder)


if __name__ == "__main__":
    begin(*sys.argv[1:])
