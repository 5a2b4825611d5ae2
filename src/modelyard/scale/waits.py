"""What requests had to wait for, second by second, and then like ones brought together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.scale.queueing import queue_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy

    from modelyard.scale.playing import Played
    from modelyard.scale.policy import Policy
    from modelyard.scale.unit import Unit

    Floats = numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]
    Whole = numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.int64]]

STEPS_PER_FOLD = 24
"""How finely waits are told apart: per factor e, so within 2 % of each."""
LEAST_S = 1e-6
RADIX = 4096
HALF_NORMAL = 0.61
"""The exponential part of what has the mean and p99 of a half normal distribution."""


@dataclass(frozen=True)
class Waits:
    """Requests, or groups of such that had the same to wait for."""

    weights: "Floats"
    """How many requests."""
    fixed_s: "Floats"
    """What each had to wait because more had come than could be answered."""
    delayed: "Floats"
    """The share that waited by chance besides."""
    chance_s: "Floats"
    """How long those waited on average; their waits are exponential."""

    @property
    def mean_s(self) -> "Floats":
        """The mean wait of each group."""
        return self.fixed_s + self.delayed * self.chance_s


def waits_of(per_s: "Sequence[float]", played: "Played", unit: "Unit", policy: "Policy") -> Waits:
    """Find what the requests of each second waited for."""
    import numpy as np

    accepted = np.asarray(per_s, dtype=np.float64) - np.asarray(played.refused)
    backlog, ready = np.asarray(played.backlog), np.asarray(played.ready)
    in_flight = np.asarray(played.in_flight)
    answered = np.maximum(accepted - np.diff(in_flight, prepend=0.0), 0.0)
    capacity = ready * unit.capacity_per_s
    per_instance = np.maximum(capacity, 1e-12)
    waiting = np.maximum(in_flight - answered * unit.mean_s - backlog, 0.0)
    delayed, steady = _steady(
        ready, np.minimum(answered / per_instance, 1.0), accepted / per_instance, unit, policy
    )
    delayed = np.where(backlog > 0, 1.0, delayed)
    by_chance = waiting * _share_of_chance(waiting, steady)
    rate = np.where(backlog > 0, capacity, np.minimum(answered, capacity))
    waited = np.maximum(rate * delayed, 1e-12)
    chance = np.where((ready > 0) & (delayed > 1e-9), by_chance / waited, 0.0)
    drained = np.where(ready > 0, (waiting - by_chance) / per_instance, 0.0)
    fixed = _fixed(accepted, backlog, capacity[-1]) + drained
    return Waits(accepted, fixed, delayed, chance)


def _share_of_chance(waiting: "Floats", steady: "Floats") -> "Floats":
    """Give how much of a queue waits by chance, exponentially; the rest waits alike.

    Of a queue longer than a steady one would be at this load, what is more is there for certain
    and is worked off. One that is shorter grows: where the load is at the capacity its length is
    half normal, whose p99 and mean are those of these two parts.
    """
    import numpy as np

    longer = steady / np.maximum(waiting, 1e-12)
    shorter = HALF_NORMAL + (1 - HALF_NORMAL) * waiting / np.maximum(steady, 1e-12)
    return np.where(waiting >= steady, longer, np.minimum(shorter, 1.0))


def _fixed(accepted: "Floats", backlog: "Floats", last_capacity: float) -> "Floats":
    """Give the waits, first come first served, of what piled up: infinite where nothing comes."""
    import numpy as np

    count = len(accepted)
    if not backlog.any():
        return np.zeros(count)
    came = np.cumsum(accepted)
    done = np.maximum.accumulate(came - backlog)
    middles = came - accepted / 2
    clock = np.arange(1, count + 1, dtype=np.float64)
    at = np.interp(middles, np.concatenate(([0.0], done)), np.concatenate(([0.0], clock)))
    late = middles > done[-1]
    ends = count + (middles[late] - done[-1]) / last_capacity if last_capacity else np.inf
    at[late] = ends
    waits = np.maximum(at - (clock - 0.5), 0.0)
    touched = (backlog > 0) | (np.concatenate(([0.0], backlog[:-1])) > 0)
    return np.where(touched & (accepted > 0), waits, 0.0)


def _steady(
    ready: "Whole", uses: "Floats", offered: "Floats", unit: "Unit", policy: "Policy"
) -> "tuple[Floats, Floats]":
    """Give the share of requests that wait by chance, and how long a steady queue would be."""
    import numpy as np

    delayed, steady = np.zeros(len(ready)), np.zeros(len(ready))
    order = np.argsort(ready, kind="stable")
    counts, begins = np.unique(ready[order], return_index=True)
    for count, part in zip(counts.tolist(), np.split(order, begins[1:]), strict=True):
        if count:
            servers, alike = (count, 1) if policy.queue == "one" else (1, count)
            queue = queue_of(
                servers * unit.servers, servers * unit.capacity_per_s, unit.mean_s, unit.variation
            )
            delayed[part] = np.interp(uses[part], queue.uses, queue.delayed)
            steady[part] = alike * np.interp(offered[part], queue.uses, queue.waiting, right=np.inf)
    return delayed, steady


def grouped(waits: Waits) -> Waits:
    """Bring together requests whose waits are alike."""
    import numpy as np

    keys = np.zeros(len(waits.weights), dtype=np.int64)
    for column in (waits.fixed_s, waits.delayed, waits.chance_s):
        known = np.clip(column, LEAST_S, 1e9) / LEAST_S
        keys = keys * RADIX + np.round(np.log(known) * STEPS_PER_FOLD).astype(np.int64)
    _, where = np.unique(keys, return_inverse=True)
    weights = np.asarray(np.bincount(where, waits.weights), dtype=np.float64)
    safe = np.maximum(weights, 1e-300)
    columns = (waits.fixed_s, waits.delayed, waits.chance_s)
    means = (np.bincount(where, np.minimum(one, 1e9) * waits.weights) / safe for one in columns)
    return Waits(weights, *means)
