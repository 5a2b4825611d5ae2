"""A service with models that were trained and published once."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

sys.path.append(str(Path(__file__).parent))

from flask import Flask
from flask.testing import FlaskClient
from small_models import churn, dumped, kernel, line

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.models.offer import Offer
from modelyard.models.version import Version
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE, LiveServices


@dataclass
class Yard:
    """A service with models."""

    app: Flask
    folder: Path

    @property
    def live(self) -> LiveServices:
        found: LiveServices = self.app.extensions[LIVE]
        return found

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def publish(self, name: str, estimator: Any) -> Version:
        offer = Offer(model=name, file_name=f"{name}.joblib")
        return self.live.records.models.publish(offer, [dumped(estimator)], by=LAPTOP)

    def share(self, name: str, level: str, owner: str = "", people: tuple[str, ...] = ()) -> None:
        resource = Resource("model", name)
        self.live.records.accounts.sharing.set(resource, level, people, owner, by=LAPTOP)

    def tell(self, toml: str) -> None:
        """Write modelyard.toml, and have it read."""
        (self.folder / "modelyard.toml").write_text(toml)
        self.live._looked_at = 0.0  # as if a second had gone by


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a state in which all models are published."""
    root = tmp_path_factory.mktemp("prepared")
    (root / "yard").mkdir()
    (root / "yard" / "modelyard.toml").write_text('[workspace]\nname = "Models"\n')
    app = create_app(Settings(workspace=root / "yard", state=root / "state"))
    yard = Yard(app, root / "yard")
    for name, estimator in (("churn", churn()), ("line", line(2.0)), ("kernel", kernel())):
        version = yard.publish(name, estimator)
        assert version.state == "opened", version.fault
    yard.publish("line", line(3.0))
    yard.live.records.database.close()
    return root


@pytest.fixture
def make_yard(prepared: Path, tmp_path: Path) -> Iterator[Callable[..., Yard]]:
    """Make services with the models, each with a state of its own."""
    made: list[Yard] = []

    def make(**settings: Any) -> Yard:
        root = tmp_path / f"service{len(made)}"
        shutil.copytree(prepared, root)
        chosen = Settings(workspace=root / "yard", state=root / "state", **settings)
        made.append(Yard(create_app(chosen), root / "yard"))
        return made[-1]

    yield make
    for yard in made:
        yard.live.records.models.predictors.close()
        yard.live.answers.children.stop()


@pytest.fixture
def yard(make_yard: Callable[..., Yard]) -> Yard:
    """A service with the models."""
    return make_yard()
