"""Queues worked through request by request, with random times: slow, and true by construction."""

import heapq
from collections.abc import Sequence
from random import Random


def arrivals(per_s: Sequence[float], chance: Random) -> list[float]:
    """Give when requests come: a Poisson process whose rate changes every second."""
    times = []
    for second, rate in enumerate(per_s):
        at = float(second)
        while rate > 0 and (at := at + chance.expovariate(rate)) < second + 1:
            times.append(at)
    return times


def responses(
    per_s: Sequence[float], instances: Sequence[int], servers: int, mean_s: float, seed: int = 7
) -> list[tuple[float, float, float]]:
    """Give for each request when it came, how long it waited and how long it took in all.

    Each instance has so many servers; times of service are exponential; all wait in one queue.
    Instances that go finish what they work on.
    """
    chance = Random(seed)  # noqa: S311
    free = [0.0] * (instances[0] * servers)
    present, done = instances[0], []
    for at in arrivals(per_s, chance):
        wanted = instances[int(at)]
        while present < wanted:
            present += 1
            for _ in range(servers):
                heapq.heappush(free, float(int(at)))
        while present > wanted:
            present -= 1
            for _ in range(servers):
                heapq.heappop(free)
        begin = max(at, heapq.heappop(free))
        own = chance.expovariate(1 / mean_s)
        heapq.heappush(free, begin + own)
        done.append((at, begin - at, begin + own - at))
    return done


def quantile(values: Sequence[float], share: float) -> float:
    rising = sorted(values)
    return rising[min(int(share * len(rising)), len(rising) - 1)]
