"""The log of a run, line by line, and its passport as a table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.runs.run import Event
from modelyard.web.live import live
from modelyard.web.run_discretion import is_told_names, without_names

AT_ONCE = 500
MOST_READ = 5000
SHOWN = 300
LONGEST_VALUE = 300


@dataclass(frozen=True)
class LogLine:
    """One line of the log."""

    number: int
    at: str
    clock: str
    kind: str
    text: str


@dataclass(frozen=True)
class RunLog:
    """The last lines, and the number of the last event that was looked at."""

    lines: list[LogLine]
    last: int
    is_cut: bool


def read_log(run_id: str) -> RunLog:
    """Read the log of a run."""
    lines: list[LogLine] = []
    last = 0
    while last < MOST_READ:
        events = live().records.runs.events(run_id, last, AT_ONCE)
        lines += [line_of(event) for event in events if event.kind != "progress"]
        last = events[-1].number if events else last
        if len(events) < AT_ONCE:
            break
    return RunLog(lines[-SHOWN:], last, len(lines) > SHOWN)


def line_of(event: Event) -> LogLine:
    """Write an event as a line."""
    return LogLine(
        number=event.number,
        at=event.at.isoformat(timespec="seconds"),
        clock=event.at.strftime("%H:%M:%S"),
        kind=event.kind,
        text=words_of(event.kind, _shown(event)),
    )


def _shown(event: Event) -> Mapping[str, Any]:
    return event.content if is_told_names() else without_names(event.content)


def words_of(kind: str, content: Mapping[str, Any]) -> str:
    """Say what happened; run.js has the same words."""
    if kind == "start":
        attempt = content.get("attempt", 1)
        again = f", attempt {attempt}" if attempt != 1 else ""
        where = f" on worker {content['worker']}" if content.get("worker") else ""
        return f"began{where}{again}"
    if kind == "cancel":
        by = content.get("by", "")
        return f"{by} asked to end it" if by else "asked to end"
    if kind == "completed":
        return str(content.get("state", "over"))
    return str(content.get("text", content.get("label", "")))


def passport_rows(passport: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Write a passport as rows: the path of each value, and the value.

    A group of plain values inside another one is one row, such as all versions.
    """
    return list(_rows("", passport)) if passport else []


def _rows(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value and not (path and _is_plain(value.values())):
        for name, inner in value.items():
            yield from _rows(f"{path} › {name}" if path else str(name), inner)
    elif isinstance(value, list) and not _is_plain(value):
        for number, inner in enumerate(value, 1):
            yield from _rows(path if len(value) == 1 else f"{path} {number}", inner)
    else:
        yield path, _words(value)


def _is_plain(values: Iterable[Any]) -> bool:
    return not any(isinstance(one, Mapping | list) for one in values)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {_words(inner)}" for name, inner in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value in {None, ""} else str(value)[:LONGEST_VALUE]
