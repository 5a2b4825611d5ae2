"""Doing a run: begin it, have the work done, keep what came of it, end it; once, whatever ends."""

import contextlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from modelyard import traces
from modelyard.blobs import Blobs
from modelyard.errors import ModelyardError, Unavailable, Unreachable
from modelyard.logs import FIELDS, knowing
from modelyard.metrics import count_run, run_at_work
from modelyard.private import private_folder
from modelyard.runs.child import Child
from modelyard.runs.child_work import unexpected
from modelyard.runs.durable import Step
from modelyard.runs.execution import Execution
from modelyard.runs.fault import Fault, fault_of
from modelyard.runs.kinds import Kind
from modelyard.runs.outputs import (
    Done,
    do_in_child,
    do_in_thread,
    remove_leftovers,
    settled,
)
from modelyard.runs.pace import Limits, Pace
from modelyard.runs.passport import complete
from modelyard.runs.run import Run
from modelyard.runs.slots import Slots
from modelyard.runs.store_claims import Claims, Ending

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
RETRY_S = (0.2, 3.0)


@dataclass
class Performer:
    """Does runs in this process: quick ones in the calling thread, heavy ones in a child."""

    claims: Claims
    kinds: Callable[[], Mapping[str, Kind]]
    blobs: Blobs
    child: Child
    workspace: str
    folder: Path
    """Where runs have their folders while they are done."""
    clock: Callable[[], datetime]
    pace: Pace
    limits: Limits
    slots: Slots
    current: dict[str, Execution] = field(default_factory=dict)
    is_stopping: threading.Event = field(default_factory=threading.Event)

    def perform(self, run_id: str, step: Step) -> None:
        """Do a run, unless it is over or another live worker has it."""
        slot = self.slots.taken(run_id, self._is_quick(run_id))
        with knowing(run=run_id), run_at_work(), slot:
            self._park_when_stopping()
            run = self.patiently(lambda: self.claims.begin(run_id, self.clock()))
            if run is None:
                self._park_when_stopping()
                return
            execution = Execution(
                run, self.claims, self.clock, self.pace.progress_s, self.limits.run_s
            )
            self.current[run_id] = execution
            known: traces.Known = {"modelyard.run.id": run.id, "modelyard.run.attempt": run.attempt}
            try:
                with traces.run_span(run.kind, run.traceparent or "", known):
                    self._end(execution, self._done(execution, step))
            finally:
                if self.current.get(run_id) is execution:
                    del self.current[run_id]

    def stop(self) -> None:
        """End all work here, unfinished: it goes on elsewhere."""
        self.is_stopping.set()
        for execution in list(self.current.values()):
            execution.end("stopping")

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the database until it answers."""
        pause = RETRY_S[0]
        while True:
            try:
                return ask()
            except Unavailable as fault:
                log.warning("%s", fault)
            self._park_when_stopping()
            time.sleep(pause)
            pause = min(2 * pause, RETRY_S[1])

    def _is_quick(self, run_id: str) -> bool:
        known = self.slots.find(run_id)
        if known is not None:
            return known
        kind = self.patiently(lambda: self.claims.kinds_of([run_id])).get(run_id, "")
        return self._kind_is_quick(kind)

    def _kind_is_quick(self, name: str) -> bool:
        kind = self.kinds().get(name)
        return kind is not None and kind.is_quick

    def _park_when_stopping(self) -> None:
        """Stay here until the process ends, where it is about to: what was begun stays begun."""
        if self.is_stopping.is_set():
            threading.Event().wait()

    def _done(self, execution: Execution, step: Step) -> Done:
        """Have the work done; a heavy one is remembered as soon as it is done."""
        run = execution.run
        if run.cancel_asked_at is not None:
            return Done(why="cancelled")
        if run.attempt > self.limits.attempts:
            why = f"was begun {run.attempt - 1} times, and its worker ended each time."
            return Done(fault=Fault(kind="Unavailable", where=run.kind, why=why))
        kind = self.kinds().get(run.kind)
        if kind is None:
            why = "is a kind of run that this version does not know."
            return Done(fault=Fault(kind="Invalid", where=run.kind, why=why))
        if kind.is_quick:
            return self._worked(execution, kind)
        local: list[Done] = []

        def work() -> dict[str, Any]:
            local.append(self._worked(execution, kind))
            plain: dict[str, Any] = msgspec.to_builtins(local[0])
            return plain

        try:
            return msgspec.convert(step(work), Done)
        except BaseException:
            # Another worker was given the run meanwhile. Whether what was done here counts is
            # decided where the run is ended, by its attempt.
            if not local:
                raise
            return local[0]

    def _worked(self, execution: Execution, kind: Kind) -> Done:
        """Do the work, whatever happens in it."""
        run = execution.run
        private_folder(self.folder)
        folder = Path(tempfile.mkdtemp(prefix=f"{run.id}-", dir=self.folder))
        try:
            if kind.is_quick:
                done = do_in_thread(kind, execution, folder, self.blobs)
            else:
                done = do_in_child(self.child, self.workspace, execution, folder, self.blobs)
                done = self._settled(kind, execution, done)
        except ModelyardError as fault:
            done = Done(fault=fault_of(fault))
        except Exception as error:
            log.exception("run %s", run.id)
            done = Done(fault=unexpected(run.kind, error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._park_when_stopping()
        execution.flush()
        return Done(why=execution.why, fault=done.fault) if execution.why else done

    def _settled(self, kind: Kind, execution: Execution, done: Done) -> Done:
        """Put what was worked out to use; a database that is away is waited for."""
        pause = RETRY_S[0]
        while True:
            try:
                return settled(kind, execution, done)
            except Unreachable as fault:
                log.warning("%s", fault)
            self._park_when_stopping()
            time.sleep(pause)
            pause = min(2 * pause, RETRY_S[1])

    def _end(self, execution: Execution, done: Done) -> None:
        """Write down the end; where that is not possible the run ends with the reason why."""
        run = execution.run
        ending = self._ending(run, done)
        if ending is None:
            return
        state: str = ending.state
        try:
            ours = self.patiently(lambda: self.claims.finish(run, self.clock(), ending))
        except Exception as error:
            log.exception("run %s", run.id)
            failed = Ending(state="failed", fault=unexpected(run.kind, error))
            state = failed.state
            ours = self.patiently(lambda: self.claims.finish(run, self.clock(), failed))
        if ours:
            traces.note("modelyard.run.state", state, is_fault=state == "failed")
            self._note(run, state)
        if ours and (run.attempt > 1 or not self._kind_is_quick(run.kind)):
            with contextlib.suppress(ModelyardError):
                remove_leftovers(self.blobs, run.id, done)

    def _note(self, run: Run, state: str) -> None:
        """Count a run that ended; its seconds are 0 where somebody has set the clock back."""
        began = run.began_at or self.clock()
        seconds = max(0.0, (self.clock() - began).total_seconds())
        count_run(run.kind, state, seconds)
        more = {FIELDS: {"kind": run.kind, "state": state, "seconds": seconds}}
        log.info("run %s (%s) %s after %.1f s", run.id, run.kind, state, seconds, extra=more)

    def _ending(self, run: Run, done: Done) -> Ending | None:
        if done.why == "lost":
            return None
        if done.why == "cancelled":
            return Ending(state="cancelled")
        if done.why == "late":
            why = f"was not done after {self.limits.run_s:g} seconds and was stopped."
            cure = "Set MODELYARD_RUN_TIMEOUT_S to give runs more time."
            fault = Fault(kind="Unavailable", where=run.kind, why=why, cure=cure)
            return Ending(state="failed", fault=fault)
        if done.fault is not None:
            return Ending(state="failed", fault=done.fault)
        result = done.result.encode()
        passport = complete(done.passport, run, self.clock(), result, done.files)
        return Ending(state="succeeded", result=result, files=done.files, passport=passport)
