"""What the commands of `modelyard scale` print as JSON."""

from collections.abc import Sequence
from typing import Any

from modelyard.cli.json_document import plain
from modelyard.scale.simulating import Outcome
from modelyard.scale.trace import Trace

MOST_POINTS = 2_000


def outcomes_json(trace: Trace, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give what was played; timelines of at most 2,000 points, each the highest of its span."""
    span_s = -(-trace.seconds // MOST_POINTS)
    about = {
        "name": trace.name,
        "seconds": trace.seconds,
        "requests": trace.requests,
        "peak_per_s": trace.peak_per_s,
    }
    return {
        "trace": about,
        "timeline_span_s": span_s,
        "outcomes": [_outcome(outcome, span_s) for outcome in outcomes],
    }


def _outcome(outcome: Outcome, span_s: int) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "policy": plain(outcome.policy),
        "requests": outcome.requests,
        "failed": outcome.failed,
        "failed_share": outcome.failed_share,
        "p50_s": outcome.p50_s,
        "p95_s": outcome.p95_s,
        "p99_s": outcome.p99_s,
        "mean_instances": outcome.mean_instances,
        "most_instances": outcome.most_instances,
        "month_usd": outcome.month_usd,
        "timeline": {
            "instances": peaks(outcome.instances, span_s),
            "mean_wait_s": [round(one, 6) for one in peaks(outcome.mean_wait_s, span_s)],
        },
    }


def peaks(values: Sequence[float], span_s: int) -> list[float]:
    """Give the highest value of each span."""
    return [max(values[at : at + span_s]) for at in range(0, len(values), span_s)]
