"""What is counted, and the steps in which seconds are kept."""

from typing import Final

Key = tuple[str, ...]
"""A family, and the values of its labels in their order."""
Counts = dict[Key, list[float]]

REQUEST: Final = "request"
ROWS: Final = "rows"
WRONG: Final = "wrong answer"
RUN: Final = "run"
IN_FLIGHT: Final = "in flight"
RUNS_AT_WORK: Final = "runs at work"

LABELS: Final = {
    REQUEST: ("route", "method", "status", "model", "version", "protocol"),
    ROWS: ("model", "version", "protocol"),
    WRONG: ("function",),
    RUN: ("kind", "state"),
    IN_FLIGHT: (),
    RUNS_AT_WORK: (),
}
"""The labels of each family."""

_STEPS: Final = (1.0, 1.2, 1.5, 1.8, 2.1, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.5)
BOUNDS_S: Final = (
    *(float(f"{step * 10.0**power:.3g}") for power in range(-4, 2) for step in _STEPS),
    *(100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0, 25_000.0, 100_000.0),
)
"""The upper ends of the steps, from 100 µs to a day: fine enough for a percentile within 10 %."""
TIMED: Final = frozenset({REQUEST, RUN})
"""Families of which seconds are kept: the sum first, then how many fell into each step."""
TIMED_LENGTH: Final = 1 + len(BOUNDS_S) + 1
GAUGES: Final = frozenset({IN_FLIGHT, RUNS_AT_WORK})
"""Families that tell how much is at work now; those of a process that is gone count for nothing."""
OTHER: Final = "other"
"""The label of everything that is one too many."""


def length_of(family: str) -> int:
    """Give how many numbers one series of a family has."""
    return TIMED_LENGTH if family in TIMED else 1
