"""Real workers share the pieces of one run; any of them may be killed."""

import json
import random
from collections import Counter

import pytest
from run_yard import Yard, eventually

pytestmark = pytest.mark.server


def spread(yard: Yard, pieces: int, seconds: float) -> str:
    request = {"diary": str(yard.diary), "pieces": pieces, "seconds": seconds}
    return yard.runs.submit("spread", request)[0].id


def made(yard: Yard) -> list[tuple[int, int]]:
    """Give the number and the process of every piece that was made."""
    lines = yard.diary.read_text().splitlines() if yard.diary.exists() else []
    return [(int(number), int(pid)) for number, pid in (line.split() for line in lines)]


def on(database: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("database_url", [database], indirect=True)


@on("postgres")
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_gives_the_same(yard: Yard, workers: int) -> None:
    for _ in range(workers):
        yard.work(HEAVY="1")
    run_id = spread(yard, 50, 0.03)
    assert yard.state(run_id) == "succeeded"
    assert json.loads(yard.runs.result(run_id)) == list(range(50))
    assert max(Counter(number for number, _ in made(yard)).values()) == 1
    assert (len({pid for _, pid in made(yard)}) > 1) == (workers > 1)


@on("postgres")
def test_any_worker_may_be_killed_at_any_moment(yard: Yard) -> None:
    workers = [yard.work(HEAVY="1") for _ in range(3)]
    run_id = spread(yard, 200, 0.02)
    order = random.Random(7)  # noqa: S311 (no secret)
    for killed_after in (20, 60, 120):
        eventually(lambda: len(made(yard)) >= killed_after)  # noqa: B023 (used at once)
        killed = workers.pop(order.randrange(len(workers)))
        killed.kill()
        killed.wait()
        workers.append(yard.work(HEAVY="1"))
    assert yard.state(run_id) == "succeeded"
    assert json.loads(yard.runs.result(run_id)) == list(range(200))
    again = [number for number, count in Counter(n for n, _ in made(yard)).items() if count > 1]
    assert len(again) <= 3, "only what a killed worker was at is made again"
    eventually(lambda: yard.runs.blobs.names(f"runs/{run_id}") == [])


@on("sqlite")
def test_a_run_that_waits_goes_before_help(yard: Yard) -> None:
    for _ in range(2):
        yard.work(HEAVY="1")
    run_id = spread(yard, 400, 0.1)
    eventually(lambda: len({pid for _, pid in made(yard)}) == 2)
    assert yard.state(yard.task()) == "succeeded"
    assert yard.runs.get_run(run_id).state == "running"
    yard.runs.cancel(run_id)
    assert yard.state(run_id) == "cancelled"
