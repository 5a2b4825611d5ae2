"""The counts in the format that Prometheus reads."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.metrics.families import (
    BOUNDS_S,
    IN_FLIGHT,
    LABELS,
    REQUEST,
    ROWS,
    RUN,
    RUNS_AT_WORK,
    WRONG,
    Counts,
)
from modelyard.version import VERSION

if TYPE_CHECKING:
    from prometheus_client.core import Metric

REQUEST_STEPS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
RUN_STEPS_S = (0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 25_000.0)
Told = dict[tuple[str, ...], list[float]]
"""Numbers by the values of the labels that are told."""


def as_text(counts: Counts, accept: str = "") -> tuple[bytes, str]:
    """Give the counts as text, and its media type: what the header `Accept` asks for.

    OpenMetrics where it is asked for, else the older format of Prometheus.
    """
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(counts))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


@dataclass(frozen=True, eq=False)
class _Collected:
    """What prometheus_client calls a collector."""

    counts: Counts

    def collect(self) -> "Iterator[Metric]":
        """Give all families."""
        yield from _of_requests(self.counts)
        yield from _of_models(self.counts)
        yield from _of_the_rest(self.counts)


def _of_requests(counts: Counts) -> "Iterator[Metric]":
    requests = _chosen(counts, REQUEST)
    yield _counter(
        "modelyard_requests",
        "Requests that were answered, by the rule of their address.",
        ("route", "method", "status"),
        requests,
    )
    yield _histogram(
        "modelyard_request_duration_seconds",
        "Seconds until the answer began.",
        ("route", "method"),
        requests,
        REQUEST_STEPS_S,
    )


def _of_models(counts: Counts) -> "Iterator[Metric]":
    asked = _Rows(row for row in _chosen(counts, REQUEST) if row[0]["model"])
    yield _counter(
        "modelyard_model_requests",
        "Requests that a model answered.",
        ("model", "version", "protocol", "status"),
        asked,
    )
    yield _histogram(
        "modelyard_model_request_duration_seconds",
        "Seconds until a model's answer began.",
        ("model", "version", "protocol"),
        asked,
        REQUEST_STEPS_S,
    )
    yield _counter(
        "modelyard_predictions", "Rows that were predicted.", LABELS[ROWS], _chosen(counts, ROWS)
    )


def _of_the_rest(counts: Counts) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    runs = _chosen(counts, RUN)
    yield _counter(
        "modelyard_function_wrong_answers",
        "Answers of functions that break their document.",
        LABELS[WRONG],
        _chosen(counts, WRONG),
    )
    yield _counter("modelyard_runs", "Runs that ended.", LABELS[RUN], runs)
    yield _histogram(
        "modelyard_run_duration_seconds", "Seconds of work of runs.", ("kind",), runs, RUN_STEPS_S
    )
    gauges = (
        ("modelyard_requests_in_flight", "Requests that are not answered yet.", IN_FLIGHT),
        ("modelyard_runs_at_work", "Runs that are being done.", RUNS_AT_WORK),
    )
    for name, text, family in gauges:
        yield GaugeMetricFamily(name, text, counts.get((family,), [0.0])[0])
    info = GaugeMetricFamily("modelyard_info", "The version that is served.", labels=["version"])
    info.add_metric([VERSION], 1)
    yield info


@dataclass
class _Rows:
    """Series of one family: their labels by name, and their numbers."""

    rows: Iterable[tuple[Mapping[str, str], list[float]]]
    kept: list[tuple[Mapping[str, str], list[float]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kept = list(self.rows)

    def __iter__(self) -> Iterator[tuple[Mapping[str, str], list[float]]]:
        return iter(self.kept)

    def summed(self, labels: tuple[str, ...]) -> Told:
        """Add up the series that have these labels in common."""
        told: Told = {}
        for given, numbers in self.kept:
            key = tuple(given[label] for label in labels)
            known = told.get(key)
            told[key] = (
                numbers
                if known is None
                else [one + other for one, other in zip(known, numbers, strict=True)]
            )
        return told


def _chosen(counts: Counts, family: str) -> _Rows:
    return _Rows(
        (dict(zip(LABELS[family], key[1:], strict=True)), numbers)
        for key, numbers in counts.items()
        if key[0] == family
    )


def _counter(name: str, text: str, labels: tuple[str, ...], rows: _Rows) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, text, labels=labels)
    for key, numbers in sorted(rows.summed(labels).items()):
        family.add_metric(key, sum(numbers[1:]) if len(numbers) > 1 else numbers[0])
    return family


def _histogram(
    name: str, text: str, labels: tuple[str, ...], rows: _Rows, steps: tuple[float, ...]
) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, text, labels=labels)
    ends = [(f"{step:g}", bisect_left(BOUNDS_S, step) + 1) for step in steps]
    for key, numbers in sorted(rows.summed(labels).items()):
        buckets = [(end, sum(numbers[1 : place + 1])) for end, place in ends]
        buckets.append(("+Inf", sum(numbers[1:])))
        family.add_metric(key, buckets, sum_value=numbers[0])
    return family
