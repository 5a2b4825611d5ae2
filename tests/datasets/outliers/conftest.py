"""Tables to search for outliers, and skips where a library is not installed."""

import importlib.util

import numpy as np
import polars as pl
import pytest


@pytest.fixture
def with_pyod() -> None:
    skip_without("pyod", "pyod")


@pytest.fixture
def with_sklearn() -> None:
    skip_without("sklearn", "outliers")


def skip_without(library: str, extra: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed (extra: {extra})")


@pytest.fixture
def measured() -> pl.DataFrame:
    """Return 2,000 rows of four measured columns; row 1,234 is far out in `height`."""
    random = np.random.default_rng(7)
    values = random.normal(size=(2_000, 4))
    values[:, 1] = np.exp(values[:, 1])
    values[:, 2] = random.integers(0, 12, 2_000)
    values[1_234, 0] = 40.0
    return pl.DataFrame(values, schema=["height", "income", "stars", "depth"])
