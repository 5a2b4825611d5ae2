"""DBOS, behind a few words: work that goes on elsewhere when its process ends.

This is the one file that knows DBOS. What it needs to be told, it is told here: a name of its own
for each process, a version that does not depend on the code, JSON instead of pickle.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from dbos import DBOS, DBOSClient, SetWorkflowID
from dbos._serialization import DBOSPortableJSON

from modelyard.db import Database

APPLICATION = "modelyard"
VERSION = "1"
"""Of the one workflow below: it changes when a run that was begun cannot be ended by new code."""
Step = Callable[[Callable[[], dict[str, Any]]], dict[str, Any]]
"""Does a piece of work, or gives what it gave when it was done before."""
Perform = Callable[[str, Step], None]
STOPPED_S = 0.3
"""After so long none of its threads takes anything."""
MOST_RECOVERIES = 1000
"""More than our own limit to attempts, which ends a run in words."""
logging.getLogger("dbos").setLevel(logging.ERROR)


class Durable:
    """The durable execution of runs in this process; there can be one of it."""

    def __init__(self, database: Database, executor: str, perform: Perform) -> None:
        self.executor = executor
        self._perform = perform
        self._database = database
        self._client = DBOSClient(
            system_database_engine=database.engine,
            serializer=DBOSPortableJSON,
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )
        self._workflow: Callable[[str], None] | None = None

    def launch(self, queues: Mapping[str, int], poll_s: float) -> None:
        """Begin to take over work from the queues, at most so much at a time from each."""
        address = self._database.engine.url.render_as_string(hide_password=False)
        own = {} if self._database.is_sqlite else {"system_database_engine": self._database.engine}
        DBOS(
            config=cast(
                "Any",
                {
                    "name": APPLICATION,
                    "system_database_url": address,
                    "executor_id": self.executor,
                    "application_version": VERSION,
                    "serializer": DBOSPortableJSON,
                    "log_level": "ERROR",
                    "use_listen_notify": False,
                    "notification_listener_polling_interval_sec": 60.0,
                    "scheduler_polling_interval_sec": 3600.0,
                    "sys_db_pool_size": 5,
                    **own,
                },
            )
        )

        @DBOS.workflow(name="run", max_recovery_attempts=MOST_RECOVERIES)
        def run(run_id: str) -> None:
            self._perform(run_id, _step)

        self._workflow = run
        DBOS.launch()
        for name, most in queues.items():
            DBOS.register_queue(
                name,
                worker_concurrency=most,
                polling_interval_sec=poll_s,
                on_conflict="always_update",
            )

    def start(self, run_id: str, attempt: int) -> None:
        """Begin a run in a thread of this process."""
        if self._workflow is None:
            raise RuntimeError("not launched")
        with SetWorkflowID(f"{run_id}-{attempt}"):
            DBOS.start_workflow(self._workflow, run_id)

    def pending_of(self, executor: str) -> dict[str, str]:
        """Give what a process had begun and not ended: ids of runs by ids of workflows."""
        found = self._client.list_workflows(
            status="PENDING", executor_id=executor, load_input=False, load_output=False
        )
        return {entry.workflow_id: entry.workflow_id.rpartition("-")[0] for entry in found}

    def busy(self, executors: Iterable[str]) -> set[str]:
        """Give those of these processes that had begun something and not ended it."""
        found = self._client.list_workflows(
            status="PENDING", executor_id=list(executors), load_input=False, load_output=False
        )
        return {entry.executor_id for entry in found if entry.executor_id}

    def resume(self, workflow_ids: Iterable[str], queue: str) -> None:
        """Put work of a process that ended into a queue, where another finds it."""
        self._client.resume_workflows(list(workflow_ids), queue_name=queue)

    def forget_ended(self, before: str) -> int:
        """Remove what is known of work that ended before a time (ISO 8601); tells how much."""
        ended = self._client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before,
            load_input=False,
            load_output=False,
            limit=5000,
        )
        if ended:
            self._client.delete_workflows([entry.workflow_id for entry in ended])
        return len(ended)

    def stop(self) -> None:
        """Take nothing any more; what is under way is left as it is.

        DBOS tells its threads at once, and then waits for each: longer than we have.
        """

        def destroy() -> None:
            with contextlib.suppress(Exception):  # it ends with the process anyway
                DBOS.destroy(workflow_completion_timeout_sec=0)

        threading.Thread(target=destroy, daemon=True).start()
        time.sleep(STOPPED_S)


def _step(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return DBOS.run_step({"name": "work"}, work)
