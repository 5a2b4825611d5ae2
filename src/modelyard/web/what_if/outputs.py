"""Outputs as pages show them: figures, tables, and the chart that the author hinted at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from modelyard.web import charts
from modelyard.web.what_if.written import NUMERIC, coordinate, written

MOST_ROWS = 600
"""Rows of a table that a page shows; downloads have them all."""
MOST_POINTS = 1500
"""Places of a chart; a longer table is drawn at so many places of it."""


@dataclass(frozen=True)
class Figure:
    """One output that is no table."""

    name: str
    title: str
    text: str
    help: str
    is_number: bool


@dataclass(frozen=True)
class Head:
    """A column of a table."""

    title: str
    unit: str
    help: str
    is_number: bool


@dataclass(frozen=True)
class Rows:
    """One output that is a table."""

    name: str
    title: str
    help: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    chart: Markup | None


def figures_of(definition: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[Figure]:
    """Give the outputs that are no tables."""
    return [
        Figure(
            item["name"],
            item["title"],
            written(item, outputs.get(item["name"])),
            item.get("help", ""),
            item["kind"] in NUMERIC,
        )
        for item in definition["outputs"]
        if item["kind"] != "table"
    ]


def tables_of(definition: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[Rows]:
    """Give the outputs that are tables, each with its chart."""
    return [
        _rows(item, outputs.get(item["name"]) or [])
        for item in definition["outputs"]
        if item["kind"] == "table"
    ]


def chart_of(item: Mapping[str, Any], named: Sequence[tuple[str, Sequence[Any]]]) -> Markup | None:
    """Draw the chart of a table, for one scenario or for several with their names over each other.

    None where its author hinted at none, or it has no rows.
    """
    hint = item.get("chart")
    longest = max((rows for _, rows in named), key=len, default=())
    if not hint or not longest:
        return None
    columns = {column["name"]: column for column in item["columns"]}
    step = -(-len(longest) // MOST_POINTS)
    places = [written(columns[hint["x"]], row[hint["x"]]) for row in longest[::step]]
    series = [
        charts.Series(
            _series_name(name, columns[y], len(named), len(hint["y"])),
            _padded([coordinate(row[y]) for row in rows[::step]], len(places)),
        )
        for name, rows in named
        for y in hint["y"]
    ]
    first = columns[hint["y"][0]]
    kind = hint["kind"]
    if len(series) > 1 and kind in {"area", "waterfall"}:
        kind = "line"
    unit = "%" if first["kind"] == "percent" else first.get("unit", "")
    titles = ", ".join(columns[y]["title"] for y in hint["y"])
    title = f"{titles} by {columns[hint['x']]['title'].lower()}"
    return charts.plot(
        charts.Plot(kind, title, places, series, unit), lambda value: _tick(first, value)
    )


def _series_name(scenario: str, column: Mapping[str, Any], scenarios: int, columns: int) -> str:
    if scenarios == 1:
        return str(column["title"])
    return scenario if columns == 1 else f"{scenario}: {column['title']}"


def _tick(item: Mapping[str, Any], value: float) -> str:
    return written({"kind": "percent" if item["kind"] == "percent" else "number"}, value)


def _padded(values: list[float | None], count: int) -> list[float | None]:
    return values + [None] * (count - len(values))


def _rows(item: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Rows:
    columns = item["columns"]
    return Rows(
        name=item["name"],
        title=item["title"],
        help=item.get("help", ""),
        heads=tuple(
            Head(
                column["title"],
                "" if column["kind"] == "percent" else column.get("unit", ""),
                column.get("help", ""),
                column["kind"] in NUMERIC,
            )
            for column in columns
        ),
        rows=tuple(
            tuple(written(column, row[column["name"]], with_unit=False) for column in columns)
            for row in rows[:MOST_ROWS]
        ),
        count=len(rows),
        chart=chart_of(item, [(item["title"], rows)]),
    )
