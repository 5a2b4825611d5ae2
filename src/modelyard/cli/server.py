"""Granian, the WSGI server that `modelyard serve` starts."""

import copy
import os
import signal
import time
from collections.abc import Callable
from threading import Event, Timer
from typing import Any

from modelyard import draining
from modelyard.logs import Shape, formatter_for
from modelyard.settings import Settings, to_environment

APPLICATION = "modelyard.cli.served:create_app"
GRACE_S = 8
"""How long requests that are being answered may go on after Ctrl-C."""
STIR_S = 0.2
STOPS = frozenset({signal.SIGINT, signal.SIGTERM})


def run_server(
    settings: Settings, address: str, on_start: Callable[[], None], on_stop: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM; the workers read the settings from the environment.

    `on_stop` is called as soon as the end is asked for, while requests are still being answered.
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
        blocking_threads=settings.server_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_S,
        log_level=LogLevels.error,
        log_dictconfig=_logging_to_stderr(settings.log),
    )
    server.main_loop_interrupt = Stirring()
    draining.share()
    server.on_startup(lambda: _end_in_order(server, settings.drain_s, on_stop))
    _end_with_terminal(server)
    server.on_startup(on_start)
    _leave_signals_to_the_parent()
    try:
        server.serve()
    except SystemExit:
        # Ctrl-C reaches the workers too; one that ends before its parent asks it to is no fault.
        if not server.interrupt_signal:
            raise


class Stirring(Event):
    """An event for which the main thread waits in short sleeps.

    Only the main thread acts on signals. One that the system hands to another thread would be
    forgotten while it waits for a lock, and one that comes while it takes that lock would hang.
    """

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  its class has it
        """Wait until it is set, whatever the timeout."""
        while not self.is_set():
            time.sleep(STIR_S)
        return True


def _end_in_order(server: Any, drain_s: float, on_stop: Callable[[], None]) -> None:
    """Have SIGTERM tell balancers first, where that is wanted; Ctrl-C, and a second one, end it."""

    def end(*_: object) -> None:
        on_stop()
        server.signal_handler_interrupt()

    def drain(*_: object) -> None:
        if drain_s <= 0 or draining.is_draining():
            end()
            return
        draining.begin()
        later = Timer(drain_s, end)
        later.daemon = True
        later.start()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, drain)


def _leave_signals_to_the_parent() -> None:
    """Have forked workers stop when their parent says so, and only then.

    Ctrl-C goes to the workers too. A second signal while Granian's worker acts on the first can
    block it for good (its handler takes a lock that is not reentrant), and one that still starts
    has inherited a handler that only takes a note: both would end with the grace period.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, STOPS),
            after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS),
            after_in_child=_obey_parent_only,
        )


def _obey_parent_only() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _end_with_terminal(server: Any) -> None:
    """End when the terminal is closed, where Granian would start its workers anew.

    A service under `nohup` goes on.
    """
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is None:
        return
    ignored = signal.getsignal(hang_up) == signal.SIG_IGN
    action = signal.SIG_IGN if ignored else server.signal_handler_interrupt
    server.on_startup(lambda: signal.signal(hang_up, action))


def _logging_to_stderr(shape: Shape) -> dict[str, Any]:
    from granian.log import LOGGING_CONFIG

    config: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    for destination in config["handlers"].values():
        destination["stream"] = "ext://sys.stderr"
    if shape != "quiet":
        for name in config["formatters"]:
            config["formatters"][name] = {"()": formatter_for(shape)}
    return config
