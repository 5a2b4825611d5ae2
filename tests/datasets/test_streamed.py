"""Statistics in one pass over the rows: what is of all rows is exact, the rest is near."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from modelyard.datasets import approximate
from modelyard.datasets.distinct import KEPT, Distinct
from modelyard.datasets.statistics import table_statistics

ROWS = 700_000


@pytest.fixture(scope="module")
def frame() -> pl.LazyFrame:
    order = np.random.default_rng(7)
    rare = np.where(np.arange(ROWS) == 699_999, -1e9, 0.0)
    odd = order.normal(1e9, 1, ROWS)
    odd[[5, 600_000]] = math.nan, math.inf
    return pl.LazyFrame(
        {
            "amount": order.lognormal(3, 1, ROWS),
            "rare": rare,
            "odd": odd,
            "whole": order.permutation(ROWS),
            "gaps": pl.Series(order.random(ROWS)).scatter(np.arange(0, ROWS, 3), None),
            "day": pl.Series(order.integers(0, 9_000, ROWS).astype(np.int32)).cast(pl.Date),
            "word": pl.Series(order.choice(["a", "b", "c"], ROWS)),
            "is_open": order.random(ROWS) < 0.25,
            "nothing": pl.Series([None] * ROWS, dtype=pl.Float64),
            "pair": pl.Series(np.zeros((ROWS, 2))),
        }
    )


@pytest.fixture(scope="module")
def exact(frame):
    return table_statistics("t", frame, ROWS)


@pytest.fixture
def streamed(frame, monkeypatch):
    monkeypatch.setattr(approximate, "MOST_HELD_ROWS", 300_000)
    return approximate.approximate_statistics("t", frame, ROWS)


def test_what_is_of_all_rows_is_exact(streamed, exact):
    for name in ("amount", "rare", "odd", "whole", "gaps", "nothing"):
        found, wanted = streamed.column(name), exact.column(name)
        assert (found.nulls, found.nan, found.infinite) == (
            wanted.nulls,
            wanted.nan,
            wanted.infinite,
        )
        assert (found.min, found.max) == (wanted.min, wanted.max)
        if wanted.mean is None:
            assert found.mean is found.std is None
            continue
        assert found.mean == pytest.approx(wanted.mean, rel=1e-12)
        assert found.std == pytest.approx(wanted.std, rel=1e-6)
    assert streamed.column("is_open") == exact.column("is_open")
    day, wanted = streamed.column("day"), exact.column("day")
    assert (day.min, day.max, day.nulls) == (wanted.min, wanted.max, wanted.nulls)
    assert dt.date.fromisoformat(day.min)


def test_what_is_of_a_sample_is_near(streamed, exact):
    assert not streamed.exact
    assert "standard error about 1.1 %" in streamed.method
    for name in ("amount", "whole", "gaps", "day"):
        found, wanted = streamed.column(name), exact.column(name)
        assert found.distinct == pytest.approx(wanted.distinct, rel=0.05)
    assert streamed.column("whole").median == pytest.approx(ROWS / 2, rel=0.01)
    assert streamed.column("word").distinct == 3
    assert streamed.column("word").top[0].count == pytest.approx(ROWS / 3, rel=0.02)
    assert streamed.column("pair").nulls == 0


def test_different_values_are_counted_nearly_however_many():
    few, many = Distinct(), Distinct()
    for start in range(0, 1_000_000, 50_000):
        few.add(pl.Series(np.arange(start, start + 50_000) % 5_000).hash().to_numpy())
        many.add(pl.Series(np.arange(start, start + 50_000)).hash().to_numpy())
    assert few.count() == pytest.approx(5_000, rel=0.01)
    assert many.count() == pytest.approx(1_000_000, rel=5 / math.sqrt(KEPT))
