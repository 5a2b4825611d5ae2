"""Real model files from elsewhere give the answers that were computed independently, everywhere."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.accounts.actor import LAPTOP
from modelyard.models.offer import Offer
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE

Row = dict[str, Any]
FILES = {
    "house": "house_latest.joblib",
    "scaler": "mall_scaler.joblib",
    "groups": "mall_kmeans.joblib",
    "texts": "spam_tfidf.joblib",
    "spam": "spam_logreg.joblib",
    "iris": "iris_logreg_023.joblib",
    "forest": "pyod_iforest.joblib",
}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "models"


@pytest.fixture(scope="module")
def reference(folder: Path) -> Any:
    return json.loads((folder / "reference_predictions.json").read_text())


@pytest.fixture(scope="module")
def client(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service that has published all of the files."""
    root = tmp_path_factory.mktemp("real")
    app = create_app(Settings(workspace=root, state=root / "state"))
    registry = app.extensions[LIVE].records.models
    for name, file in FILES.items():
        registry.publish(
            Offer(model=name, file_name=file), [(folder / file).read_bytes()], by=LAPTOP
        )
    yield app.test_client()
    registry.predictors.close()


def native(rows: list[Row]) -> tuple[str, Any]:
    return "/api/v1/models/{}/predict", rows


def mlflow(rows: list[Row]) -> tuple[str, Any]:
    split = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
    return "/models/{}/invocations", {"dataframe_split": split}


def kserve(rows: list[Row]) -> tuple[str, Any]:
    return "/v1/models/{}:predict", {"instances": rows}


def tensors(rows: list[Row]) -> tuple[str, Any]:
    inputs = [
        {
            "name": name,
            "shape": [len(rows), 1],
            "datatype": "BYTES" if isinstance(rows[0][name], str) else "FP64",
            "data": [row[name] for row in rows],
        }
        for name in rows[0]
    ]
    return "/v2/models/{}/infer", {"inputs": inputs}


PROTOCOLS = {"native": native, "mlflow": mlflow, "kserve": kserve, "open inference": tensors}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(params=PROTOCOLS)
def ask(request: pytest.FixtureRequest, client: Any) -> Ask:
    """Ask in one of the protocols; gives predictions, and probabilities where there are some."""

    def asked(name: str, rows: list[Row]) -> dict[str, Any]:
        address, body = PROTOCOLS[request.param](rows)
        response = client.post(address.format(name), json=body)
        content = response.json
        assert response.status_code == 200, content
        if "outputs" not in content:
            found = {"predictions": content["predictions"]}
            if "probabilities" in content:
                found["probabilities"] = [list(row.values()) for row in content["probabilities"]]
            return found
        named = {one["name"]: one for one in content["outputs"]}
        arrays = {key: np.array(one["data"]).reshape(one["shape"]) for key, one in named.items()}
        found = {"predictions": arrays["predict"].tolist()}
        if "predict_proba" in arrays:
            found["probabilities"] = arrays["predict_proba"].tolist()
        return found

    return asked


def named(values: Any) -> list[Row]:
    return [{f"x{place}": value for place, value in enumerate(row)} for row in values]


def table(file: Path) -> Any:
    return np.loadtxt(file, delimiter=",", skiprows=1)


def test_house_prices(folder: Path, reference: Any, ask: Ask) -> None:
    wanted = reference["house_latest.joblib"]["env_new"]
    with (folder / "house_input.csv").open() as stream:
        rows = [
            {name: number(row[name]) for name in wanted["feature_names_in_"]}
            for row in csv.DictReader(stream)
        ]
    given = ask("house", rows)["predictions"]
    np.testing.assert_allclose(given, wanted["predict"], rtol=1e-9)


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def test_house_prices_from_the_file_as_it_is(folder: Path, reference: Any, client: Any) -> None:
    wanted = reference["house_latest.joblib"]["env_new"]
    with (folder / "house_input.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    names = wanted["feature_names_in_"]
    lines = [",".join(names), *(",".join(row[name] for name in names) for row in rows)]
    for address in ("/api/v1/models/house/predict", "/models/house/invocations"):
        answer = client.post(address, data="\n".join(lines), content_type="text/csv")
        np.testing.assert_allclose(answer.json["predictions"], wanted["predict"], rtol=1e-9)


def test_customer_groups(folder: Path, reference: Any, ask: Ask, client: Any) -> None:
    names = [
        one["name"]
        for one in client.get("/api/v1/models/scaler").json["served"]["description"]["inputs"]
    ]
    rows = [dict(zip(names, row, strict=True)) for row in table(folder / "mall_input.csv").tolist()]
    scaled = ask("scaler", rows)["predictions"]
    given = ask("groups", named(scaled))["predictions"]
    assert given == reference["mall_kmeans.joblib"]["env_new"]["predict"]


def test_spam(reference: Any, ask: Ask) -> None:
    wanted = reference["spam_logreg.joblib"]["env_new"]
    messages = [{"text": text} for text in reference["spam_logreg.joblib"]["input_texts"]]
    given = ask("spam", named(ask("texts", messages)["predictions"]))
    assert given["predictions"] == wanted["predict"]
    if "probabilities" in given:
        np.testing.assert_allclose(given["probabilities"], wanted["predict_proba"], atol=1e-8)


def test_iris_written_by_a_version_of_years_ago(folder: Path, reference: Any, ask: Ask) -> None:
    wanted = reference["iris_logreg_023.joblib"]["env_new"]
    given = ask("iris", named(table(folder / "iris_input.csv")[:, :4].tolist()))
    assert given["predictions"] == wanted["predict"]
    if "probabilities" in given:
        shown = len(wanted["predict_proba"])
        np.testing.assert_allclose(
            given["probabilities"][:shown], wanted["predict_proba"], atol=1e-8
        )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_forest_of_another_version_is_a_plain_message(protocol: str, client: Any) -> None:
    address, body = PROTOCOLS[protocol]([{"x0": 1.0}])
    for path in (address.format("forest"), address.format("forest@latest")):
        answer = client.post(path, json=body)
        assert answer.status_code in {404, 409}
    chosen = client.post("/v2/models/forest/versions/1/infer", json=body)
    assert chosen.status_code == 409
    assert "written by scikit-learn 1.2.2 and cannot be loaded" in chosen.json["error"]
