"""Real model files from elsewhere give the answers that were computed independently."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.errors import Invalid
from modelyard.models.opening import open_model
from modelyard.models.predict import Predictor, open_predictor

Open = Callable[[str], Predictor]


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "models"


@pytest.fixture(scope="module")
def reference(folder: Path) -> dict[str, Any]:
    listed: dict[str, Any] = json.loads((folder / "reference_predictions.json").read_text())
    return listed


@pytest.fixture(scope="module")
def opened(folder: Path) -> Open:
    def open_one(name: str) -> Predictor:
        content = (folder / name).read_bytes()
        found = open_model(content)
        return open_predictor(found.description, found.content, content)

    return open_one


def test_house_prices(folder: Path, reference: Any, opened: Open) -> None:
    predictor = opened("house_latest.joblib")
    with (folder / "house_input.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    names = predictor.description.signature.names
    numbers = {one.name for one in predictor.description.signature.fields if one.kind == "number"}
    records = [
        {name: float(row[name]) if name in numbers else row[name] for name in names} for row in rows
    ]
    wanted = reference["house_latest.joblib"]["env_new"]
    assert list(names) == wanted["feature_names_in_"]
    given = predictor.predict_records(records).predictions
    np.testing.assert_allclose(given, wanted["predict"], rtol=1e-9)
    assert predictor.description.plan.runtime == "onnx"
    assert predictor.description.written_by["scikit-learn"] == "1.8.0"


def test_customer_groups(folder: Path, reference: Any, opened: Open) -> None:
    table = np.loadtxt(folder / "mall_input.csv", delimiter=",", skiprows=1)
    scaler, groups = opened("mall_scaler.joblib"), opened("mall_kmeans.joblib")
    scaled = scaler.predict(scaler.reader.table(table)).predictions
    given = groups.predict(groups.reader.table(scaled))
    assert given.predictions == reference["mall_kmeans.joblib"]["env_new"]["predict"]
    assert given.probabilities == []


def test_spam(reference: Any, opened: Open) -> None:
    texts, classes = opened("spam_tfidf.joblib"), opened("spam_logreg.joblib")
    wanted = reference["spam_logreg.joblib"]["env_new"]
    messages = [{"text": text} for text in reference["spam_logreg.joblib"]["input_texts"]]
    vectors = texts.predict_records(messages).predictions
    given = classes.predict(classes.reader.table(vectors))
    assert given.predictions == wanted["predict"]
    np.testing.assert_allclose(given.probabilities, wanted["predict_proba"], atol=1e-8)
    assert len(texts.predict_records({"text": ""}).predictions[0]) == 1500
    texts.close()


def test_iris_written_by_a_version_of_years_ago(folder: Path, reference: Any, opened: Open) -> None:
    predictor = opened("iris_logreg_023.joblib")
    table = np.loadtxt(folder / "iris_input.csv", delimiter=",", skiprows=1)[:, :4]
    wanted = reference["iris_logreg_023.joblib"]["env_new"]
    given = predictor.predict(predictor.reader.table(table))
    assert given.predictions == wanted["predict"]
    shown = len(wanted["predict_proba"])
    np.testing.assert_allclose(given.probabilities[:shown], wanted["predict_proba"], atol=1e-8)
    assert predictor.description.written_by["scikit-learn"] == "0.23.2"


def test_a_forest_of_another_version_becomes_a_plain_message(folder: Path) -> None:
    with pytest.raises(Invalid, match=r"written by scikit-learn 1\.2\.2 and cannot be loaded"):
        open_model((folder / "pyod_iforest.joblib").read_bytes())
