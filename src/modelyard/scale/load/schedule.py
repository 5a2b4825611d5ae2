"""When each request is due: fixed before the first is sent, so no slow answer delays another."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from modelyard.errors import Invalid
from modelyard.scale.load.routes import Route

MOST_REQUESTS = 5_000_000


@dataclass(frozen=True)
class Schedule:
    """Requests, each with its time and its route."""

    due_s: Sequence[float]
    """From the beginning, rising."""
    routes: Sequence[int]
    """The place of each one's route in the list of routes."""
    seconds: float


def schedule_of(
    per_s: Sequence[float], routes: Sequence[Route], seed: int = 1, is_even: bool = False
) -> Schedule:
    """Set times for a load of so many requests in each second.

    They come by chance (a Poisson process), as those of many people do, or evenly. The same seed
    gives the same times. Raises Invalid for more than 5 million requests.
    """
    total = sum(per_s)
    if not per_s or total <= 0:
        raise Invalid("load", "has no requests.")
    if total > MOST_REQUESTS:
        raise Invalid("load", f"is more than {MOST_REQUESTS:,} requests.", "Send it in parts.")
    chance = Random(seed)  # noqa: S311 (times of a load, not a secret)
    due = _times(per_s, chance, is_even)
    weights = [route.weight for route in routes]
    chosen = chance.choices(range(len(routes)), weights, k=len(due))
    return Schedule(due, chosen, float(len(per_s)))


def _times(per_s: Sequence[float], chance: Random, is_even: bool) -> list[float]:
    """Find when the sum of the load passes one more step: of 1 each, or exponential ones."""
    sums = [0.0, *accumulate(per_s)]
    due, height = [], 0.5 if is_even else chance.expovariate(1.0)
    while height < sums[-1]:
        second = bisect_right(sums, height) - 1
        due.append(second + (height - sums[second]) / per_s[second])
        height += 1.0 if is_even else chance.expovariate(1.0)
    return due
