"""Real model files through the registry: served, or refused in plain words that name the cause."""

from pathlib import Path

import pytest

from modelyard.accounts.accounts import open_accounts
from modelyard.accounts.actor import LAPTOP
from modelyard.blobs import open_blobs
from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Conflict
from modelyard.models.offer import Offer
from modelyard.models.registry import open_registry


@pytest.mark.parametrize("file", ["house_latest.joblib", "mall_kmeans.joblib", "spam_tfidf.joblib"])
def test_a_real_file_is_a_version_that_answers_its_own_example_or_says_why_not(
    file: str, shared_data: Path, tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kept.db")
    migrate(database)
    blobs = open_blobs(str(tmp_path / "blobs"))
    registry = open_registry(database, blobs, open_accounts(database).audit)
    content = (shared_data / "models" / file).read_bytes()
    version = registry.publish(Offer(model="real", file_name=file), [content], by=LAPTOP)
    if version.description is None:
        assert version.fault is not None
        assert version.fault.why.endswith(".")
        with pytest.raises(Conflict, match="was refused"):
            registry.predictors.get("real", "1")
        return
    served = registry.predictors.get("real")
    assert served.version.sha256 == version.sha256
    answer = served.predictor.predict_records(version.description.example)
    assert len(answer.predictions) == 1
    registry.predictors.close()
