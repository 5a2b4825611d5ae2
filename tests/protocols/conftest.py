"""A small model, served, and every way to ask it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

from senders import ROWS, SENDERS, OldLeave, Sender, served_by, words_of

from modelyard.models.serving import Served
from modelyard.protocols.exchange import Answered

Row = dict[str, Any]


@pytest.fixture
def served() -> Served:
    """The small model, served."""
    return served_by(OldLeave())


@pytest.fixture(params=SENDERS)
def sender(request: pytest.FixtureRequest) -> Sender:
    """Every way of every protocol."""
    return SENDERS[request.param]


@pytest.fixture
def told() -> Callable[[str, Answered], str]:
    return words_of


@pytest.fixture
def rows() -> list[Row]:
    """Rows that the small model takes."""
    return [dict(row) for row in ROWS]
