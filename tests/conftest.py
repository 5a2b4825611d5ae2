"""What all tests share."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.processor import prefer_fast_sort

if TYPE_CHECKING:
    from postgres_server import PostgresServer

    from modelyard.db import Database

prefer_fast_sort()  # as in every process of the product: the last bit of a score depends on it
TOGETHER = ("tests/containers/", "tests/datasets/engines/", "tests/docs/")
"""Folders whose tests share an image, a cluster, or ports: one process takes them all."""
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each of several processes (`-n 2`) whole files: their fixtures are made once."""
    from xdist.scheduler import LoadScopeScheduling

    class WholeFiles(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return WholeFiles(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data with independently computed answers, beside the checkout."""
    if not (SHARED_DATA / "MANIFEST.md").is_file():
        pytest.skip(f"the real data is not here: no folder {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what tests leave out of the user's own folders."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """A real Postgres server that lasts as long as the tests."""
    from postgres_server import postgres_server

    try:
        with postgres_server() as server:
            yield server
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres_url(postgres: "PostgresServer") -> Iterator[str]:
    """The address of an empty database of the server."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.make_database(name)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator["Database"]:
    """An open database in the newest shape, on each kind."""
    from modelyard.db import open_database
    from modelyard.db.migrate import migrate

    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.close()
