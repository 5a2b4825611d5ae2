"""A parameter: one number, date, choice, text or table that a what-if model takes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from modelyard.scenarios.expression import Expression

Kind = Literal["number", "integer", "money", "percent", "date", "choice", "text", "table"]
Access = Literal["open", "locked", "derived"]
KINDS: tuple[Kind, ...] = (
    *("number", "integer", "money", "percent"),
    *("date", "choice", "text", "table"),
)
NUMERIC = frozenset({"number", "integer", "money", "percent"})
Row = dict[str, Any]
Value = Decimal | float | int | str | date | tuple[Row, ...]
Limit = Decimal | date | Expression
"""A bound: a figure, a day, or a formula that names other parameters."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What may be put in for one name."""

    name: str
    kind: Kind
    title: str = ""
    unit: str = ""
    minimum: Limit | None = None
    maximum: Limit | None = None
    choices: tuple[str, ...] = ()
    default: Value | None = None
    """The value where none is given; None means that one must be given."""
    help: str = ""
    group: str = ""
    access: Access = "open"
    """`open` within its bounds, `locked` at its default, or `derived` from others."""
    formula: Expression | None = None
    """How a derived parameter follows from others."""
    is_exact: bool = False
    """Whether values are decimals; else they are binary floats."""
    places: int | None = None
    """The most decimals a value may have; 2 for exact money."""
    columns: tuple["Parameter", ...] = ()
    """The columns of a table."""
    least_rows: int = 1
    most_rows: int = 1000
    place: str = ""
    """Where it is written: file and line, or sheet and cell."""

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in NUMERIC

    @property
    def shown_title(self) -> str:
        """What people call it."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def needs(self) -> tuple[str, ...]:
        """The parameters that its bounds and its formula name."""
        named = {
            name
            for formula in (self.minimum, self.maximum, self.formula)
            if isinstance(formula, Expression)
            for name in formula.names
        }
        return tuple(sorted(named))
