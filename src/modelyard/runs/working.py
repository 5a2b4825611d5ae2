"""A process that works until it is told to stop."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.runs.child import Child
from modelyard.runs.pace import Limits, Pace
from modelyard.runs.performing import Performer
from modelyard.runs.runs import Runs
from modelyard.runs.schedules import Schedules
from modelyard.runs.slots import Slots
from modelyard.runs.worker import TakenForDead, Worker, claims_for
from modelyard.workspace.config import ScheduleConfig

log = logging.getLogger(__name__)
LOOK_AT_PARENT_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """What a worker has around it."""

    workspace: str
    folder: Path
    """For the files of runs while they are done."""
    child: tuple[str, ...]
    """The command of the process that does heavy runs."""
    environ: Mapping[str, str]
    """The environment of that process: without secrets."""
    schedules: Callable[[], Mapping[str, ScheduleConfig]] = dict
    pace: Pace = field(default_factory=Pace)
    limits: Limits = field(default_factory=Limits)


def make_worker(runs: Runs, place: Workplace) -> Worker:
    """Join the parts of a worker."""
    identity, claims = claims_for(runs.database)
    performer = Performer(
        claims=claims,
        kinds=runs.kinds,
        blobs=runs.blobs,
        child=Child(place.child, place.environ),
        workspace=place.workspace,
        folder=place.folder,
        clock=runs.clock,
        pace=place.pace,
        limits=place.limits,
        slots=Slots(place.limits),
    )
    schedules = Schedules(place.schedules)
    return Worker(runs, performer, identity, place.pace, place.limits, schedules)


def work_until_stopped(
    runs: Runs,
    place: Workplace,
    parent: int | None = None,
    at_end: Callable[[], None] = lambda: None,
) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is gone; ends the process.

    `at_end` is called before that. A worker that stood still for so long that the others took over
    its runs begins anew.
    """
    worker = make_worker(runs, place)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if parent is not None:
        threading.Thread(target=_stop_without, args=(parent, worker), daemon=True).start()
    try:
        worker.run()
    except TakenForDead:
        log.warning("this worker stood still and was taken for dead: it begins anew")
        time.sleep(place.pace.beat_s)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (ourselves)
    at_end()
    os._exit(0)


def _stop_without(parent: int, worker: Worker) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_AT_PARENT_S)
    worker.stop()
