"""How much was done within a minute, or an hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from modelyard.fleet.packed import packed, unpacked
from modelyard.metrics.families import Counts
from modelyard.metrics.reading import add_to

MINUTE_S = 60
HOUR_S = 3600


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How much one process, or all of an hour together, had to do."""

    at: datetime
    """When it begins."""
    span_s: int
    members: int
    requests: int
    errors: int
    busy_s: float
    counts: bytes
    """As `packed` gives them."""


def joined_by(samples: Iterable[Sample], span_s: int) -> list[Sample]:
    """Make one sample of all that begin in one minute, or in one hour."""
    floor = hour_of if span_s == HOUR_S else minute_of
    groups: dict[datetime, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(floor(sample.at), []).append(sample)
    return [_joined(at, span_s, parts) for at, parts in sorted(groups.items())]


def hour_of(at: datetime) -> datetime:
    """Give the beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def minute_of(at: datetime) -> datetime:
    """Give the beginning of the minute."""
    return at.replace(second=0, microsecond=0)


def heads_of(sample: Sample) -> float:
    """Give how many processes a sample stands for in its minute: a part where it is short."""
    return sample.members * min(1.0, sample.span_s / MINUTE_S)


def _joined(at: datetime, span_s: int, parts: list[Sample]) -> Sample:
    counts: Counts = {}
    minutes: dict[datetime, float] = {}
    for part in parts:
        add_to(counts, unpacked(part.counts))
        minute = minute_of(part.at)
        minutes[minute] = minutes.get(minute, 0.0) + heads_of(part)
    return Sample(
        at=at,
        span_s=span_s,
        members=max(1, ceil(max(minutes.values()) - 0.01)),
        requests=sum(part.requests for part in parts),
        errors=sum(part.errors for part in parts),
        busy_s=sum(part.busy_s for part in parts),
        counts=packed(counts),
    )
