"""An end without a trace, for commands that last."""

import signal


def end_quietly_on_signals() -> None:
    """End with exit code 0 when stopped before there is somebody to see to that."""

    def end(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
