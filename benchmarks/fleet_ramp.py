"""A ramp to three times one process's capacity, against a fleet that grows and shrinks by policy.

    python benchmarks/fleet_ramp.py [--seconds 150] [--seed 1] [--picture fleet.png]

Real `modelyard serve` processes stand behind nginx on this machine; each waits 40 to 120 ms for an
answer, so one process with 4 threads answers 50 requests a second at the most; what it really
answers is measured first. The autoscaler is the one that the simulator plays (a managed instance
group, by requests per second). It decides once a second by what nginx counts. The same ramp is then
simulated with the curve of one process: the number of instances and the p95 of both are told side
by side.

What the machine is short of (processors) shows in the p95: run it where nothing else runs.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "src")]

from fleet_against_simulation import HIGH, LOW, Result, ran  # noqa: E402
from local_fleet import NOMINAL_PER_S, LocalFleet  # noqa: E402

from modelyard.scale.load.figures import lateness_s, quantile, step_of  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()

    def shoot(fleet: LocalFleet) -> None:
        if options.picture:
            from playwright.sync_api import sync_playwright

            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox"]
                )
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(f"{fleet.address}/fleet?span=minutes")
                page.screenshot(path=str(options.picture))
                browser.close()

    with tempfile.TemporaryDirectory() as folder:
        result = ran(Path(folder), options.seconds, options.seed, at_end=shoot)
    tell(result)


def tell(result: Result) -> None:
    """Write both side by side."""
    step, outcome = step_of(result.answers), result.outcome
    own = sorted(row.own_s for row in result.answers.rows if not row.is_error)
    real, played = result.instances, list(outcome.instances)
    apart = mean(abs(one - other) for one, other in zip(real, played, strict=True))
    capacity = result.curve.capacity_per_s
    print(f"one process: {capacity:.1f} requests/s (at most {NOMINAL_PER_S:g});", end=" ")
    print(f"ramp {LOW:g} to {HIGH:g} times that in {result.seconds} s")
    load = os.getloadavg()
    print(f"{os.cpu_count()} processors, load average {load[0]:.1f} (1 min), {load[1]:.1f} (5 min)")
    print(f"start of a process: {result.fleet.start_s:.1f} s; {len(result.answers.rows)} requests")
    print(f"sender late (p99): {lateness_s(result.answers) * 1000:.1f} ms")
    print(f"{'':<28}{'measured':>10}{'simulated':>11}{'apart':>8}")
    rows = (
        ("instances, mean", mean(real), outcome.mean_instances),
        ("instances, most", max(real), outcome.most_instances),
        ("p50, ms", step.p50_s * 1000, (outcome.p50_s or 0) * 1000),
        ("p95, ms", step.p95_s * 1000, (outcome.p95_s or 0) * 1000),
        ("p95 from sending, ms", quantile(own, 0.95) * 1000, (outcome.p95_s or 0) * 1000),
        ("p99, ms", step.p99_s * 1000, (outcome.p99_s or 0) * 1000),
    )
    for name, seen, simulated in rows:
        print(f"{name:<28}{seen:>10.2f}{simulated:>11.2f}{seen / simulated - 1:>+8.0%}")
    print(f"instances apart on average, second by second: {apart:.2f} ({apart / mean(real):.0%})")
    print(f"failed: {step.errors} measured, {outcome.failed:.0f} simulated")
    print("second  measured  simulated")
    for at in range(0, result.seconds, max(result.seconds // 25, 1)):
        print(f"{at:6}  {'#' * real[at]:<8}  {'#' * played[at]}")


if __name__ == "__main__":
    main()
