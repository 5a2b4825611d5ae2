"""Counting: right under several processes, cheap, bounded, and it never raises."""

import math
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from modelyard import metrics
from modelyard.metrics import counting, families, reading
from modelyard.metrics.bounds import MOST

CHILD = """
import sys
from pathlib import Path
from modelyard import metrics
metrics.start(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    metrics.observe("/sum/{a}", "GET", 200, 0.003)
print("counted", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path):
    metrics.start(tmp_path / "metrics")
    return tmp_path / "metrics"


def requests_of(counts, route="/sum/{a}"):
    return sum(
        sum(numbers[1:])
        for key, numbers in counts.items()
        if key[0] == families.REQUEST and key[1] == route
    )


def child(folder, times):
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(times)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "counted\n"
    return process


def test_what_several_processes_count_is_added_up(folder):
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    children = [child(folder, 100), child(folder, 23)]
    try:
        assert requests_of(reading.read_all()) == 124
    finally:
        for each in children:
            each.communicate("\n")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_dies_is_still_counted_once_and_its_file_goes(folder, ending):
    one = child(folder, 50)
    one.send_signal(ending)
    one.communicate()
    assert [requests_of(reading.read_all()) for _ in range(3)] == [50, 50, 50]
    assert len(list(folder.glob("*.counts"))) == 1, "only this process's own"


def test_a_crash_while_the_archive_is_made_counts_nothing_twice(folder):
    child(folder, 50).communicate("\n")
    left = next(path for path in folder.glob("*.counts") if str(os.getpid()) not in path.name)
    kept = left.read_bytes()
    assert requests_of(reading.read_all()) == 50
    left.write_bytes(kept)  # as if it had not been removed any more
    assert requests_of(reading.read_all()) == 50


def test_a_service_that_starts_anew_begins_at_zero_but_not_while_others_live(folder, tmp_path):
    living = child(folder, 7)
    metrics.start(tmp_path / "elsewhere")
    metrics.start(folder)
    assert requests_of(reading.read_all()) == 7
    living.communicate("\n")
    metrics.start(tmp_path / "elsewhere")
    metrics.start(folder)
    assert requests_of(reading.read_all()) == 0


def test_a_forked_process_counts_into_a_file_of_its_own(folder):
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    pid = os.fork()
    if pid == 0:
        metrics.observe("/sum/{a}", "GET", 200, 0.001)
        os._exit(0)
    os.waitpid(pid, 0)
    assert requests_of(reading.read_all()) == 2


def test_threads_lose_no_count(folder):
    def count():
        for _ in range(5000):
            metrics.observe("/sum/{a}", "GET", 200, 0.001)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert requests_of(reading.read_all()) == 20_000


def test_what_was_counted_stays_when_somebody_empties_the_folder_of_caches(folder):
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    for path in folder.iterdir():
        path.unlink()
    assert requests_of(reading.read_all()) == 1
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    assert requests_of(reading.read_all()) == 2


def test_made_up_labels_do_not_become_series_without_end(folder):
    for number in range(MOST["route"] + 500):
        metrics.observe(f"/made/up/{number}", "GET", 200, 0.001)
    for number in range(3000):
        metrics.observe("/v2", f"VERB{number}", number, 0.001, model=str(number), version="1")
        metrics.observe("/v2", "GET", 200, 0.001, model="delays", version=str(number))
    counts = reading.read_all()
    assert len(counts) < counting.MOST_SERIES + 10
    assert requests_of(counts, "other") >= 500
    assert len(counting.own_recorder().known) <= counting.MOST_SERIES
    assert sum(sum(numbers[1:]) for key, numbers in counts.items() if key[0] == "request") == (
        MOST["route"] + 500 + 6000
    )


@pytest.mark.parametrize(
    "broken",
    [
        (["/list"], "GET", 200, 0.1),
        ("/a", "GET", 200, "slow"),
        ("/a", "GET", None, float("nan")),
        ("/a\x00\ud800", "GET", 200, -5.0),
        ("/" + "x" * 10_000, "GET", 200, 1e300),
    ],
)
def test_counting_never_raises(folder, broken):
    metrics.observe(*broken)
    metrics.count_predictions(-1, model=None, version="", protocol="")
    metrics.count_run("kind", "succeeded", float("nan"))
    assert not any(math.isnan(number) for row in reading.read_all().values() for number in row)


def test_a_folder_that_cannot_be_written_is_counted_in_memory(tmp_path):
    (tmp_path / "a file").write_text("")
    metrics.start(tmp_path / "a file" / "metrics")
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    assert requests_of(metrics.own_counts()) == 1


def test_a_damaged_sheet_spoils_nothing(folder):
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    (folder / "1-abc.counts").write_bytes(os.urandom(200_000))
    (folder / "archive").write_bytes(b"\xff" * 70_000)
    assert requests_of(reading.read_all()) == 1


def test_counting_costs_less_than_a_hundredth_of_a_fast_request(folder):
    times = 20_000
    metrics.observe("/sum/{a}", "GET", 200, 0.001)
    best = min(_cpu_s(times) for _ in range(5)) / times
    assert best < 5e-6


def _cpu_s(times):
    began = time.thread_time()
    for _ in range(times):
        metrics.observe("/sum/{a}", "GET", 200, 0.001)
    return time.thread_time() - began


def test_seconds_fall_into_steps_that_end_where_they_say():
    assert list(families.BOUNDS_S) == sorted(set(families.BOUNDS_S))
    assert {0.001, 0.0025, 0.005, 0.01, 0.25, 1.0, 10.0} <= set(families.BOUNDS_S)
