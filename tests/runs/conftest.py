"""Runs on each kind of database."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from modelyard.db import Database
    from modelyard.runs.runs import Runs


@pytest.fixture
def runs(database: "Database", tmp_path: Path) -> "Runs":
    """Runs that nobody works on, with the kind echo."""
    from modelyard.blobs import open_blobs
    from modelyard.runs.echo import Echo
    from modelyard.runs.runs import open_runs

    return open_runs(database, lambda: {"echo": Echo()}, open_blobs(str(tmp_path / "blobs")))
