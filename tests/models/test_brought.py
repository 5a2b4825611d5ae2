"""Model files that a platform keeps beside the service, as Vertex AI does."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hostile import dumped
from sklearn.linear_model import LinearRegression

from modelyard import wiring
from modelyard.db.migrate import migrate
from modelyard.settings import Settings
from modelyard.wiring import Records, Services


def line(slope: float) -> bytes:
    x = np.arange(20.0).reshape(-1, 1)
    return dumped(LinearRegression().fit(x, slope * x[:, 0]))


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    made = tmp_path / "storage"
    (made / "nested").mkdir(parents=True)
    (made / "model.pkl").write_bytes(line(2))
    (made / "nested" / "steep.pkl").write_bytes(line(3))
    (made / "nested" / "steep.toml").write_text('description = "Steep."\n')
    (made / "notes.txt").write_text("nothing")
    (made / "broken.joblib").write_bytes(b"nonsense")
    return made


@pytest.fixture
def services(tmp_path: Path, storage: Path) -> Services:
    (tmp_path / "yard").mkdir()
    settings = Settings(workspace=tmp_path / "yard", model_storage=str(storage))
    return wiring.open_folder(settings=settings)


@pytest.fixture
def records(services: Services) -> Iterator[Records]:
    opened = wiring.open_records(services)
    migrate(opened.database)
    yield opened
    opened.database.close()


def test_they_are_taken_once_and_served(services, records):
    for _ in range(2):
        wiring.take_brought_models(services, records)
    names = {model.name for model in records.models.list_models()}
    assert names == {"model", "steep", "broken"}
    assert [one.number for one in records.models.list_versions("model")] == [1]
    answer = records.models.predictors.get("steep").predictor.predict_json(b'{"x0": 2}')
    assert round(answer.predictions[0], 6) == 6


def test_what_cannot_be_served_says_why(services, records):
    wiring.take_brought_models(services, records)
    (version,) = records.models.list_versions("broken")
    assert version.state == "refused"
    assert version.fault is not None


def test_without_an_address_nothing_is_looked_for(tmp_path, records):
    bare = wiring.open_folder(settings=Settings(workspace=tmp_path / "yard"))
    wiring.take_brought_models(bare, records)
    assert records.models.list_models() == []
