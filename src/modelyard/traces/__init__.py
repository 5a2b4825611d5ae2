"""To which trace the work at hand belongs, and spans for a collector where the settings name one.

Nothing here loads OpenTelemetry before a collector is named (`otlp.py`).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.traces.otlp import Spans

log = logging.getLogger(__name__)
Known = Mapping[str, str | int]
_present: ContextVar[str] = ContextVar("traceparent", default="")


class _Sent:
    """The spans of this process, where they are sent anywhere."""

    spans: "Spans | None" = None
    address: str = ""


def present() -> str:
    """Give the traceparent (W3C) of the work at hand; empty where it belongs to no trace."""
    return _present.get()


@contextmanager
def belonging_to(traceparent: str) -> Iterator[None]:
    """Have the work of this thread belong to a trace while the block lasts."""
    token = _present.set(traceparent)
    try:
        yield
    finally:
        _present.reset(token)


def start(address: str, version: str, zone: str = "") -> "Spans | None":
    """Send spans to the collector at an address from now on; none where there is no address.

    Without the packages for it the service works on, and says so once.
    """
    if _Sent.address == address:
        return _Sent.spans
    stop()
    _Sent.address = address
    if not address:
        return None
    try:
        from modelyard.traces.otlp import open_spans
    except ImportError as error:
        cure = "Install them: pip install 'modelyard[telemetry]'"
        log.warning("traces: %s: packages to send them are missing. %s", address, cure)
        log.debug("traces", exc_info=error)
        return None
    _Sent.spans = open_spans(address, version, zone)
    return _Sent.spans


def stop() -> None:
    """Send what is left, within seconds, and no more."""
    spans, _Sent.spans, _Sent.address = _Sent.spans, None, ""
    if spans is not None:
        spans.close()


@contextmanager
def run_span(kind: str, parent: str, known: Known) -> Iterator[None]:
    """Have the work of this block be the span of a run, in the trace of who asked for it."""
    spans = _Sent.spans
    if spans is None:
        with belonging_to(parent):
            yield
        return
    with spans.of_run(kind, parent, known) as traceparent, belonging_to(traceparent):
        yield


def note(name: str, value: str | int, is_fault: bool = False) -> None:
    """Write something down at the present span, if there is one."""
    if _Sent.spans is not None:
        _Sent.spans.note(name, value, is_fault)
