"""The application in a worker of `modelyard serve`: it does not outlive the command."""

import os
import threading
import time
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from flask import Flask

from modelyard import traces
from modelyard.cli.uncollected import uncollected

if TYPE_CHECKING:
    from modelyard.web.fleet_pulse import WebPulse

LOOK_EVERY_S = 0.5


def create_app() -> Flask:
    """Make the application, and see that this worker ends when the command was killed."""
    threading.Thread(target=_end_without, args=(os.getppid(),), daemon=True).start()
    with uncollected():
        from modelyard import web
        from modelyard.web.fleet_pulse import PULSE
        from modelyard.web.live import LIVE

        app = web.create_app()
    app.extensions[LIVE].models_folder.begin()
    app.extensions[PULSE].begin()
    Finalize(None, _leave, args=(app.extensions[PULSE],), exitpriority=10)
    return app


def _leave(pulse: "WebPulse") -> None:
    """Say that this process ends; the server's processes end without Python's own `atexit`."""
    if pulse.pulse is not None:
        pulse.pulse.stop()
    traces.stop()


def _end_without(parent: int) -> None:
    """End this process when its parent is gone: it would keep the port for ever."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)
