"""What simulating costs: the processor's time of a million simulated seconds under each platform.

Two loads: a wave of a day between 10 and 390 requests per second, and one that is another in every
second by chance. The processor's time is what a busy machine does not change; it is to stay under
10 s per million.

Usage: python benchmarks/simulated_seconds.py [--seconds 1000000]
"""

import argparse
import math
import os
import time
from random import Random

from modelyard.scale.policy import PLATFORMS
from modelyard.scale.simulating import simulate
from modelyard.scale.trace import Trace
from modelyard.workspace.measured import Curve

CURVE = Curve(
    capacity_per_s=50.0, service_s=(0.015, 0.02, 0.025), start_s=3.0, cpu_s=0.02, processors=1.0
)


def loads(seconds: int) -> dict[str, list[float]]:
    chance = Random(1)
    wave = [200 + 190 * math.sin(at / 86_400 * math.tau) for at in range(seconds)]
    return {"wave": wave, "chance": [chance.gammavariate(4, one / 4) for one in wave]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=1_000_000)
    seconds = parser.parse_args().seconds
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
    print(f"{'load':8}{'platform':16}{'cpu s':>8}{'wall s':>8}{'instances':>11}{'p99 ms':>9}")
    for name, per_s in loads(seconds).items():
        for platform, kind in PLATFORMS.items():
            policy = kind(most=100, concurrency=8) if platform == "cloud_run" else kind(most=100)
            began, cpu = time.perf_counter(), time.process_time()
            outcome = simulate(Trace(per_s), CURVE, policy)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - began
            p99_ms = (outcome.p99_s or math.nan) * 1000
            print(
                f"{name:8}{platform:16}{cpu:8.2f}{wall:8.2f}{outcome.mean_instances:11.1f}"
                f"{p99_ms:9.0f}"
            )


if __name__ == "__main__":
    main()
