"""Tables for the benchmarks: mixed columns, the same every time."""

from pathlib import Path

import numpy as np
import polars as pl

KINDS = 10


def mixed_column(kind: int, rows: int, random: np.random.Generator) -> pl.Series:
    """Make one of ten kinds of column, as they occur in analysts' tables."""
    categories = np.array([f"category {number:03d}" for number in range(200)])
    made = {
        0: lambda: pl.Series(random.standard_normal(rows)).set(
            pl.Series(random.random(rows) < 0.02), None
        ),
        1: lambda: pl.Series(random.lognormal(3, 1, rows)),
        2: lambda: pl.Series(random.permutation(rows).astype(np.int64) + 10**9),
        3: lambda: pl.Series(random.integers(0, 100, rows)),
        4: lambda: pl.Series(categories[random.integers(0, 200, rows)]),
        5: lambda: pl.Series(random.integers(0, 20_000, rows).astype(np.int32)).cast(pl.Date),
        6: lambda: pl.Series(random.random(rows) < 0.3),
        7: lambda: pl.Series(random.gamma(2, 2, rows).astype(np.float32)),
        8: lambda: pl.Series(random.integers(0, 10**12, rows)),
        9: lambda: pl.Series(np.round(random.lognormal(4, 1, rows), 2)),
    }
    return made[kind % KINDS]()


def mixed_table(path: Path, rows: int, columns: int) -> Path:
    """Write a table of `rows` x `columns` mixed columns as Parquet, unless it is there."""
    if not path.exists():
        random = np.random.default_rng(20261121)
        frame = pl.DataFrame(
            {f"column_{n:02d}": mixed_column(n, rows, random) for n in range(columns)}
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    return path
