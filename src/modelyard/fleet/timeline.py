"""How many processes there were, and how much they had to do: over minutes, an hour, a week."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final, Literal

from modelyard.fleet.headcount import headcount
from modelyard.fleet.load import totals
from modelyard.fleet.packed import unpacked
from modelyard.fleet.sample import HOUR_S, MINUTE_S, Sample, heads_of, minute_of
from modelyard.metrics.families import REQUEST, Counts
from modelyard.metrics.quantiles import quantile_s
from modelyard.metrics.reading import add_to

if TYPE_CHECKING:
    from modelyard.fleet.store import FleetStore

Span = Literal["minutes", "hour", "day", "week"]
SPANS: Final[Mapping[Span, tuple[timedelta, timedelta]]] = {
    "minutes": (timedelta(minutes=10), timedelta(seconds=10)),
    "hour": (timedelta(hours=1), timedelta(minutes=1)),
    "day": (timedelta(days=1), timedelta(hours=1)),
    "week": (timedelta(days=7), timedelta(hours=6)),
}
"""How far back each looks, and in what steps."""
COUNTED: Final = frozenset({"minutes", "hour"})
"""Spans in which processes are counted by when they came and went; else by who told anything."""
MOST_ROWS = 200
"""Routes, and models, that are told; the busiest."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One step of time; without values where nothing is known of it."""

    at: datetime
    members: int | None = None
    requests_per_s: float | None = None
    errors_per_s: float | None = None
    p50_s: float | None = None
    p99_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route, or one version of a model, over the whole span."""

    labels: tuple[str, ...]
    requests: int
    requests_per_s: float
    errors: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


@dataclass(frozen=True, kw_only=True)
class History:
    """What is told of a span."""

    span: Span
    points: tuple[Point, ...]
    routes: tuple[Row, ...]
    """By method and route."""
    models: tuple[Row, ...]
    """By model, version and protocol."""
    total: Row


def history(store: "FleetStore", span: Span) -> History:
    """Tell the past of all processes together."""
    reach, step = SPANS[span]
    count, now = int(reach / step), store.now()
    begin = floor_of(now, step) - (count - 1) * step
    samples = store.samples(begin - timedelta(seconds=2 * MINUTE_S))
    steps = _steps(samples, begin, step, count)
    joint: Counts = {}
    for sample in _within(samples, begin):
        add_to(joint, unpacked(sample.counts))
    heads = headcount(store.members(), now, begin, step, count) if span in COUNTED else [0] * count
    seconds = reach.total_seconds()
    requests = {key: numbers for key, numbers in joint.items() if key[0] == REQUEST}
    of_models = {key: numbers for key, numbers in requests.items() if key[4]}
    return History(
        span=span,
        points=tuple(
            _point(begin + place * step, one, heads[place]) for place, one in enumerate(steps)
        ),
        routes=_rows(requests, (2, 1), seconds),
        models=_rows(of_models, (4, 5, 6), seconds),
        total=_row((), requests, seconds),
    )


def floor_of(at: datetime, step: timedelta) -> datetime:
    """Give the time at which the step that holds `at` begins."""
    since = at - datetime(2024, 1, 1, tzinfo=UTC)
    return at - since % step


@dataclass
class _Step:
    """What is known of one step of time."""

    counts: Counts = field(default_factory=dict)
    minutes: dict[datetime, float] = field(default_factory=dict)
    """How many processes told of each minute, or hour."""
    seconds: dict[datetime, float] = field(default_factory=dict)
    """How much of each minute, or hour, is told of."""
    requests_per_s: float = 0.0
    """Of samples that are longer than the step."""
    errors_per_s: float = 0.0

    def add(self, sample: Sample) -> None:
        add_to(self.counts, unpacked(sample.counts))
        minute = minute_of(sample.at)
        known = self.minutes.get(minute, 0.0)
        if sample.span_s >= HOUR_S:
            self.minutes[minute] = max(known, sample.members)
        else:
            self.minutes[minute] = known + heads_of(sample)
        self.seconds[minute] = max(self.seconds.get(minute, 0.0), sample.span_s, MINUTE_S)

    def cover(self, sample: Sample) -> None:
        """Add a sample that tells of this step and of others."""
        add_to(self.counts, unpacked(sample.counts))
        self.minutes[sample.at] = self.minutes.get(sample.at, 0.0) + sample.members
        self.requests_per_s += sample.requests / sample.span_s
        self.errors_per_s += sample.errors / sample.span_s


def _within(samples: Iterable[Sample], begin: datetime) -> Iterator[Sample]:
    """Give the samples whose middle lies after `begin`."""
    return (one for one in samples if one.at + timedelta(seconds=one.span_s / 2) >= begin)


def _steps(samples: Iterable[Sample], begin: datetime, step: timedelta, count: int) -> list[_Step]:
    """Put each sample into the step in which its middle lies, or into all that it covers."""
    steps = [_Step() for _ in range(count)]
    for sample in samples:
        span = timedelta(seconds=sample.span_s)
        if step >= timedelta(seconds=MINUTE_S):
            place = (sample.at + span / 2 - begin) // step
            if 0 <= place < count:
                steps[place].add(sample)
            continue
        first = (sample.at - begin) / step
        for place in range(max(0, round(first)), min(count, round(first + span / step))):
            steps[place].cover(sample)
    return steps


def _point(at: datetime, step: _Step, heads: int) -> Point:
    if not step.minutes:
        return Point(at=at, members=heads or None)
    requests, errors, numbers = totals(step.counts)
    seconds = sum(step.seconds.values())
    return Point(
        at=at,
        members=heads or ceil(max(step.minutes.values()) - 0.01),
        requests_per_s=requests / seconds if seconds else step.requests_per_s,
        errors_per_s=errors / seconds if seconds else step.errors_per_s,
        p50_s=quantile_s(numbers, 0.5),
        p99_s=quantile_s(numbers, 0.99),
    )


def _rows(counts: Counts, places: tuple[int, ...], seconds: float) -> tuple[Row, ...]:
    groups: dict[tuple[str, ...], Counts] = {}
    for key, numbers in counts.items():
        groups.setdefault(tuple(key[place] for place in places), {})[key] = numbers
    rows = [_row(labels, group, seconds) for labels, group in groups.items()]
    return tuple(sorted(rows, key=lambda row: (-row.requests, row.labels)))[:MOST_ROWS]


def _row(labels: tuple[str, ...], counts: Counts, seconds: float) -> Row:
    requests, errors, numbers = totals(counts)
    return Row(
        labels=labels,
        requests=requests,
        requests_per_s=requests / seconds,
        errors=errors,
        p50_s=quantile_s(numbers, 0.5),
        p95_s=quantile_s(numbers, 0.95),
        p99_s=quantile_s(numbers, 0.99),
    )
