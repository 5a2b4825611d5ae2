"""Log lines: as text for people, or one JSON object each, as Cloud Logging and CloudWatch read it.

What is known of the work at hand (the request, the run) stands in every line written meanwhile.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

import msgspec

Shape = Literal["quiet", "text", "json"]
FIELDS = "fields"
"""The name under which a record carries members of its own: `extra={FIELDS: {...}}`."""
LONGEST = 16_000
"""How long a message or a trace may be, in characters; Cloud Logging cuts lines of 256 KiB."""
NOTHING: Mapping[str, Any] = MappingProxyType({})
_known: ContextVar[Mapping[str, Any]] = ContextVar("known", default=NOTHING)


@contextmanager
def knowing(**members: Any) -> Iterator[None]:
    """Have these members in all lines that this thread writes while the block lasts."""
    token = _known.set({**_known.get(), **members})
    try:
        yield
    finally:
        _known.reset(token)


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; nothing in a record can break it, or make it raise."""
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": _message(record)[:LONGEST],
            "time": _time(record.created),
            "logger": record.name,
            **_known.get(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["stack_trace"] = self.formatException(record.exc_info)[-LONGEST:]
        return _as_json(line)


class TextLines(logging.Formatter):
    """Writes a record as a line for people; what was sent cannot make it two lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, and below it the trace of a fault."""
        request = _known.get().get("requestId", "")
        end = f" [{request}]" if request else ""
        line = f"{_time(record.created)} {record.levelname} {_printable(_message(record))}{end}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class ToStandardError(logging.Handler):
    """Writes lines to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; where nobody reads any more, it is lost."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()


def formatter_for(shape: Shape) -> type[logging.Formatter]:
    """Give what writes lines of a shape."""
    return JsonLines if shape == "json" else TextLines


def set_up(shape: Shape) -> None:
    """Have all lines written to standard error in a shape; `quiet` leaves them as they are."""
    if shape == "quiet":
        return
    lines = ToStandardError()
    lines.setFormatter(formatter_for(shape)())
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(logging.WARNING)
    logging.getLogger("modelyard").setLevel(logging.INFO)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _time(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:LONGEST])


def _as_json(line: Mapping[str, Any]) -> str:
    try:
        text = msgspec.json.encode(line, enc_hook=str).decode()
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(line, default=str)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
