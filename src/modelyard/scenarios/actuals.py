"""Plan against actuals: a scenario's table beside what really happened, joined by year or month."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from modelyard.errors import Invalid, NotFound
from modelyard.scenarios.values import plain

if TYPE_CHECKING:
    import polars as pl

How = Literal["sum", "mean", "last"]
MOST_ROWS = 100_000
MOST_NAMED = 3
Figure = Decimal | float
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Join:
    """Which columns are held against each other."""

    key: str
    """The column of the plan that both sides share, such as `year`."""
    plan: str
    """The planned figures."""
    actual: str
    """The column of the dataset with what happened."""
    actual_key: str = ""
    """The dataset's key column; empty where it has the same name. Days become years or months
    where the plan counts these."""
    how: How = "sum"
    """What is made of several rows of the dataset with one key."""


@dataclass(frozen=True)
class Deviation:
    """One year, month or whatever the key is."""

    key: Any
    plan: Figure | None
    actual: Figure | None
    """None where the dataset has nothing for the key."""
    difference: Figure | None
    """Actual minus plan."""
    share: float | None
    """The difference as a share of the plan; None where the plan is 0."""


@dataclass(frozen=True)
class Against:
    """A plan, and what became of it."""

    join: Join
    rows: tuple[Deviation, ...]
    """In the order of the plan; then what was not planned."""

    @property
    def together(self) -> Deviation:
        """Sum up the keys for which both sides are known."""
        both = [row for row in self.rows if row.plan is not None and row.actual is not None]
        plan = _sum([row.plan for row in both])
        return _deviation("together", plan, _sum([row.actual for row in both]))

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "join": asdict(self.join),
            "rows": [plain(vars(row)) for row in self.rows],
            "together": plain(vars(self.together)),
        }


def plan_against_actuals(
    plan: Sequence[Row], actuals: "pl.LazyFrame | pl.DataFrame", join: Join
) -> Against:
    """Join the rows of an output table (as objects or as JSON) with a dataset's column.

    Raises NotFound for a column that is not there, and Invalid for a key that comes twice in the
    plan, for figures that are no numbers, and where no key is on both sides.
    """
    planned = _planned(plan, join)
    happened = _happened(actuals, join, next(iter(planned)))
    rows = [_deviation(key, value, happened.get(key)) for key, value in planned.items()]
    rows += [_deviation(key, None, value) for key, value in happened.items() if key not in planned]
    if not planned.keys() & happened.keys():
        ours, theirs = (_named(side) for side in (planned, happened))
        why = f"no key is on both sides: the plan has {ours}, the dataset {theirs}."
        raise Invalid(f"'{join.key}'", why)
    return Against(join, tuple(rows))


def _planned(plan: Sequence[Row], join: Join) -> dict[Any, Figure | None]:
    if not plan:
        raise Invalid("plan", "has no rows.")
    for name in (join.key, join.plan):
        _require_column("plan", name, list(plan[0]))
    found: dict[Any, Figure | None] = {}
    for row in plan:
        key = plain(row[join.key])
        if key in found:
            raise Invalid(f"plan, '{join.key}'", f"has {key} twice.", "Choose another key.")
        found[key] = _figure("plan", join.plan, row[join.plan])
    return found


def _happened(
    actuals: "pl.LazyFrame | pl.DataFrame", join: Join, example: Any
) -> dict[Any, Figure | None]:
    import polars as pl

    frame = actuals.lazy()
    schema = frame.collect_schema()
    key = join.actual_key or join.key
    for name in (key, join.actual):
        _require_column("dataset", name, schema.names())
    if not schema[join.actual].is_numeric():
        raise Invalid(f"dataset, '{join.actual}'", "holds no numbers.")
    made = {"sum": pl.sum, "mean": pl.mean, "last": pl.last}[join.how](join.actual)
    grouped = frame.group_by(
        _keyed(pl.col(key), schema[key], example).alias("key"), maintain_order=True
    )
    table = (
        grouped.agg(made.alias("value")).drop_nulls("key").sort("key").limit(MOST_ROWS).collect()
    )
    return {plain(key): value for key, value in table.iter_rows()}


def _keyed(column: "pl.Expr", dtype: "pl.DataType", example: Any) -> "pl.Expr":
    """Give the dataset's key as the plan counts: 2027, 2027-03 or 2027-03-31."""
    import polars as pl

    if dtype in {pl.Date, pl.Datetime}:
        if isinstance(example, int):
            return column.dt.year()
        text = str(example)
        pattern = {4: "%Y", 7: "%Y-%m"}.get(len(text), "%Y-%m-%d")
        return column.dt.strftime(pattern)
    if isinstance(example, int) and not dtype.is_integer():
        return column.cast(pl.Int64, strict=False)
    return column if isinstance(example, int) else column.cast(pl.String)


def _deviation(key: Any, plan: Figure | None, actual: Figure | None) -> Deviation:
    if plan is None or actual is None:
        return Deviation(key, plan, actual, None, None)
    if type(plan) is not type(actual):
        plan, actual = (_alike(plan, actual), _alike(actual, plan))
    difference = actual - plan  # type: ignore[operator]
    share = float(difference) / abs(float(plan)) if plan else None
    return Deviation(key, plan, actual, difference, share)


def _alike(one: Figure, other: Figure) -> Figure:
    """Give a figure as both can be: whole numbers join decimals, all else is a float."""
    if isinstance(one, int) and isinstance(other, Decimal):
        return Decimal(one)
    if isinstance(one, Decimal) and isinstance(other, int):
        return one
    return float(one)


def _sum(figures: Sequence[Figure | None]) -> Figure:
    present = [one for one in figures if one is not None]
    if all(isinstance(one, Decimal | int) for one in present):
        return sum(present, Decimal(0))
    return float(sum(float(one) for one in present))


def _figure(side: str, name: str, value: Any) -> Figure | None:
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise Invalid(f"{side}, '{name}'", f"'{str(value)[:40]}' is no number.") from None


def _require_column(side: str, name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    cure = f"Did you mean '{near[0]}'?" if near else f"Columns: {', '.join(known[:20])}."
    raise NotFound(f"{side}, '{name[:60]}'", "is no column.", cure)


def _named(side: Mapping[Any, Any]) -> str:
    more = ", ..." if len(side) > MOST_NAMED else ""
    return ", ".join(str(key) for key in list(side)[:MOST_NAMED]) + more or "none"
