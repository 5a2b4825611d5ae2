"""A worker and a web process hold few connections to the database."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from run_yard import Yard, eventually, make_runs
from sqlalchemy import text

from modelyard.db import Database, open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Unavailable
from modelyard.runs.pace import CONNECTIONS, Limits

pytestmark = pytest.mark.server
HELD = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


def others(database: Database) -> int:
    """Count the connections to the database of other processes: this one asks with one."""
    with database.reading() as connection:
        held = int(connection.execute(text(HELD)).scalar_one())
    return held - database.engine.pool.checkedin()  # type: ignore[attr-defined]


def test_a_worker_with_all_its_places_taken_holds_six_connections(
    postgres_url: str, tmp_path: Path
) -> None:
    database = open_database(postgres_url)
    migrate(database)
    yard = Yard(make_runs(database, tmp_path), postgres_url, tmp_path)
    try:
        yard.work()
        tasks = [yard.task(holds=True) for _ in range(Limits().heavy)]
        quick = [
            yard.runs.submit("echo", {"text": str(number), "seconds": 2})[0].id
            for number in range(3 * Limits().quick)
        ]
        eventually(lambda: yard.runs.counts()["running"] == Limits().heavy + Limits().quick)
        most = 0
        while yard.runs.counts()["queued"]:
            most = max(most, others(database))
            time.sleep(0.02)
        yard.go()
        for run_id in [*tasks, *quick]:
            assert yard.state(run_id) == "succeeded"
            assert yard.runs.get_run(run_id).attempt == 1
        assert 1 < most <= CONNECTIONS == 6
        assert "QueuePool" not in yard.log()
    finally:
        yard.stop()
        database.close()


def test_more_threads_than_connections_take_turns_and_none_waits_for_ever(
    postgres_url: str,
) -> None:
    """As in a web process: each thread holds one connection and asks for a second."""
    threads = 8
    database = open_database(postgres_url, threads + 2)
    meet = threading.Barrier(threads)

    def ask(_: int) -> int:
        with database.reading():
            meet.wait(20)
            with database.reading() as second:
                return int(second.execute(text(HELD)).scalar_one())

    with ThreadPoolExecutor(threads) as pool:
        held = list(pool.map(ask, range(threads)))
    assert max(held) <= threads + 2
    database.close()


def test_who_finds_no_free_connection_for_long_is_told_in_words(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/small.db", 1)
    database.engine.pool._timeout = 0.1  # type: ignore[attr-defined]
    with database.reading(), pytest.raises(Unavailable, match="database"), database.reading():
        pass
    database.close()
