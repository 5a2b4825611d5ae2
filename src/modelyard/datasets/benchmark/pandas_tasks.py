"""The measured work in pandas; the only file of Modelyard that imports pandas or pyarrow.

Style: pandas 3 with its defaults. Parquet and Arrow files are read through pyarrow, csv by the
default engine, which in 3.1 uses several threads for large plain UTF-8 files (`dtype` is not
given: it makes reading several times slower). Columns are NumPy arrays or Arrow-backed text, and
the tasks use vectorised methods of DataFrame and Series only: no apply, no Python loop over rows.
"""

import warnings
from collections.abc import Callable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from modelyard.datasets.benchmark.figures import Figure, Task, Telling, key_text, plain
from modelyard.datasets.benchmark.plan import EDGE_ROWS, ColumnPlan, Plan, TaskName
from modelyard.datasets.benchmark.request import BenchmarkInput, csv_gaps

VERSIONS = {"pandas": str(pd.__version__), "pyarrow": str(pa.__version__)}


class PandasTasks:
    """The five tasks on one table; `read` comes first and keeps the frame for the others."""

    def __init__(self, files: BenchmarkInput, plan: Plan) -> None:
        self.notes: list[str] = []
        self._files = files
        self._plan = plan
        self._frame = pd.DataFrame()
        self._csv_by_chunks = True

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
        self._frame = pd.DataFrame()
        readers: dict[str, Callable[[str], pd.DataFrame]] = {
            "parquet": pd.read_parquet,
            "csv": self._read_csv,
            "ndjson": lambda path: pd.read_json(path, lines=True, dtype=False),
            "json": lambda path: pd.read_json(path, dtype=False),
            "arrow": pd.read_feather,
        }
        parts = [readers[self._files.format](path) for path in self._files.paths]
        joined = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        self._frame = frame = _index_as_columns(joined, self._plan)
        return lambda: [
            Figure("", "table", "rows", len(frame)),
            Figure("", "table", "columns", len(frame.columns)),
        ]

    def statistics(self) -> Telling:
        """Describe every column with the methods of Series."""
        found = {plan.name: _statistics_of(self._frame, plan) for plan in self._plan.measured()}
        return lambda: [
            Figure("", column, name, plain(value))
            for column, values in found.items()
            for name, value in values.items()
        ]

    def group(self) -> Telling:
        """Count rows and average columns per group, sorted by key, missing keys last."""
        plan = self._plan.group
        if plan is None:
            return list
        wanted = {"rows": (plan.key, "size")} | {
            f"mean {name}": (name, "mean") for name in plan.means
        }
        result = self._frame.groupby(plan.key, dropna=False, observed=True).agg(**wanted)
        return lambda: [
            Figure(f"{plan.key} is {key_text(key)}", column, name, plain(value))
            for key, *values in result.itertuples(name=None)
            for (column, name), value in zip(
                [(plan.key, "rows"), *((mean, "mean") for mean in plan.means)], values, strict=True
            )
        ]

    def filter(self) -> Telling:
        """Count and add the values above the median of one column."""
        plan = self._plan.filter
        if plan is None:
            return list
        column = self._frame[plan.column]
        above = column[column > column.median()]
        rows = len(above)
        total = (above.astype("float64") if plan.sum_as_float else above).sum()
        return lambda: [
            Figure("", plan.column, "rows above the median", rows),
            Figure("", plan.column, "sum", plain(total)),
        ]

    def sort(self) -> Telling:
        """Sort the whole table by one column, missing values last."""
        name = self._plan.sort
        if name is None:
            return list
        ordered = self._frame.sort_values(name)
        return lambda: [
            Figure("", name, f"key {place} from the {end}", plain(key))
            for end, keys in (
                ("start", ordered[name].head(EDGE_ROWS)),
                ("end", ordered[name].tail(EDGE_ROWS)[::-1]),
            )
            for place, key in enumerate(keys, start=1)
        ]

    def _read_csv(self, path: str) -> pd.DataFrame:
        """Read by chunks, as is the default, or at once where the chunks' types do not agree."""
        if self._csv_by_chunks:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", pd.errors.DtypeWarning)
                    return self._read_csv_part(path, by_chunks=True)
            except pd.errors.DtypeWarning:
                self._csv_by_chunks = False
                self.notes.append(
                    "pandas reads this csv with low_memory=False, since a column changes its type."
                )
        return self._read_csv_part(path, by_chunks=False)

    def _read_csv_part(self, path: str, *, by_chunks: bool) -> pd.DataFrame:
        lossy = self._files.encoding == "utf8-lossy"
        frame = pd.read_csv(
            path,
            sep=self._files.separator,
            encoding="utf-8" if lossy else self._files.encoding,
            encoding_errors="replace" if lossy else "strict",
            index_col=False,
            na_values=list(csv_gaps(self._files)),
            keep_default_na=False,
            low_memory=by_chunks,
        )
        if len(frame.columns) == len(self._plan.columns):
            frame.columns = [column.name for column in self._plan.columns]
        return frame


def _index_as_columns(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Turn an index that pandas itself once wrote into the file back into columns."""
    missing = [column.name for column in plan.columns if column.name not in frame.columns]
    return frame.reset_index(names=missing) if len(missing) == frame.index.nlevels else frame


def _statistics_of(frame: pd.DataFrame, plan: ColumnPlan) -> dict[str, object]:
    column = frame[plan.name]
    count = column.count()
    counts = {"count": count, "nulls": len(column) - count, "distinct": column.nunique()}
    if plan.kind != "number":
        return counts
    quartiles = column.quantile([0.25, 0.5, 0.75])
    return counts | {
        "mean": column.mean(),
        "std": column.std(),
        "min": column.min(),
        "max": column.max(),
        "quartile 1": quartiles.iloc[0],
        "median": quartiles.iloc[1],
        "quartile 3": quartiles.iloc[2],
    }
