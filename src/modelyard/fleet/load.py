"""How much a process has to do: what was counted between two looks."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from modelyard.metrics.families import GAUGES, IN_FLIGHT, REQUEST, RUNS_AT_WORK, Counts
from modelyard.metrics.quantiles import quantile_s

STATM = Path("/proc/self/statm")
PAGE_BYTES = 4096
LOOKS_BACK = 6
"""How many looks ago the rates begin: one minute, at one look in ten seconds."""


class Load(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process does, over about the last minute."""

    requests_per_s: float = 0.0
    errors_per_s: float = 0.0
    p50_s: float | None = None
    p99_s: float | None = None
    in_flight: int = 0
    runs: int = 0
    cpu: float = 0.0
    """Processors in use: 1.0 is one of them, all of the time."""
    memory_bytes: int = 0


@dataclass(frozen=True)
class Look:
    """What was seen at one time."""

    at_s: float
    """By the monotonic clock, which nobody sets."""
    cpu_s: float
    counts: Counts


@dataclass
class Meter:
    """Looks at the counts of this process again and again."""

    counted: Any
    """Gives all that was counted so far."""
    _looks: "deque[Look]" = field(default_factory=lambda: deque(maxlen=LOOKS_BACK + 1))

    def look(self) -> Load:
        """Give the load since some looks ago."""
        look = Look(time.monotonic(), time.process_time(), self.counted())
        self._looks.append(look)
        first = self._looks[0]
        passed_s = look.at_s - first.at_s
        grown = growth(first.counts, look.counts)
        if passed_s <= 0:
            return load_of({}, 1.0, 0.0, look.counts)
        return load_of(grown, passed_s, look.cpu_s - first.cpu_s, look.counts)


def growth(before: Counts, after: Counts) -> Counts:
    """Give what was counted in between; a series that fell was begun anew."""
    grown: Counts = {}
    for key, numbers in after.items():
        if key[0] in GAUGES:
            continue
        known = before.get(key)
        more = numbers
        if known is not None and len(known) == len(numbers):
            more = [new - old for new, old in zip(numbers, known, strict=True)]
            if min(more) < 0:
                more = numbers
        if any(more):
            grown[key] = list(more)
    return grown


def load_of(grown: Counts, passed_s: float, cpu_s: float, now: Counts) -> Load:
    """Work out the load from what was counted within some seconds."""
    requests, errors, steps = totals(grown)
    return Load(
        requests_per_s=round(requests / passed_s, 3),
        errors_per_s=round(errors / passed_s, 3),
        p50_s=_rounded(quantile_s(steps, 0.5)),
        p99_s=_rounded(quantile_s(steps, 0.99)),
        in_flight=int(now.get((IN_FLIGHT,), [0.0])[0]),
        runs=int(now.get((RUNS_AT_WORK,), [0.0])[0]),
        cpu=round(max(cpu_s, 0.0) / passed_s, 3),
        memory_bytes=memory_bytes(),
    )


def totals(counts: Mapping[tuple[str, ...], list[float]]) -> tuple[int, int, list[float]]:
    """Give the requests, those of them that failed, and the steps of all of them together."""
    requests = errors = 0.0
    joint: list[float] = []
    for key, numbers in counts.items():
        if key[0] != REQUEST:
            continue
        many = sum(numbers[1:])
        requests += many
        errors += many if key[3].startswith("5") else 0.0
        joint = (
            [one + other for one, other in zip(joint, numbers, strict=True)]
            if len(joint) == len(numbers)
            else list(numbers)
        )
    return int(requests), int(errors), joint or [0.0]


def memory_bytes() -> int:
    """Give the memory that this process has; 0 where the system does not say."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
