"""From what was measured to the settings of one instance."""

from collections.abc import Sequence
from math import ceil
from statistics import fmean, pvariance
from typing import TYPE_CHECKING

from modelyard.scale.load.figures import quantile
from modelyard.workspace.measured import Curve, Step, Suggested

if TYPE_CHECKING:
    from modelyard.scale.load.processes import Use
    from modelyard.scale.load.sending import Answer

QUANTILES = 50
SPARE = 0.8
"""The share of the knee that an instance is to be given."""
MEMORY_SPARE = 1.3
MEMORY_STEP_MIB = 256
MOST_THREADS = 64
SLOW_S = 0.01
"""From this time of an answer on, it pays to bound how many wait."""


def curve_of(
    steps: Sequence[Step], light: Sequence["Answer"], processors: float, start_s: float
) -> Curve:
    """Make the curve of an instance; `light` are answers that had nothing to wait for."""
    own = sorted(row.own_s for row in light)
    middles = [(place + 0.5) / QUANTILES for place in range(QUANTILES)]
    return Curve(
        capacity_per_s=max(step.answered_per_s for step in steps),
        service_s=tuple(max(quantile(own, share), 1e-6) for share in middles),
        variation=pvariance(own) / max(fmean(own), 1e-9) ** 2,
        start_s=start_s,
        processors=processors,
        steps=tuple(steps),
    )


def cpu_per_request(before: "Use", after: "Use", steps: Sequence[Step], step_s: float) -> float:
    """Give the processor time of one request."""
    asked = sum(step.offered_per_s for step in steps) * step_s
    return max(after.cpu_s - before.cpu_s, 0.0) / max(asked, 1.0)


def suggested_for(curve: Curve, knee: Step) -> Suggested:
    """Say how one such instance is to be set.

    As many workers as processors, where the processors are the bottleneck; as many threads as hold
    what was in flight at the knee.
    """
    busy = curve.cpu_s * curve.capacity_per_s
    workers = max(
        min(round(busy) if curve.cpu_s else round(curve.processors), round(curve.processors)), 1
    )
    held = max(knee.in_flight, curve.capacity_per_s * fmean(curve.service_s))
    threads = min(max(ceil(held / workers), 2), MOST_THREADS)
    use = knee.answered_per_s * SPARE * curve.cpu_s / curve.processors
    mib = curve.memory_bytes * MEMORY_SPARE / 2**20
    return Suggested(
        workers=workers,
        threads=threads,
        concurrency=workers * threads,
        waiting=workers * threads if fmean(curve.service_s) >= SLOW_S else 0,
        cpu_target=round(min(max(use, 0.2), 0.9), 2) if curve.cpu_s else 0.6,
        rate_per_instance=round(knee.answered_per_s * SPARE, 3),
        processors=curve.processors,
        memory_mib=max(ceil(mib / MEMORY_STEP_MIB), 2) * MEMORY_STEP_MIB,
    )
