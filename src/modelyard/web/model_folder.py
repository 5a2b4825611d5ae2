"""The folder `models` of a running service: what is put there is served a moment later."""

import atexit
import logging
import threading
from typing import TYPE_CHECKING, Any

from flask import Flask

from modelyard import wiring
from modelyard.errors import ModelyardError

if TYPE_CHECKING:
    from modelyard.models.watching import ModelFolder
    from modelyard.web.live import LiveServices

FIRST_LOOK_S = 0.2
"""So that the first request does not wait for what the first look imports."""
AGAIN_S = 5.0
"""How long a database that cannot be reached is left alone."""
log = logging.getLogger(__name__)


class WatchedFolder:
    """Looks into the folder every second, in one thread per process, until the process ends.

    The processes of a machine lock each other out, so that each file is taken once.
    """

    def __init__(self, live: "LiveServices") -> None:
        self.live = live
        self.folder: ModelFolder | None = None
        """None until the database could be opened."""
        self._stop = threading.Event()
        self._begun = threading.Lock()

    def begin(self) -> None:
        """Start to look, unless that was done already. Nothing of it is waited for."""
        if self._begun.acquire(blocking=False):
            atexit.register(self.stop)
            threading.Thread(target=self._watch, name="models", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self.folder is not None:
            self.folder.stop()

    @property
    def faults(self) -> list[ModelyardError]:
        """Files that could not be taken, as this process saw it last."""
        return [] if self.folder is None else list(self.folder.faults.values())

    def _take_brought(self) -> None:
        """Take what the platform keeps for this service, where it does."""
        try:
            wiring.take_brought_models(self.live.services, self.live.records)
        except ModelyardError as fault:
            log.warning("the platform's models are not taken: %s", fault)

    def _watch(self) -> None:
        pause = FIRST_LOOK_S
        while not self._stop.wait(pause):
            pause = AGAIN_S
            try:
                live = self.live
                folder = wiring.open_model_folder(live.services, live.records, live.current)
            except ModelyardError as fault:
                log.warning("the folder of models is not looked at: %s", fault)
                continue
            self._take_brought()
            self.folder = folder
            live.records.scenarios.warm()
            folder.keep_looking()
            return


def begin_with_first_request(app: Flask, live: "LiveServices") -> None:
    """Look into the folder from the first request on, whichever door answers it.

    Servers such as uWSGI make the application in a process whose threads and connections those
    that answer do not inherit.
    """
    begin, inside = live.models_folder.begin, app.wsgi_app

    def beginning(environ: dict[str, Any], start_response: Any) -> Any:
        begin()
        return inside(environ, start_response)

    app.wsgi_app = beginning  # type: ignore[method-assign]
