"""For authors of what-if models: everything a file in `scenarios/` needs."""

from modelyard.scenarios.author import (
    Choice,
    Day,
    Integer,
    Money,
    Number,
    Percent,
    Table,
    Text,
    Vector,
    cents,
    chart,
    what_if,
)

__all__ = [
    "Choice",
    "Day",
    "Integer",
    "Money",
    "Number",
    "Percent",
    "Table",
    "Text",
    "Vector",
    "cents",
    "chart",
    "what_if",
]
