"""The workspace as it is now: a new file, or a changed modelyard.toml, needs no restart."""

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app

from modelyard import compute, wiring
from modelyard.answers import Answers
from modelyard.errors import ModelyardError
from modelyard.runs.children import Children
from modelyard.settings import Settings, child_environment
from modelyard.web.model_folder import WatchedFolder
from modelyard.wiring import Records, Services

if TYPE_CHECKING:
    from modelyard.models.serving import Served

LIVE = "modelyard"
LOOK_EVERY_S = 1.0
log = logging.getLogger(__name__)


class LiveServices:
    """Looks at the folder at most once a second, and keeps what has not changed."""

    def __init__(self, settings: Settings) -> None:
        self.services = wiring.open_folder(settings=settings)
        self.answers = self._answers(settings)
        self.fault: ModelyardError | None = None
        """Why the present modelyard.toml is not in use, where a running service met a bad one."""
        self._looked_at = time.monotonic()
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._records: Records | None = None
        self.models_folder = WatchedFolder(self)
        """What takes the files of the folder `models`, once it has begun."""

    @property
    def records(self) -> Records:
        """What is kept of people and runs; the database is brought up to date at the first use.

        Raises Unavailable where it cannot be reached.
        """
        if self._records is None:
            with self._opening:
                if self._records is None:
                    self._records = _opened(self.services, self.current)
        return self._records

    def open_functions(self, reserved: Sequence[str]) -> None:
        """Read the functions; from now on a saved file takes effect at the next request.

        What is wrong with them is told in the log, and the others are served. `reserved` are the
        service's own addresses and names.
        """
        from modelyard.functions.live import LiveFunctions

        tools = wiring.tools_for(self.services, self.current, self._model)
        functions = LiveFunctions(lambda: self.current().workspace, tools, reserved)
        atexit.register(functions.stop)
        self.services = replace(self.services, live_functions=functions.current)

    def _model(self, name: str, selector: str) -> "Served":
        return self.records.models.predictors.get(name, selector)

    def current(self) -> Services:
        """Give the services for the folder as it is now."""
        if time.monotonic() - self._looked_at > LOOK_EVERY_S and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()
        return self.services

    def _look(self) -> None:
        try:
            fresh = wiring.open_folder(settings=self.services.settings)
        except ModelyardError as fault:
            shown = _without_folders(fault, self.services.workspace.root)
            if str(shown) != str(self.fault):
                log.warning("the workspace is served as it was: %s", fault)
            self.fault = shown
            return
        self.fault = None
        self.services = _kept(self.services, fresh)

    def _answers(self, settings: Settings) -> Answers:
        children = Children(
            folder=self.services.state / "runs",
            argv=compute.command(),
            environ=child_environment(settings),
            most=settings.computations,
            timeout_s=settings.compute_timeout_s,
        )
        atexit.register(children.stop)
        return Answers(children, str(self.services.workspace.root), settings.threads - 3)


def _opened(services: Services, current: Callable[[], Services]) -> Records:
    from modelyard.db.migrate import migrate

    records = wiring.open_records(services, current)
    migrate(records.database)
    return records


def _kept(old: Services, new: Services) -> Services:
    """Take over the datasets that are the same as before: they know their fingerprints."""
    known = old.datasets.datasets
    merged = {
        name: known[name] if name in known and known[name].source == dataset.source else dataset
        for name, dataset in new.datasets.datasets.items()
    }
    datasets = replace(new.datasets, datasets=merged)
    return replace(new, datasets=datasets, live_functions=old.live_functions)


def _without_folders(fault: ModelyardError, root: Path) -> ModelyardError:
    """Take the folders of this machine out of a fault that visitors see."""
    parts = (fault.where, fault.why, fault.cure)
    return type(fault)(*(part.replace(f"{root.parent}/", "") for part in parts))


def live() -> LiveServices:
    """Give the live services of the application that answers this request."""
    return cast("LiveServices", current_app.extensions[LIVE])


def services() -> Services:
    """Give the workspace, opened, as it is now."""
    return live().current()
