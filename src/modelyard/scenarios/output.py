"""An output: one figure, text, date or table that a what-if model gives."""

from dataclasses import dataclass
from typing import Literal

from modelyard.scenarios.parameter import NUMERIC, Kind

ChartKind = Literal["line", "area", "bar", "waterfall"]


@dataclass(frozen=True)
class Chart:
    """How a table is best drawn: a hint."""

    kind: ChartKind
    x: str
    """The column along the bottom."""
    y: tuple[str, ...]
    """The columns that are drawn."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a model promises to give under one name."""

    name: str
    kind: Kind
    title: str = ""
    unit: str = ""
    help: str = ""
    is_exact: bool = False
    """Whether the figures are decimals, exact to their last place."""
    places: int | None = None
    is_optional: bool = False
    """Whether there may be no value, as for the lifetime of customers who never leave."""
    columns: tuple["Output", ...] = ()
    chart: Chart | None = None
    place: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether it is one number."""
        return self.kind in NUMERIC

    @property
    def shown_title(self) -> str:
        """What people call it."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def accuracy(self) -> str:
        """State how exact the figures are."""
        if self.kind == "table":
            kinds = {column.accuracy for column in self.columns}
            return "; ".join(sorted(kinds))
        if self.is_numeric and not self.is_exact and self.kind != "integer":
            return "binary floats, about 15 significant digits"
        return f"exact to {self.places} decimals" if self.places is not None else "exact"
