"""A table that an engine holds, and what is asked of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from modelyard.datasets.engines.reading import reading_from

Table = nw.LazyFrame[Any]
Ranked = Callable[[str], Table]
Sampled = Callable[[float], Table]
CountDistinct = Callable[[Sequence[str]], dict[str, int]]


@dataclass(frozen=True)
class Estimate:
    """What the engine's own catalogue says a table holds, without reading it."""

    rows: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, eq=False)
class EngineTable:
    """One table of an engine, opened: its expressions are worked out over there."""

    where: str
    """How faults name it."""
    engine: str
    """The engine's name and version, for people."""
    frame: Table
    estimate: Estimate = Estimate()
    ranked: Ranked | None = None
    """Gives `value` and `rank` of a text column, where the engine itself does not sort texts by
    Unicode code point: `rank` does."""
    sampled: Sampled | None = None
    """Gives about a share (0 to 1) of the rows, the same each time."""
    sampled_method: str = "at random"
    """How it chooses them, for people."""
    count_distinct: CountDistinct | None = None
    """Counts the different values of columns in one question, nearly where that is cheaper."""
    distinct_method: str = "counted"
    """How it does that, for people."""

    def ask(self, *expressions: nw.Expr) -> dict[str, object]:
        """Work out expressions that give one value each; by their names.

        Raises Invalid or Unavailable, in words, where the engine cannot.
        """
        return self.records(self.frame.select(*expressions))[0]

    def of(self, values: nw.Expr) -> "EngineTable":
        """Give a table of one column, `value`: what is asked often is reckoned once a row."""
        return replace(
            self, frame=self.frame.select(values.alias("value")), ranked=None, sampled=None
        )

    def records(self, frame: Table) -> list[dict[str, object]]:
        """Fetch a few rows; raises as `ask`."""
        with reading_from(self.where):
            answer = frame.collect(backend="pyarrow").to_native()
            found: list[dict[str, object]] = answer.to_pylist()
            return found

    def distinct(self, values: nw.Expr) -> int:
        """Count the different values, nulls not counted."""
        kinds = self.frame.select(values.alias("value")).filter(~nw.col("value").is_null()).unique()
        return whole(self.records(kinds.select(nw.len().alias("distinct")))[0]["distinct"])

    def rows(self) -> int:
        """Count the rows."""
        return whole(self.ask(nw.len().alias("rows"))["rows"])


def whole(value: object) -> int:
    """Take a count as engines give it: an integer, a decimal, or nothing for zero."""
    return 0 if value is None else int(value)  # type: ignore[call-overload]


def count_of(condition: nw.Expr, name: str) -> nw.Expr:
    """Count the rows that meet a condition; not every engine adds up truths."""
    return nw.when(condition).then(nw.lit(1)).sum().alias(name)
