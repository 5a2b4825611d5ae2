"""The measured work in Polars.

Style: the file is read eagerly and whole; everything after that is a lazy query on the frame in
memory, written with expressions and collected once per task by the default engine, so Polars may
use all its threads. `sort` sorts the whole frame, all columns, as pandas does.
"""

from collections.abc import Iterator, Mapping

import polars as pl
import polars.selectors as cs

from modelyard.datasets.benchmark.figures import Figure, Task, Telling, key_text, plain
from modelyard.datasets.benchmark.plan import EDGE_ROWS, ColumnPlan, Plan, TaskName
from modelyard.datasets.benchmark.polars_reading import read_table
from modelyard.datasets.benchmark.request import BenchmarkInput

_QUARTILES = {"quartile 1": 0.25, "median": 0.5, "quartile 3": 0.75}


class PolarsTasks:
    """The five tasks on one table; `read` comes first and keeps the frame for the others."""

    def __init__(self, files: BenchmarkInput, plan: Plan) -> None:
        self.notes: list[str] = []
        self._files = files
        self._plan = plan
        self._frame = pl.DataFrame()

    def table(self) -> Mapping[TaskName, Task]:
        """Return the tasks by name."""
        return {
            "read": self.read,
            "statistics": self.statistics,
            "group": self.group,
            "filter": self.filter,
            "sort": self.sort,
        }

    def read(self) -> Telling:
        """Read the file; the frame of an earlier repeat is let go first."""
        self._frame = pl.DataFrame()
        self._frame = frame = read_table(self._files, self._plan)
        return lambda: [
            Figure("", "table", "rows", frame.height),
            Figure("", "table", "columns", frame.width),
        ]

    def statistics(self) -> Telling:
        """Describe every column in one lazy pass."""
        columns = self._plan.measured()
        expressions = [
            expression.alias(f"{position} {name}")
            for position, column in enumerate(columns)
            for name, expression in _statistics_of(column).items()
        ]
        result = self._frame.lazy().select(expressions).collect()
        return lambda: [
            Figure("", column.name, name, plain(value))
            for position, column in enumerate(columns)
            for name, value in _told(result, position, column)
        ]

    def group(self) -> Telling:
        """Count rows and average columns per group, sorted by key, missing keys last."""
        plan = self._plan.group
        if plan is None:
            return list
        means = [_column(name).mean().alias(f"mean {name}") for name in plan.means]
        result = (
            self._frame.lazy()
            .group_by(_column(plan.key).alias("key"))
            .agg(pl.len().alias("rows"), *means)
            .sort("key", nulls_last=True)
            .collect()
        )
        return lambda: [
            Figure(f"{plan.key} is {key_text(key)}", column, name, plain(value))
            for key, *values in result.iter_rows()
            for (column, name), value in zip(
                [(plan.key, "rows"), *((mean, "mean") for mean in plan.means)], values, strict=True
            )
        ]

    def filter(self) -> Telling:
        """Count and add the values above the median of one column."""
        plan = self._plan.filter
        if plan is None:
            return list
        column = _column(plan.column)
        total = pl.col("value")
        if plan.sum_as_float:
            total = total.cast(pl.Float64)
        elif self._frame.schema[plan.column].is_integer():
            total = total.cast(pl.Int64)
        result = (
            self._frame.lazy()
            .select(column.alias("value"))
            .filter(pl.col("value") > pl.col("value").median())
            .select(pl.len().alias("rows"), total.sum().alias("sum"))
            .collect()
        )
        return lambda: [
            Figure("", plan.column, "rows above the median", plain(result["rows"].item())),
            Figure("", plan.column, "sum", plain(result["sum"].item())),
        ]

    def sort(self) -> Telling:
        """Sort the whole table by one column, missing values last."""
        name = self._plan.sort
        if name is None:
            return list
        ordered = self._frame.lazy().sort(_column(name), nulls_last=True).collect()
        return lambda: [
            Figure("", name, f"key {place} from the {end}", plain(key))
            for end, keys in (
                ("start", ordered[name].head(EDGE_ROWS)),
                ("end", ordered[name].tail(EDGE_ROWS).reverse()),
            )
            for place, key in enumerate(keys, start=1)
        ]


def _column(name: str) -> pl.Expr:
    """Return the column of exactly this name, be it "*" or look like a pattern."""
    return cs.by_name(name).as_expr()


def _statistics_of(plan: ColumnPlan) -> dict[str, pl.Expr]:
    column = _column(plan.name)
    counts = {
        "count": column.count(),
        "nulls": column.null_count(),
        "distinct": column.n_unique() - (column.null_count() > 0),
    }
    if plan.kind != "number":
        return counts
    return counts | {
        "mean": column.mean(),
        "std": column.std(ddof=1),
        "min": column.min(),
        "max": column.max(),
        "quartiles": column.quantile(list(_QUARTILES.values()), "linear"),
    }


def _told(result: pl.DataFrame, position: int, plan: ColumnPlan) -> Iterator[tuple[str, object]]:
    for name in _statistics_of(plan):
        value = result[f"{position} {name}"].item()
        if name == "quartiles":
            yield from zip(_QUARTILES, value, strict=True)
        else:
            yield name, value
