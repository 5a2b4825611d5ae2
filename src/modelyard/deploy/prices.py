"""List prices, from a file that says for each where it stands and when it was read."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from modelyard.deploy.plan import CostRange

FILE = "prices.toml"


@dataclass(frozen=True)
class Price:
    """What one unit costs."""

    name: str
    usd: float
    source: str
    date: str

    def __str__(self) -> str:
        """Say it with its source."""
        shown = self.name.replace("_", " ")
        return f"{shown}: ${self.usd:.10f}".rstrip("0") + f" ({self.source}, {self.date})"


@dataclass(frozen=True)
class Use:
    """How much of one unit a month is used, at least and at most."""

    price: str
    low: float
    high: float


@cache
def prices() -> dict[str, Price]:
    """Give all prices by name."""
    found = {}
    for name, entry in _document().items():
        if isinstance(entry, dict):
            found[name] = Price(name, float(entry["usd"]), entry["source"], entry["date"])
    return found


def month_hours() -> float:
    """Give the hours that count as a month."""
    return float(_document()["month_hours"])


def cost_of(uses: Iterable[Use]) -> CostRange:
    """Add up what is used."""
    taken = tuple(uses)
    known = prices()
    return CostRange(
        sum(known[use.price].usd * use.low for use in taken),
        sum(known[use.price].usd * use.high for use in taken),
        tuple(str(known[name]) for name in dict.fromkeys(use.price for use in taken)),
    )


def _document() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
