"""Percentiles from the steps into which seconds fell."""

from collections.abc import Sequence

from modelyard.metrics.families import BOUNDS_S


def quantile_s(numbers: Sequence[float], share: float) -> float | None:
    """Give the seconds that this share of a timed series did not exceed; None where it is empty.

    It lies within its step by as much as the share asks for: so it is right within 10 %. What took
    longer than the last step counts as that.
    """
    steps = numbers[1:]
    wanted = share * sum(steps)
    if wanted <= 0:
        return None
    seen = 0.0
    for place, count in enumerate(steps):
        if seen + count >= wanted and count > 0:
            if place >= len(BOUNDS_S):
                break
            low = BOUNDS_S[place - 1] if place else 0.0
            return low + (BOUNDS_S[place] - low) * (wanted - seen) / count
        seen += count
    return BOUNDS_S[-1]
