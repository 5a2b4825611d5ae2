"""Runs: asking for long work, seeing how it stands, and having what came of it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelyard import traces
from modelyard.db import Database
from modelyard.errors import LONGEST_ECHO, Conflict, Invalid, NotFound
from modelyard.runs.asking import document_of, refuse_key, values_of
from modelyard.runs.canonical import digest_of
from modelyard.runs.kinds import Kind, find_kind
from modelyard.runs.presence import Presence
from modelyard.runs.run import STATES, Event, Run, RunFile, new_id
from modelyard.runs.store import Question, Store
from modelyard.runs.store_instances import Instances

if TYPE_CHECKING:
    from modelyard.blobs import Blobs

Kinds = Callable[[], Mapping[str, Kind]]
Clock = Callable[[], datetime]
POLL_S = (0.05, 0.5)
"""How long a waiting caller sleeps between looks, at first and at most."""


def now() -> datetime:
    """Give the present time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runs:
    """All runs of one database. The work itself is done by workers."""

    database: Database
    kinds: Kinds
    blobs: "Blobs"
    clock: Clock = now

    @cached_property
    def _presence(self) -> Presence:
        return Presence(Instances(self.database), self.clock)

    @property
    def _store(self) -> Store:
        return Store(self.database)

    def submit(  # noqa: PLR0913 (what is asked, and who asks)
        self,
        kind: str,
        request: Mapping[str, Any],
        *,
        started_by: str = "",
        started_by_id: str = "",
        idempotency_key: str | None = None,
        schedule: str = "",
        retry_of: str = "",
    ) -> tuple[Run, bool]:
        """Ask for a run; gives it, and whether it is new.

        The same `idempotency_key` of the same person gives the run that it gave before. Raises
        Invalid for a request that cannot be done, NotFound where it names something that is not
        there, and Conflict where the key was used for another request.
        """
        document = document_of(kind, request)
        owner = f"schedule {schedule}" if schedule else started_by_id or started_by
        if idempotency_key is not None:
            refuse_key(idempotency_key)
            known = self._find_known(owner, idempotency_key, digest_of(document))
            if known is not None:
                return known, False
        checked = find_kind(self.kinds(), kind).check(request)
        run_id = new_id()
        values = values_of(kind, checked) | {
            "id": run_id,
            "started_by": started_by,
            "started_by_id": started_by_id,
            "created_at": self.clock(),
            "schedule": schedule,
            "retry_of": retry_of,
            "traceparent": traces.present() or None,
        }
        if idempotency_key is None:
            self._store.add(values)
            return self.get_run(run_id), True
        digest = digest_of(document)
        values |= {"idempotency_key": idempotency_key, "idempotency_owner": owner}
        if self._store.add(values | {"idempotency_digest": digest}):
            return self.get_run(run_id), True
        return self._find_known(owner, idempotency_key, digest) or self.get_run(run_id), False

    def get_run(self, run_id: str) -> Run:
        """Give a run; raises NotFound."""
        return self._store.get(run_id)

    def list_runs(  # noqa: PLR0913 (each narrows the list)
        self,
        *,
        state: str = "",
        kind: str = "",
        resource: tuple[str, str] | None = None,
        started_by_id: str = "",
        schedule: str = "",
        before: str = "",
        limit: int = 50,
    ) -> list[Run]:
        """List runs, the newest first; `before` is the id of the last run of the page before.

        Raises Invalid for a state that there is not.
        """
        if state and state not in STATES:
            raise Invalid(
                "state", f"'{state[:LONGEST_ECHO]}' is not known.", f"Known: {', '.join(STATES)}."
            )
        return self._store.all_of(
            Question(
                state=state,
                kind=kind,
                resource=resource,
                started_by_id=started_by_id,
                schedule=schedule,
                before=before,
                limit=limit,
            )
        )

    def counts(self) -> dict[str, int]:
        """Count the runs of each state; states without runs are there too."""
        found = self._store.counts()
        return {state: found.get(state, 0) for state in STATES}

    def wait(self, run_id: str, seconds: float) -> Run:
        """Give the run as soon as it is over, or as it stands after `seconds`."""
        until, pause = time.monotonic() + seconds, POLL_S[0]
        while True:
            run = self.get_run(run_id)
            left = until - time.monotonic()
            if run.is_over or left <= 0:
                return run
            time.sleep(min(pause, left))
            pause = min(pause * 1.3, POLL_S[1])

    def events(self, run_id: str, after: int = 0, limit: int = 500) -> list[Event]:
        """Give what happened after the event with the number `after`, oldest first."""
        return self._store.events(run_id, after, limit)

    def result(self, run_id: str) -> bytes:
        """Give the result of a run as JSON.

        Raises Conflict while the run is not over, and NotFound where it ended without a result.
        """
        found = self._store.find_result(run_id)
        if found is not None:
            return found
        run = self.get_run(run_id)
        if not run.is_over:
            raise Conflict(f"run {run_id}", f"is {run.state}: there is no result yet.")
        why = f"has no result: it was {run.state}." if run.state == "cancelled" else "failed."
        said = f"{run.fault.where}: {run.fault.why}" if run.fault else ""
        raise NotFound(f"run {run_id}", why, said)

    def files(self, run_id: str) -> list[RunFile]:
        """List the files that a run made; raises NotFound."""
        return self._store.files(run_id) or self._store.files(self.get_run(run_id).id)

    def read_file(self, run_id: str, name: str) -> tuple[RunFile, Iterator[bytes]]:
        """Give a file of a run and its content in pieces; raises NotFound."""
        for file in self.files(run_id):
            if file.name == name:
                return file, self.blobs.stream(file.blob)
        raise NotFound(f"run {run_id}", f"has no file '{name[:LONGEST_ECHO]}'.")

    def cancel(self, run_id: str, *, by: str = "") -> Run:
        """End a run: a queued one at once, a running one within a moment; raises NotFound.

        A run that is over stays as it is.
        """
        return self._store.cancel(run_id, self.clock(), by)

    def retry(
        self,
        run_id: str,
        *,
        started_by: str = "",
        started_by_id: str = "",
        idempotency_key: str | None = None,
    ) -> tuple[Run, bool]:
        """Ask for the same again, as a new run; gives it, and whether it is new.

        Raises Conflict while the run is not over.
        """
        run = self.get_run(run_id)
        if not run.is_over:
            raise Conflict(f"run {run_id}", f"is {run.state}.", "Cancel it first, or wait.")
        return self.submit(
            run.kind,
            run.request,
            started_by=started_by,
            started_by_id=started_by_id,
            idempotency_key=idempotency_key,
            retry_of=run_id,
        )

    def first_of(self, run_id: str) -> str:
        """Give the first of the runs that a run is a retry of; itself where it is none."""
        seen = {run_id}
        while True:
            try:
                before = self.get_run(run_id).retry_of
            except NotFound:
                return run_id
            if not before or before in seen:
                return run_id
            run_id = before
            seen.add(run_id)

    def has_workers(self) -> bool:
        """Whether any worker is there, as it was seen a second or two ago."""
        return self._presence.has_workers()

    def forget_old(self, days: float) -> int:
        """Remove the runs that ended more than `days` ago, with their files; tells how many."""
        names = self._store.forget_before(self.clock() - timedelta(days=days))
        for name in names:
            self.blobs.delete(name)
        return len(names)

    def _find_known(self, owner: str, key: str, digest: str) -> Run | None:
        """Find the run with this key; raises Conflict where something else was asked with it."""
        found = self._store.find_keyed(owner, key)
        if found is None:
            return None
        run, asked = found
        if asked != digest:
            raise Conflict(
                "Idempotency-Key", f"was used for another request: run {run.id}.", "Take a new key."
            )
        return run


def open_runs(database: Database, kinds: Kinds, blobs: "Blobs", clock: Clock = now) -> Runs:
    """Join the parts; nothing is asked of the database yet."""
    return Runs(database, kinds, blobs, clock)
