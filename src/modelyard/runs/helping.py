"""A worker that has nothing to do makes pieces of the runs of others, and of its own."""

import contextlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import ModelyardError
from modelyard.private import private_folder
from modelyard.runs.child import ChildRequest
from modelyard.runs.kinds import Shareable
from modelyard.runs.performing import Performer
from modelyard.runs.run import Run

log = logging.getLogger(__name__)
FOLDERS = ("pieces", "holds")


@dataclass
class Help:
    """Pieces of one run that are made here, in a child process."""

    run: Run
    slot: str
    is_ended: threading.Event = field(default_factory=threading.Event)


@dataclass
class Helping:
    """Looks for runs whose pieces can be shared, and helps in places that are free.

    What helps holds no run: where it ends, nothing is lost but the piece that it was at.
    """

    performer: Performer
    after_s: float
    """How long a run must be seen at work before it is helped: most are over by then."""
    _helps: list[Help] = field(default_factory=list)
    _seen: dict[tuple[str, int], float] = field(default_factory=dict)
    _done: set[tuple[str, int]] = field(default_factory=set)

    def look(self, is_waiting: bool) -> None:
        """Begin to help, or end it; `is_waiting` says whether runs wait for a place."""
        names = self._names()
        running = self.performer.claims.running(names) if names else []
        known = {run.id for run in running}
        for each in self._helps:
            if each.run.id not in known:
                each.is_ended.set()
        if is_waiting:
            self._make_room()
            return
        now = time.monotonic()
        self._seen = {_key(run): self._seen.get(_key(run), now) for run in running}
        self._done &= set(self._seen)
        for run in running:
            is_due = now - self._seen[_key(run)] >= self.after_s and _key(run) not in self._done
            if is_due and self.performer.slots.free(False):
                self._begin(run)

    def stop(self) -> None:
        """End all help given here."""
        for each in self._helps:
            each.is_ended.set()

    def _make_room(self) -> None:
        """Give up one place, where none is free."""
        if self._helps and not self.performer.slots.free(False):
            self._helps[-1].is_ended.set()

    def _names(self) -> Collection[str]:
        kinds = self.performer.kinds()
        return [name for name, kind in kinds.items() if isinstance(kind, Shareable)]

    def _begin(self, run: Run) -> None:
        given = Help(run, f"help-{len(self._helps)}-{run.id}")
        self.performer.slots.book(given.slot, False)
        self._helps.append(given)
        threading.Thread(target=self._give, args=(given,), name="help", daemon=True).start()

    def _give(self, given: Help) -> None:
        performer, run = self.performer, given.run
        private_folder(performer.folder)
        folder = Path(tempfile.mkdtemp(prefix=f"help-{run.id}-", dir=performer.folder))
        request = ChildRequest(
            workspace=performer.workspace,
            kind=run.kind,
            request=dict(run.request),
            folder=str(folder),
            is_help=True,
            run_id=run.id,
        )
        try:
            with performer.slots.taken(given.slot, False):
                told = performer.child.do(request, lambda _: None, given.is_ended.is_set)
            if not given.is_ended.is_set():
                self._done.add(_key(run))
                log.info("helped with run %s: %s", run.id, told.passport.get("made", told.fault))
        except Exception:
            log.exception("help with run %s", run.id)
        finally:
            self._helps.remove(given)
            shutil.rmtree(folder, ignore_errors=True)
            self._tidy(run)

    def _tidy(self, run: Run) -> None:
        """Remove what was written after the run had ended."""
        with contextlib.suppress(ModelyardError):
            if not self.performer.claims.is_over(run.id):
                return
            for part in FOLDERS:
                for name in self.performer.blobs.names(f"runs/{run.id}/{part}"):
                    self.performer.blobs.delete(name)


def _key(run: Run) -> tuple[str, int]:
    return run.id, run.attempt
