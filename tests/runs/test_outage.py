"""The database dies in the middle of runs, and comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer, postgres_server
from run_yard import Yard, eventually, make_runs

from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Unavailable

pytestmark = pytest.mark.server


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server with default durability, for this test alone: it is killed."""
    try:
        with postgres_server("max_connections=50") as made:
            yield made
    except LookupError as missing:
        pytest.skip(str(missing))


def test_runs_survive_the_death_of_postgres_and_nobody_does_anything(
    server: PostgresServer, tmp_path: Path
) -> None:
    url = server.make_database("outage")
    database = open_database(url)
    migrate(database)
    yard = Yard(make_runs(database, tmp_path), url, tmp_path)
    try:
        worker = yard.work()
        heavy = yard.task(holds=True)
        waiting = [yard.runs.submit("echo", {"text": str(n), "seconds": 1})[0].id for n in range(5)]
        yard.begun(heavy)
        server.kill()
        with pytest.raises(Unavailable):
            yard.runs.submit("echo", {})
        yard.go()
        eventually(lambda: yard.lines("end"))
        server.start()
        for run_id in [heavy, *waiting]:
            assert yard.state(run_id) == "succeeded"
        assert worker.poll() is None
        assert len(yard.lines("end")) == 1
        assert yard.runs.get_run(heavy).attempt == 1
        assert yard.runs.counts()["succeeded"] == 6
    finally:
        yard.stop()
        database.close()
