"""What authors of what-if models write: `from modelyard.whatif import Money, what_if`.

A model is a function whose parameters and result are annotated::

    @what_if(title="Interest")
    def interest(
        principal: Annotated[Decimal, Money("USD", minimum=0)] = Decimal(1000),
        rate: Annotated[Decimal, Percent(maximum=1)] = Decimal("0.05"),
    ) -> Annotated[Decimal, Money("USD")]:
        return cents(principal * rate)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeVar, overload

from modelyard.scenarios.output import Chart, ChartKind

Function = TypeVar("Function", bound=Callable[..., Any])
Figure = int | float | str | Decimal
"""A bound: a number, or a text that names another parameter or a formula of them."""
DECLARED = "__what_if__"

if TYPE_CHECKING:
    Vector = Any
else:
    Vector = float
"""A float, or an array of floats where a model is worked out for many draws at once."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What can be said of any parameter or output."""

    title: str = ""
    help: str = ""
    group: str = ""
    locked: bool = False
    """Shown, and not to be changed by those who only use the model."""
    derived: str = ""
    """How it follows from other parameters, such as "price - deposit"."""


@dataclass(frozen=True)
class Number(Told):
    """A number."""

    unit: str = ""
    minimum: Figure | None = field(default=None, kw_only=True)
    maximum: Figure | None = field(default=None, kw_only=True)
    places: int | None = field(default=None, kw_only=True)
    """The most decimals."""


@dataclass(frozen=True)
class Integer(Number):
    """A whole number."""


@dataclass(frozen=True)
class Money(Number):
    """An amount, `unit` being the currency; exact to the cent where the type is Decimal."""


@dataclass(frozen=True)
class Percent(Number):
    """A share: 0.05 is 5 %."""


@dataclass(frozen=True, kw_only=True)
class Day(Told):
    """A calendar day."""

    minimum: date | str | None = None
    maximum: date | str | None = None


@dataclass(frozen=True, init=False)
class Choice(Told):
    """One of a few texts; `Literal["a", "b"]` as a type says the same."""

    choices: tuple[str, ...] = ()

    def __init__(self, *choices: str, **told: Any) -> None:
        """Take the choices, and what can be said of any parameter."""
        object.__setattr__(self, "choices", choices)
        for name, value in (vars(Told()) | vars(Told(**told))).items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, kw_only=True)
class Text(Told):
    """Any text."""


@dataclass(frozen=True, kw_only=True)
class Table(Told):
    """A table: the type is a list of a dataclass whose fields are annotated."""

    least_rows: int = 1
    most_rows: int = 1000
    chart: Chart | None = None


@dataclass(frozen=True)
class Declared:
    """What the decorator was told."""

    name: str
    title: str
    is_vectorised: bool | None


def chart(kind: ChartKind, x: str, *y: str) -> Chart:
    """Say how a table is best drawn: `chart("line", "month", "balance")`."""
    return Chart(kind, x, y)


def cents(value: Decimal | float, places: int = 2) -> Decimal:
    """Round to the cent, half up, as contracts do.

    Raises TypeError for a float: it is not exact, so the cent might be wrong.
    """
    if isinstance(value, float):
        raise TypeError("cents() takes a Decimal: a float has lost the exact cents already")
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@overload
def what_if(function: Function) -> Function: ...
@overload
def what_if(
    *, title: str = "", name: str = "", vectorised: bool | None = None
) -> Callable[[Function], Function]: ...
def what_if(
    function: Function | None = None,
    *,
    title: str = "",
    name: str = "",
    vectorised: bool | None = None,
) -> Any:
    """Say that a function is a what-if model.

    `vectorised` says that it takes arrays of draws as well as single numbers; without a word it is
    tried out.
    """

    def declare(wanted: Function) -> Function:
        setattr(wanted, DECLARED, Declared(name or wanted.__name__, title, vectorised))
        return wanted

    return declare if function is None else declare(function)
