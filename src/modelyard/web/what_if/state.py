"""The state of a form: what stands in its address, and the address that leads back to it.

A field has its parameter's name; a percentage is `rate.percent=6.5`, the cells of a table are
`growth.year=2026`, row by row. What belongs to the page and not to the model begins with `_`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.web.what_if.written import percent_text

PERCENT = ".percent"
VERSION, AS_OF, SEEN = "_version", "_as_of", "_seen"
MOST_VERSION = 1_000_000
Args = MultiDict[str, str]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """Which model is meant, and what was filled in."""

    given: dict[str, Any]
    """Values by parameter, as a model reads them; empty where nothing was filled in yet."""
    version: int = 0
    as_of: date | None = None
    seen: str = ""
    """The beginning of the digest of the model that the form was made from."""

    @property
    def asked(self) -> dict[str, Any]:
        """What verbs of the room take to mean the same model."""
        return {"version": self.version, "as_of": self.as_of}

    def pairs(self, definition: Mapping[str, Any]) -> Pairs:
        """Give the fields of this state, for an address."""
        own = [(VERSION, str(self.version))] if self.version else []
        own += [(AS_OF, self.as_of.isoformat())] if self.as_of else []
        return [*pairs_of(definition, self.given), *own]


def model_asked(args: Args) -> tuple[int, date | None]:
    """Read which version is meant, and of which day; raises Invalid."""
    text, day = args.get(VERSION, ""), args.get(AS_OF, "")
    if text and not (text.isascii() and text.isdigit() and int(text) <= MOST_VERSION):
        raise Invalid(f"parameter '{VERSION}'", f"'{text[:50]}' is no number of a version.")
    try:
        as_of = date.fromisoformat(day) if day else None
    except ValueError:
        raise Invalid(
            f"parameter '{AS_OF}'", f"'{day[:50]}' is not a date.", "Write it as 2026-12-31."
        ) from None
    return int(text or 0), as_of


def state_of(definition: Mapping[str, Any], args: Args) -> State:
    """Read the state of a form; raises Invalid for a field that belongs to nothing."""
    version, as_of = model_asked(args)
    return State(given_of(definition, args), version, as_of, args.get(SEEN, "")[:64])


def given_of(definition: Mapping[str, Any], args: Args) -> dict[str, Any]:
    """Read the values that were filled in.

    A name that is none is taken along, so that the model says which one may be meant.
    """
    given: dict[str, Any] = {}
    taken: set[str] = set()
    for parameter in definition["parameters"]:
        for name, value in _read(parameter, args, taken):
            given[name] = value
    for name in args:
        if name not in taken and not name.startswith("_"):
            given[name[:LONGEST_ECHO]] = args[name]
    return given


def pairs_of(definition: Mapping[str, Any], given: Mapping[str, Any]) -> Pairs:
    """Give the fields for values, as they stand in an address."""
    pairs: Pairs = []
    kinds = {one["name"]: one for one in definition.get("parameters", ())}
    for name, value in given.items():
        parameter = kinds.get(name, {})
        if parameter.get("kind") == "table" and isinstance(value, list | tuple):
            for row in value:
                pairs += [_pair(f"{name}.{column['name']}", column, cell)
                          for column, cell in _cells(parameter, row)]  # fmt: skip
        else:
            pairs.append(_pair(name, parameter, value))
    return pairs


def query_of(pairs: Sequence[tuple[str, str]]) -> str:
    """Write fields as the query of an address."""
    return urlencode(pairs)


def _pair(name: str, item: Mapping[str, Any], value: Any) -> tuple[str, str]:
    if item.get("kind") == "percent":
        text = str(value).strip()
        return f"{name}{PERCENT}", text[:-1] if text.endswith("%") else percent_text(value)
    return name, "" if value is None else str(value)


def _cells(parameter: Mapping[str, Any], row: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    for number, column in enumerate(parameter["columns"]):
        if isinstance(row, Mapping):
            yield column, row.get(column["name"], "")
        else:
            yield column, row[number] if number < len(row) else ""


def _read(parameter: Mapping[str, Any], args: Args, taken: set[str]) -> Iterator[tuple[str, Any]]:
    name = parameter["name"]
    taken |= {name, name + PERCENT}
    if parameter["kind"] == "table":
        columns = [f"{name}.{column['name']}" for column in parameter["columns"]]
        kinds = [column["kind"] for column in parameter["columns"]]
        taken.update(columns, (f"{column}{PERCENT}" for column in columns))
        rows = _rows(args, columns, kinds)
        if rows is not None:
            names = [column["name"] for column in parameter["columns"]]
            yield name, [dict(zip(names, row, strict=True)) for row in rows]
            return
    elif name + PERCENT in args:
        yield name, _as_percent(args[name + PERCENT])
        return
    if name in args:
        yield name, args[name]


def _rows(args: Args, columns: Sequence[str], kinds: Sequence[str]) -> list[list[str]] | None:
    """Give the rows of a table, empty ones left out; None where no cell was sent."""
    lists = []
    for column, kind in zip(columns, kinds, strict=True):
        if kind == "percent":
            cells = [_as_percent(text) for text in args.getlist(column + PERCENT)]
        else:
            cells = args.getlist(column)
        lists.append(cells)
    longest = max(len(cells) for cells in lists)
    if not longest:
        return None
    padded = [[*cells, *[""] * (longest - len(cells))] for cells in lists]
    return [list(row) for row in zip(*padded, strict=True) if any(cell.strip() for cell in row)]


def _as_percent(text: str) -> str:
    bare = text.strip()
    return f"{bare}%" if bare and not bare.endswith("%") else bare
