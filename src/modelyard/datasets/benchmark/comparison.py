"""Do both sides tell the same? Integers and text exactly, floats to their accuracy."""

from collections.abc import Mapping, Sequence

from modelyard.datasets.benchmark.figures import Figure, Value
from modelyard.datasets.benchmark.plan import ColumnPlan, Plan

RELATIVE = 1e-9
"""How far two floats may differ, relative to the larger one."""

RELATIVE_SINGLE = 1e-5
"""The same for figures of columns stored as 32-bit floats."""

_ROUNDING = 1e-12
_ROUNDING_SINGLE = 1e-6
_COMPUTED = {"mean", "std", "sum", "quartile 1", "median", "quartile 3"}


def find_difference(polars: Sequence[Figure], pandas: Sequence[Figure], plan: Plan) -> str | None:
    """Return the first difference of two results in words, or None where they are equal.

    The order of the figures does not count. Where a computed figure is next to nothing against
    the values it is made of (the mean of values around 0), the rounding noise of adding them,
    1e-12 of the largest value, is no difference.
    """
    columns = {column.name: column for column in plan.columns}
    of_polars, of_pandas = _by_place(polars), _by_place(pandas)
    for place, figure in of_polars.items():
        if place not in of_pandas:
            return f"{_words(figure)}: only Polars has it, {figure.value!r}"
        other = of_pandas[place].value
        if not _equal(figure, other, columns.get(figure.column), plan.rows):
            return f"{_words(figure)}: Polars {figure.value!r}, pandas {other!r}"
    for place, figure in of_pandas.items():
        if place not in of_polars:
            return f"{_words(figure)}: only pandas has it, {figure.value!r}"
    return None


def _by_place(figures: Sequence[Figure]) -> Mapping[tuple[str, str, str], Figure]:
    return {(figure.where, figure.column, figure.name): figure for figure in figures}


def _words(figure: Figure) -> str:
    where = f" where {figure.where}" if figure.where else ""
    return f"{figure.column}, {figure.name}{where}"


def _equal(figure: Figure, other: Value, column: ColumnPlan | None, rows: int) -> bool:
    value = figure.value
    if not isinstance(value, float) or not isinstance(other, float):
        return value == other
    single = column is not None and column.single_precision
    relative = RELATIVE_SINGLE if single else RELATIVE
    noise = 0.0
    if column is not None and figure.name in _COMPUTED:
        noise = column.magnitude * (_ROUNDING_SINGLE if single else _ROUNDING)
        noise *= rows if figure.name == "sum" else 1
    return abs(value - other) <= max(relative * max(abs(value), abs(other)), noise)
