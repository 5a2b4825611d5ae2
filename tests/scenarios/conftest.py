"""Models to try things on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelyard.scenarios.catalogue import Scenarios, open_scenarios
from modelyard.scenarios.python_model import load_python
from modelyard.scenarios.what_if import WhatIf
from modelyard.workspace import starter

STARTER = Path(starter.__file__).parent / "files"
HEAD = """
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

from modelyard.whatif import *

"""
Load = Callable[[str], WhatIf]


@pytest.fixture(scope="session")
def example() -> Scenarios:
    """The Python models of the example workspace."""
    return open_scenarios(STARTER)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load the first model of a Python text; the usual imports are above it."""

    def write_and_load(text: str) -> WhatIf:
        (tmp_path / "scenarios").mkdir(exist_ok=True)
        (tmp_path / "scenarios" / "model.py").write_text(HEAD + text)
        return load_python(tmp_path, "scenarios/model.py")[0]

    return write_and_load


@pytest.fixture
def house(load: Load) -> WhatIf:
    """A model with open, locked and derived parameters, and bounds that name others."""
    return load(
        """
@what_if
def house(
    price: Annotated[Decimal, Money("USD", minimum=1000, maximum=1_000_000)] = Decimal(200_000),
    deposit: Annotated[Decimal, Money("USD", minimum=0, maximum="price * 0.5")] = Decimal(50_000),
    fee: Annotated[Decimal, Percent(locked=True)] = Decimal("0.02"),
    borrowed: Annotated[Decimal, Money("USD", derived="price - deposit")] = None,
) -> Annotated[Decimal, Money("USD")]:
    return cents(borrowed * (1 + fee))
"""
    )
