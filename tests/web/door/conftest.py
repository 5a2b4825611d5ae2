"""A service with models that were trained and published once."""

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

from flask import Flask
from flask.testing import FlaskClient

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.models.offer import Offer
from modelyard.models.version import Version
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE, LiveServices

PERSON = {"age": 30, "income": 1000.5, "plan": "basic"}
POINT = {"x": 1.0, "y": 2.0}


def dumped(estimator: Any) -> bytes:
    import joblib

    stream = io.BytesIO()
    joblib.dump(estimator, stream)
    return stream.getvalue()


def churn() -> Any:
    """A pipeline with texts, where an unknown text has no answer."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = pd.DataFrame(
        {
            "age": [float(20 + n % 60) for n in range(120)],
            "income": [float(n * 37 % 3000) for n in range(120)],
            "plan": [("basic", "plus")[n % 2] for n in range(120)],
        }
    )
    leaves = ["leaves" if n % 60 > 30 else "stays" for n in range(120)]
    parts = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "income"]), ("words", OneHotEncoder(), ["plan"])]
    )
    return make_pipeline(parts, LogisticRegression()).fit(table, leaves)


def line(slope: float) -> Any:
    """A model of numbers: slope times x, plus y."""
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 5.0], "y": [1.0, 0.0, 3.0, 1.0]})
    return LinearRegression().fit(table, slope * table["x"] + table["y"])


def kernel() -> Any:
    """A model that is served by a process of its own: there is no conversion for it."""
    import numpy as np
    from sklearn.kernel_ridge import KernelRidge

    table = np.arange(20.0).reshape(-1, 1)
    return KernelRidge(kernel="rbf").fit(table, table[:, 0])


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
