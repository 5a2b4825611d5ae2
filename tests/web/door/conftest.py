"""A service with models that were trained and published once."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

sys.path.append(str(Path(__file__).parent))

from flask.testing import FlaskClient
from small_models import churn, kernel, line
from yards import Yard, opened

from modelyard.settings import Settings
from modelyard.web import create_app


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
        made.append(opened(prepared, tmp_path / f"service{len(made)}", **settings))
        return made[-1]

    yield make
    for yard in made:
        yard.close()


@pytest.fixture
def yard(make_yard: Callable[..., Yard]) -> Yard:
    """A service with the models."""
    return make_yard()


@pytest.fixture(scope="module")
def shared_yard(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A service for tests that only ask: `line` is the default model, and Vertex AI knows it."""
    routes = {"vertex_predict_route": "/vertex", "vertex_health_route": "/vertex/well"}
    yard = opened(prepared, tmp_path_factory.mktemp("shared") / "service", **routes)
    yard.tell('[workspace]\ndefault_model = "line"\n')
    yield yard
    yard.close()


@pytest.fixture
def client(shared_yard: Yard) -> FlaskClient:
    """A client of that service."""
    return shared_yard.client()
