"""How fast the service is there, and how many cached answers it gives per second.

The server (Granian, one worker) and the load (`wrk`, one thread) run on this machine; with two
cores each has one. The load is honest only about throughput: wrk waits for each answer.

Usage: python benchmarks/web_answers.py [--seconds 5]
"""

import argparse
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADDRESSES = ("/health/live", "/api/v1/datasets/table/statistics", "/stats", "/")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, float]]:
    """Serve the folder; gives the address and the seconds from process start to the first page."""
    port = free_port()
    started = time.perf_counter()
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while time.perf_counter() - started < 30:
            try:
                urllib.request.urlopen(address, timeout=5).read()
                break
            except OSError:
                time.sleep(0.005)
        yield address, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)


def requests_per_second(address: str, seconds: int) -> tuple[float, str]:
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", address]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+(\S+)", output)
    assert rate and p99, output
    assert "Non-2xx" not in output, output
    return float(rate[1]), p99[1]


def help_seconds() -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "modelyard", "--help"], check=True, stdout=subprocess.DEVNULL
        )
        return time.perf_counter() - started

    return statistics.median(once() for _ in range(7))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5)
    seconds = parser.parse_args().seconds
    from tables import mixed_table

    with tempfile.TemporaryDirectory() as folder:
        mixed_table(Path(folder, "table.parquet"), 200_000, 20)
        print(f"modelyard --help: {help_seconds():.3f} s (median of 7)")
        starts = []
        for _ in range(5):
            with serving(Path(folder)) as (_, start_s):
                starts.append(start_s)
        print(f"process start to first page: {statistics.median(starts):.2f} s (median of 5)")
        if shutil.which("wrk") is None:
            print("wrk is not installed (apt-get install wrk): no throughput measured")
            return
        with serving(Path(folder)) as (address, _):
            print(f"{'address':<40} {'requests/s':>11} {'p99':>9}")
            for path in ADDRESSES:
                urllib.request.urlopen(address + path, timeout=60).read()
                rate, p99 = requests_per_second(address + path, seconds)
                print(f"{path:<40} {rate:11,.0f} {p99:>9}")


if __name__ == "__main__":
    main()
