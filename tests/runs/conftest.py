"""Runs on each kind of database, and real processes that work on them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from run_yard import Yard

    from modelyard.db import Database
    from modelyard.runs.runs import Runs


@pytest.fixture
def runs(database: "Database", tmp_path: Path) -> "Runs":
    """Runs that nobody works on, with the kinds echo and task."""
    from run_yard import make_runs

    return make_runs(database, tmp_path)


@pytest.fixture
def yard(runs: "Runs", database_url: str, tmp_path: Path) -> "Iterator[Yard]":
    """A yard without workers, on each kind of database."""
    from run_yard import Yard

    made = Yard(runs, database_url, tmp_path)
    yield made
    made.stop()
