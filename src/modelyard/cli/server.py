"""Granian, the WSGI server that `modelyard serve` starts."""

import copy
import os
from collections.abc import Callable
from typing import Any

from modelyard.settings import Settings, to_environment

APPLICATION = "modelyard.web:create_app"
GRACE_S = 5
"""How long requests that are being answered may go on after Ctrl-C."""


def run_server(settings: Settings, address: str, on_start: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; the workers read the settings from the environment.

    Raises SystemExit where a worker fails again and again.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ.update(to_environment(settings))
    server = Server(
        APPLICATION,
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_S,
        log_level=LogLevels.error,
        log_dictconfig=_logging_to_stderr(),
    )
    server.on_startup(on_start)
    try:
        server.serve()
    except SystemExit:
        # Ctrl-C reaches the workers too; one that ends before its parent asks it to is no fault.
        if not server.interrupt_signal:
            raise


def _logging_to_stderr() -> dict[str, Any]:
    from granian.log import LOGGING_CONFIG

    config: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    for destination in config["handlers"].values():
        destination["stream"] = "ext://sys.stderr"
    return config
