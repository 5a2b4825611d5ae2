"""Traces: how many requests came, second by second."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_S = 62 * 86_400
HIGHEST_PER_S = 1e9


@dataclass(frozen=True)
class Trace:
    """Requests per second, one number for each second."""

    per_s: "Sequence[float]"
    name: str = "trace"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return len(self.per_s)

    @property
    def requests(self) -> float:
        """How many requests it has."""
        return float(sum(self.per_s))

    @property
    def peak_per_s(self) -> float:
        """The most that come within a second."""
        return float(max(self.per_s))


def ramp(low_per_s: float, high_per_s: float, seconds: int) -> Trace:
    """Make a trace that grows evenly."""
    step = (high_per_s - low_per_s) / max(seconds - 1, 1)
    return Trace([low_per_s + step * second for second in range(seconds)], "ramp")


def spread(counts: "Sequence[float]", row_s: int, name: str, where: str) -> Trace:
    """Make a trace of requests per second in rows of `row_s` seconds, evenly within each.

    Raises Invalid where it is empty, too long, has what is no count, or no requests at all.
    """
    if not counts:
        raise Invalid(where, "has no rows.")
    if len(counts) * row_s > LONGEST_S:
        why = f"is longer than {LONGEST_S // 86_400} days."
        raise Invalid(where, why, "--days takes its busiest days.")
    for number, count in enumerate(counts, start=1):
        if not 0 <= count <= HIGHEST_PER_S:
            said = "is negative" if count < 0 else "is no number of requests"
            raise Invalid(f"{where}, row {number}", f"{count:g} {said}.")
    if not any(counts):
        raise Invalid(where, "has no requests at all.")
    return Trace([float(count) for count in counts for _ in range(row_s)], name)
