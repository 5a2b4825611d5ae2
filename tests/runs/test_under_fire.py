"""Workers are killed all the time; every run ends, and each once."""

import time
from collections import Counter
from pathlib import Path

import pytest
from run_yard import Yard, eventually, make_runs
from sqlalchemy import select

from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.runs.tables import EVENTS, RUNS

pytestmark = pytest.mark.server
RUNS_IN_ALL = 200
PAUSE_S = 1.0
PATIENCE_S = 120.0


def fire_at(yard: Yard) -> int:
    """Kill a worker each second, one that was there a second ago, until all is over.

    Another takes its place at once. Tells how many were killed.
    """
    killed, until = 0, time.monotonic() + PATIENCE_S
    before: set[int] = set()
    while left(yard):
        assert time.monotonic() < until, yard.runs.counts()
        victims = [each for each in yard.workers if each.pid in before and each.poll() is None]
        if victims:
            victims[0].kill()
            yard.start()
            killed += 1
        before = yard.there()
        time.sleep(PAUSE_S)
    return killed


def left(yard: Yard) -> int:
    counts = yard.runs.counts()
    return counts["queued"] + counts["running"]


def faults_of(yard: Yard, ids: list[str]) -> list[str]:
    """Say how the runs failed that did."""
    runs = (yard.runs.get_run(run_id) for run_id in ids)
    return [f"attempt {run.attempt}: {run.fault}" for run in runs if run.state != "succeeded"]


def endings(yard: Yard) -> Counter[str]:
    """Count, by run, how often it was said to be over."""
    ended = select(EVENTS.c.run_id).where(EVENTS.c.kind == "completed")
    with yard.runs.database.reading() as connection:
        return Counter(connection.execute(ended).scalars())


@pytest.mark.parametrize(("kind", "workers"), [("postgres", 2), ("sqlite", 1)])
def test_every_run_ends_once_while_workers_are_killed_each_second(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, workers: int
) -> None:
    url = (
        request.getfixturevalue("postgres_url")
        if kind == "postgres"
        else f"sqlite:///{tmp_path}/fire.db"
    )
    database = open_database(url)
    migrate(database)
    yard = Yard(make_runs(database, tmp_path), url, tmp_path)
    try:
        for _ in range(workers):
            yard.start()
        eventually(lambda: yard.alive() >= workers)
        ids = [
            yard.runs.submit("echo", {"text": str(number), "seconds": number % 5 / 4})[0].id
            for number in range(RUNS_IN_ALL)
        ]
        assert fire_at(yard) > 1
        assert faults_of(yard, ids) == []
        assert yard.runs.counts()["succeeded"] == RUNS_IN_ALL
        assert endings(yard) == Counter(ids)
        for run_id in ids:
            assert yard.runs.result(run_id)
        with database.reading() as connection:
            attempts = list(connection.execute(select(RUNS.c.attempt)).scalars())
        assert max(attempts) > 1
    finally:
        yard.stop()
        database.close()
