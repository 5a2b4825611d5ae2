"""A folder with models, workers for it, and records in each kind of database."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from known import BROKEN, HOUSE
from record_workers import asking_for

from modelyard.accounts.accounts import Accounts, open_accounts
from modelyard.accounts.actor import Actor
from modelyard.db import Database
from modelyard.scenarios.figures import Figures
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.saved import SavedScenarios
from modelyard.scenarios.shelf import Shelf
from modelyard.scenarios.store import RecordStore
from modelyard.scenarios.store_saved import SavedStore
from modelyard.scenarios.versions import Versions
from modelyard.scenarios.what_ifs import WhatIfs


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a model, and a file that cannot be loaded."""
    made = tmp_path_factory.mktemp("yard")
    (made / "scenarios").mkdir()
    (made / "scenarios" / "house.py").write_text(HOUSE)
    (made / "scenarios" / "broken.py").write_text(BROKEN)
    return made


@pytest.fixture(scope="session")
def shelf(folder: Path) -> Iterator[Shelf]:
    """One set of workers for all tests."""
    asking = asking_for(folder)
    yield Shelf(asking)
    asking.stop()


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: of SQLite, unless a test asks for both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return open_accounts(database)


@pytest.fixture
def what_ifs(accounts: Accounts, shelf: Shelf) -> WhatIfs:
    """The what-if models, with records in an empty database."""
    offers = Offers(shelf, RecordStore(accounts.sharing))
    store = SavedStore(accounts.sharing)

    def sees_model(actor: Actor, name: str) -> bool:
        return "read" in actor.scopes and name != "secret"

    figures = Figures(offers, store, sees_model)
    saved = SavedScenarios(offers, store, figures, sees_model)
    return WhatIfs(offers, Versions(offers), saved, figures)
