"""Up to five times what a process can answer: does it go on answering as many as it can?

    python benchmarks/overload.py [--seconds 8] [--work waits|computes] [--threads 4] [--waiting 8]

One `modelyard serve` process with a bounded queue (MODELYARD_WAITING) is sent requests at fixed
times, whether or not those before are answered. `waits` sleeps 50 ms for an answer; `computes` is
at work for 20 ms of processor time. Told for each load: answers with 200 per second, how long they
took from their sending, refusals, how long `/health/live` took meanwhile, and the processor time of
the service per answer. The sender shares the machine: where it is late by seconds itself, that load
says little; judge by ratios within one run.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "src")]

import psutil  # noqa: E402
from overloaded_yard import overloaded_yard  # noqa: E402

from modelyard.scale.load.figures import lateness_s, quantile, statuses  # noqa: E402
from modelyard.scale.load.routes import Route  # noqa: E402
from modelyard.scale.load.schedule import schedule_of  # noqa: E402
from modelyard.scale.load.sending import Answers, open_sender  # noqa: E402

LOADS = (0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)
ROUTES = (Route("GET", "/answer"),)


@dataclass
class Pulse:
    """How long the health of the process took to be told, again and again."""

    address: str
    took_s: list[float] = field(default_factory=list)
    failed: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def feel(self) -> None:
        while not self.over.wait(0.1):
            began = time.perf_counter()
            try:
                urllib.request.urlopen(f"{self.address}/health/live", timeout=10).read()
                self.took_s.append(time.perf_counter() - began)
            except OSError:
                self.failed += 1


@contextmanager
def feeling(address: str) -> Iterator[Pulse]:
    pulse = Pulse(address)
    thread = threading.Thread(target=pulse.feel)
    thread.start()
    try:
        yield pulse
    finally:
        pulse.over.set()
        thread.join()


def processor_s(pid: int) -> float:
    """Give the processor time that a service has used, with its children."""
    parent = psutil.Process(pid)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def good(answers: Answers) -> list[float]:
    """Give how long the requests took that were answered."""
    return sorted(row.own_s for row in answers.rows if row.status == 200)


def lasted_s(answers: Answers) -> float:
    """Give the seconds from the first sending to the last answer."""
    return max(row.due_s + row.took_s for row in answers.rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--work", choices=["waits", "computes"], default="waits")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--waiting", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        yard = overloaded_yard(
            Path(folder), options.work, threads=options.threads, waiting=options.waiting
        )
        with yard as (address, pid), open_sender(address, ROUTES) as sender:
            capacity = options.threads / 0.05 if options.work == "waits" else 40.0
            sender.send(schedule_of([capacity / 2] * 2, ROUTES))
            print(
                f"{options.work}: {options.threads} threads, {options.waiting} may wait;", end=" "
            )
            print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}")
            heads = ("offered/s", "200/s", "p50 ms", "p99 ms", "refused", "other")
            more = ("health p99 ms", "health failed", "cpu ms/200", "late p99 ms")
            print("".join(f"{head:>14}" for head in (*heads, *more)))
            rates = [measured(sender, address, pid, capacity * load, options) for load in LOADS]
            peak = max(rates)
            print(f"at {LOADS[-1]:g} times {capacity:g}/s: {rates[-1] / peak:.1%} of the peak")


def measured(sender, address: str, pid: int, per_s: float, options) -> float:
    """Send a load, write a line, and give the answers per second."""
    before = processor_s(pid)
    with feeling(address) as pulse:
        answers = sender.send(schedule_of([per_s] * options.seconds, ROUTES, seed=7))
    used_s = processor_s(pid) - before
    took, told = good(answers), statuses(answers)
    rate = len(took) / lasted_s(answers)
    refused = told.pop("503", 0)
    told.pop("200", None)
    figures = (
        f"{per_s:.0f}",
        f"{rate:.1f}",
        f"{quantile(took, 0.5) * 1000:.0f}",
        f"{quantile(took, 0.99) * 1000:.0f}",
        str(refused),
        str(sum(told.values())),
        f"{quantile(sorted(pulse.took_s), 0.99) * 1000:.0f}",
        str(pulse.failed),
        f"{used_s / max(len(took), 1) * 1000:.1f}",
        f"{lateness_s(answers) * 1000:.0f}",
    )
    print("".join(f"{one:>14}" for one in figures), flush=True)
    return rate


if __name__ == "__main__":
    main()
