"""From a thousand predictions a day to a billion: what each tenfold step would need and cost.

A recorded week (its shape; the number of requests is scaled to a day's on average) is played under
each platform's policy as it comes. The service is what somebody measured: `--curve measured.toml`,
or processors that answer so many predictions per second and use all of themselves for it.

Usage: python benchmarks/growth_on_paper.py TRACE [--per-second 2000] [--curve measured.toml]
           [--days 7] [--highest 9]
"""

import argparse
from pathlib import Path

import msgspec

from modelyard.scale.policy_file import usual_policies, with_room
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.scale.trace_file import Reading, read_trace
from modelyard.workspace.measured import Curve, Measured, Measurement, read_measured

DAY_S = 86_400


def curve_of(per_second: float) -> Measured:
    """A service of one processor that its predictions fill."""
    each_s = 1 / per_second
    curve = Curve(
        capacity_per_s=per_second,
        service_s=(each_s,),
        variation=1.0,
        start_s=3.0,
        cpu_s=each_s,
        processors=1.0,
    )
    return Measured(measured=Measurement(at="", service="on paper"), curve=curve)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trace", type=Path)
    parser.add_argument("--per-second", type=float, default=2000)
    parser.add_argument("--curve", type=Path)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--highest", type=int, default=9, help="as a power of ten")
    given = parser.parse_args()
    measured = read_measured(given.curve) if given.curve else curve_of(given.per_second)
    week = read_trace(given.trace, Reading(most_days=given.days, gaps="hold"))
    per_day = week.requests / week.seconds * DAY_S
    print(f"one processor answers {measured.curve.capacity_per_s:,.0f} per second")
    print(f"{'a day':>14}{'peak/s':>9} {'platform':16}{'instances':>10}{'most':>6}{'p99 ms':>9}"
          f"{'failed':>10}{'USD/month':>11}")  # fmt: skip
    for power in range(3, given.highest + 1):
        factor = 10**power / per_day
        trace = Trace([one * factor for one in week.per_s], week.name)
        for name, policy in usual_policies(measured, trace).items():
            fitting = with_room(policy, measured.curve, trace)
            if name == "cloud_run":
                fitting = msgspec.structs.replace(fitting, concurrency=8, billing="instance")
            outcome = simulate(trace, measured.curve, fitting)
            print(
                f"{10**power:14,}{trace.peak_per_s:9,.1f} {name:16}"
                f"{outcome.mean_instances:10,.1f}{outcome.most_instances:6,}"
                f"{(outcome.p99_s or 0) * 1000:9,.1f}{outcome.failed_share:10.4%}"
                f"{outcome.month_usd:11,.0f}"
            )


if __name__ == "__main__":
    main()
