"""Tables to benchmark, and the skip where pandas is not installed."""

import importlib.util
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture(scope="session")
def with_pandas() -> None:
    for library in ("pandas", "pyarrow"):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed (extra: benchmark)")


@pytest.fixture
def mixed_table() -> pl.DataFrame:
    """Return 3,000 rows with nulls, NaN, text, booleans, dates and integers of all sorts."""
    rows = range(3_000)
    start = datetime(2025, 1, 1)
    return pl.DataFrame(
        {
            "weight": [None if n % 11 == 0 else (n * 37 % 1009) / 7 - 70 for n in rows],
            "id": [10**18 + n for n in rows],
            "stars": [None if n % 13 == 0 else n % 5 for n in rows],
            "kind": [None if n % 17 == 0 else f"kind {n % 9}" for n in rows],
            "good": [None if n % 19 == 0 else n % 2 == 0 for n in rows],
            "day": [date(2025, 1, 1) + timedelta(days=n % 300) for n in rows],
            "at": [start + timedelta(seconds=n * 61) for n in rows],
            "odd": [
                float("nan") if n % 7 == 0 else (float("inf") if n == 8 else 0.1) for n in rows
            ],
            "single": pl.Series([n / 3 for n in rows], dtype=pl.Float32),
            "tags": [[n, n + 1] for n in rows],
        }
    )


@pytest.fixture
def mixed_parquet(tmp_path: Path, mixed_table: pl.DataFrame) -> str:
    path = tmp_path / "mixed.parquet"
    mixed_table.write_parquet(path)
    return str(path)
