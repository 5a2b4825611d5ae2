"""YAML and JSON texts as plain values, with the line of every key.

The values are those of YAML 1.2, as OpenAPI wants them: `no` and `2024-02-01` stay text. The text
is read event by event, so neither deep nesting nor aliases of aliases can exhaust the process.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from modelyard.errors import Invalid

DEEPEST = 100
MOST_VALUES = 1_000_000
"""Values in one document, those behind aliases counted each time."""
INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
OTHER_BASE = re.compile(r"0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
Lines = dict[int, dict[Any, int]]
"""By the identity of an object or list: the line of each of its keys."""


@dataclass
class _Open:
    """An object or a list whose end has not been read."""

    value: Any
    anchor: str | None
    key: Any = None
    has_key: bool = False
    line: int = 0
    size: int = 1


@dataclass
class _Builder:
    """Puts the events of one text together."""

    name: str
    lines: Lines = field(default_factory=dict)
    root: Any = None
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)

    def start(self, event: Any, value: Any) -> None:
        """Begin an object or a list."""
        line = event.start_mark.line + 1
        if len(self._open) >= DEEPEST:
            raise self._fault(line, f"is nested deeper than {DEEPEST} levels.")
        if self._open and isinstance(self._open[-1].value, dict) and not self._open[-1].has_key:
            raise self._fault(line, "a key must be text.")
        self._open.append(_Open(value, event.anchor))
        self._open[-1].line = line
        self.lines[id(value)] = {}

    def end(self) -> None:
        """End what was begun last."""
        done = self._open.pop()
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.line, done.size)

    def scalar(self, event: Any) -> None:
        """Take one plain or quoted value."""
        line = event.start_mark.line + 1
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and not top.has_key:
            self._take_key(top, event.value, line)
            return
        value = _plain(event.value) if event.implicit[0] else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, line, 1)

    def alias(self, event: Any) -> None:
        """Put what an anchor names once more."""
        line = event.start_mark.line + 1
        if event.anchor not in self._anchors:
            raise self._fault(line, f"the alias *{event.anchor} names nothing that ends before it.")
        value, size = self._anchors[event.anchor]
        self._put(value, line, size)

    def _take_key(self, top: _Open, key: str, line: int) -> None:
        if key in top.value:
            raise self._fault(line, f"the key '{key}' stands here twice.")
        top.key, top.has_key = key, True
        self.lines[id(top.value)][key] = line

    def _put(self, value: Any, line: int, size: int) -> None:
        if not self._open:
            self.root = value
            return
        top = self._open[-1]
        top.size += size
        if top.size > MOST_VALUES:
            raise self._fault(line, f"has more than {MOST_VALUES:,} values.")
        if isinstance(top.value, list):
            self.lines[id(top.value)][len(top.value)] = line
            top.value.append(value)
            return
        if top.key == "<<" and isinstance(value, dict):
            top.value.update({key: kept for key, kept in value.items() if key not in top.value})
        else:
            top.value[top.key] = value
        top.has_key = False

    def _fault(self, line: int, why: str) -> Invalid:
        return Invalid(f"{self.name}, line {line}", why)


def read_yaml(text: str, name: str) -> tuple[Any, Lines]:
    """Read one YAML (or JSON) document; gives its values and their lines.

    Raises Invalid, naming `name` and the line, where it is none.
    """
    import yaml

    builder = _Builder(name)
    try:
        for event in _events(text):
            _step(builder, event)
    except yaml.MarkedYAMLError as fault:
        last = len(text.splitlines()) or 1
        line = min(fault.problem_mark.line + 1 if fault.problem_mark else 1, last)
        raise Invalid(f"{name}, line {line}", f"is not YAML: {fault.problem}.") from None
    except yaml.YAMLError as fault:
        raise Invalid(name, f"is not YAML: {str(fault).splitlines()[0]}.") from None
    return builder.root, builder.lines


def _step(builder: _Builder, event: Any) -> None:
    kind = type(event).__name__
    if kind == "ScalarEvent":
        builder.scalar(event)
    elif kind == "MappingStartEvent":
        builder.start(event, {})
    elif kind == "SequenceStartEvent":
        builder.start(event, [])
    elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
        builder.end()
    elif kind == "AliasEvent":
        builder.alias(event)


def _events(text: str) -> Iterator[Any]:
    """Give the events of the first document."""
    import yaml

    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        yield event
        if isinstance(event, yaml.DocumentEndEvent):
            return


def _plain(text: str) -> Any:
    """Read a value without quotes."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    number: Callable[[str], Any]
    for pattern, number in ((INTEGER, int), (FLOAT, float), (OTHER_BASE, _other_base)):
        if pattern.fullmatch(text):
            return number(text)
    if text in {".inf", "-.inf", ".nan"}:
        return float(text.replace(".", ""))
    return text


def _other_base(text: str) -> int:
    return int(text[2:], 8 if text[1] == "o" else 16)
