"""Counting in this process: a millionth of a second per request, and it never raises."""

import logging
import os
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelyard.metrics.bounds import LabelBounds
from modelyard.metrics.families import (
    BOUNDS_S,
    IN_FLIGHT,
    LABELS,
    OTHER,
    REQUEST,
    ROWS,
    RUN,
    RUNS_AT_WORK,
    WRONG,
    Counts,
    Key,
    length_of,
)
from modelyard.metrics.sheet import Series, Sheet, open_sheet

log = logging.getLogger(__name__)
MOST_SERIES = 4000
"""Of one process; what comes later is counted under `other`."""
LONGEST_S = 1e6


def _sheet_in(folder: Path | None) -> Sheet:
    if folder is None:
        return Sheet(None, None)
    try:
        return open_sheet(folder)
    except OSError as error:
        log.warning("metrics: %s: this process counts in memory.", error)
        return Sheet(None, None)


class Recorder:
    """The counts of this process, in a sheet of a folder, or in memory alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.known: dict[Key, Series] = {}
        """Series by the labels as they were given."""
        self._series: dict[Key, Series] = {}
        self._bounds = LabelBounds()
        self.sheet = _sheet_in(folder)
        self.in_flight = self.sheet.add((IN_FLIGHT,), 1)

    def find(self, family: str, values: tuple[str, ...]) -> Series:
        """Give the series of these labels; it is made where it is new.

        Labels that are too many lead to a series that many share, and are not remembered.
        """
        with self.lock:
            bounded = (family, *self._bounds.within(LABELS[family], values))
            if bounded not in self._series and len(self._series) >= MOST_SERIES:
                bounded = (family, *(OTHER for _ in values))
            series = self._series.get(bounded)
            if series is None:
                series = self._series[bounded] = self._added(bounded)
            if bounded[1:] == values:
                self.known[(family, *values)] = series
            return series

    def counts(self) -> Counts:
        """Give what this process has counted so far."""
        with self.lock:
            return {key: list(series) for key, series in self._series.items()} | {
                (IN_FLIGHT,): list(self.in_flight)
            }

    def come_back(self) -> None:
        """Count into a new file where somebody removed the old one; nothing counted is lost."""
        if self.folder is None or self.sheet.is_there:
            return
        with self.lock:
            counted = {key: list(series) for key, series in self._series.items()}
            flying = self.in_flight[0]
            self.sheet = _sheet_in(self.folder)
            self.in_flight = self.sheet.add((IN_FLIGHT,), 1)
            self.in_flight[0] = flying
            self.known.clear()
            for key, numbers in counted.items():
                self._series[key] = series = self._added(key)
                series[:] = memoryview(array("d", numbers))

    def _added(self, key: Key) -> Series:
        length = length_of(key[0])
        try:
            return self.sheet.add(key, length)
        except OSError as error:
            log.warning("metrics: %s: the rest is counted in memory.", error)
            self.sheet = Sheet(None, None)
            return self.sheet.add(key, length)


class Present:
    """Holds what counts in this process now."""

    recorder = Recorder()


_present = Present()


def count_into(folder: Path) -> None:
    """Count into a folder that all processes of this service share, from now on."""
    before = _present.recorder
    if before.folder != folder:
        _present.recorder = Recorder(folder)
        before.sheet.drop()


def own_recorder() -> Recorder:
    """Give what counts in this process."""
    return _present.recorder


def own_counts() -> Counts:
    """Give what this process has counted so far."""
    return _present.recorder.counts()


def observe(  # noqa: PLR0913 (the labels of one request)
    route: str,
    method: str,
    status: int,
    seconds: float,
    *,
    model: str = "",
    version: str = "",
    protocol: str = "",
) -> None:
    """Count a request that was answered.

    `route` is the rule of the address, such as `/api/v1/runs/<id>`, never the address itself.
    """
    try:
        recorder = _present.recorder
        key = (REQUEST, route, method, str(status), model, version, protocol)
        series = recorder.known.get(key)
        if series is None:
            series = recorder.find(REQUEST, key[1:])
        if not 0.0 <= seconds < LONGEST_S:
            seconds = 0.0
        step = bisect_left(BOUNDS_S, seconds) + 1
        with recorder.lock:
            series[0] += seconds
            series[step] += 1.0
    except Exception:
        log.exception("metrics: a request was not counted")


def arrive() -> None:
    """Count a request that has come and is not answered yet."""
    recorder = _present.recorder
    with recorder.lock:
        recorder.in_flight[0] += 1.0


def leave() -> None:
    """Count a request as answered, or given up."""
    recorder = _present.recorder
    with recorder.lock:
        recorder.in_flight[0] = max(0.0, recorder.in_flight[0] - 1.0)


@contextmanager
def run_at_work() -> Iterator[None]:
    """Count a run as at work while the block lasts."""
    _at_work(1.0)
    try:
        yield
    finally:
        _at_work(-1.0)


def _at_work(more: float) -> None:
    recorder = _present.recorder
    series = recorder.find(RUNS_AT_WORK, ())
    with recorder.lock:
        series[0] = max(0.0, series[0] + more)


def count_predictions(rows: int, *, model: str, version: str, protocol: str) -> None:
    """Count the rows that a model answered."""
    _add(ROWS, (model, version, protocol), float(rows))


def count_wrong_answer(function: str) -> None:
    """Count an answer of a function that breaks its document."""
    _add(WRONG, (function,), 1.0)


def count_run(kind: str, state: str, seconds: float) -> None:
    """Count a run that ended in `state` after so many seconds of work."""
    try:
        recorder = _present.recorder
        series = recorder.known.get((RUN, kind, state)) or recorder.find(RUN, (kind, state))
        lasted = seconds if 0.0 <= seconds < 100 * LONGEST_S else 0.0
        with recorder.lock:
            series[0] += lasted
            series[bisect_left(BOUNDS_S, lasted) + 1] += 1.0
    except Exception:
        log.exception("metrics: a run was not counted")


def _add(family: str, values: tuple[str, ...], number: float) -> None:
    try:
        recorder = _present.recorder
        series = recorder.known.get((family, *values)) or recorder.find(family, values)
        with recorder.lock:
            series[0] += number
    except Exception:
        log.exception("metrics: %s was not counted", family)


def _begin_anew() -> None:
    """Count on in a file of one's own, in a process that was forked."""
    _present.recorder.sheet.drop()
    _present.recorder = Recorder(_present.recorder.folder)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
