"""Functions that ask for a model get it by an annotation."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

import modelyard
from modelyard import metrics, run_child
from modelyard.accounts.actor import LAPTOP
from modelyard.functions.request import Request
from modelyard.models.offer import Offer
from modelyard.runs.kinds import Context
from modelyard.web.live import LIVE

DOCUMENT = """
openapi: 3.1.0
info: {title: lines, version: "1"}
paths:
  /line/{x}:
    get:
      operationId: lines.line
      parameters: [{name: x, in: path, required: true, schema: {type: number}}]
      responses: {"200": {description: y, content: {application/json: {}}}}
  /first/{x}:
    get:
      operationId: lines.first
      parameters: [{name: x, in: path, required: true, schema: {type: number}}]
      responses: {"200": {description: y, content: {application/json: {}}}}
  /gone:
    get:
      operationId: lines.gone
      responses: {"200": {description: y, content: {application/json: {}}}}
  /work:
    post:
      operationId: lines.work
      x-run: true
      responses: {"200": {description: y, content: {application/json: {}}}}
  /apart:
    get:
      operationId: lines.apart
      x-isolation: process
      responses: {"200": {description: y, content: {application/json: {}}}}
"""
FUNCTIONS = """
from typing import Annotated
import modelyard


def line(x: float, slope: modelyard.Predictor):
    return [slope.version, round(slope.predict({"x0": x}).predictions[0], 3)]


def first(x: float, model: Annotated[modelyard.Predictor, "slope@1"]):
    return [model.name, round(model.predict([{"x0": x}]).predictions[0], 3)]


def gone(nothing: modelyard.Predictor):
    return 1


def work(slope: modelyard.Predictor, old: Annotated[modelyard.Predictor, "slope@1"]):
    return [[one.version, round(one.predict({"x0": 4}).predictions[0], 3)] for one in (slope, old)]


def apart(slope: modelyard.Predictor):
    return 1
"""


def a_line(slope: float) -> bytes:
    x = np.arange(20.0).reshape(-1, 1)
    file = io.BytesIO()
    joblib.dump(LinearRegression().fit(x, slope * x[:, 0]), file)
    return file.getvalue()


@pytest.fixture
def yard(folder: Path) -> Path:
    (folder / "openapi.yml").write_text(DOCUMENT)
    (folder / "lines.py").write_text(FUNCTIONS)
    return folder


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One store for all tests: the same file is then opened once."""
    return str(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def client(yard: Path, blobs: str, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    client = make_client(yard, blobs=blobs)
    publish(client, 2.0)
    return client


def publish(client: FlaskClient, slope: float) -> None:
    models = client.application.extensions[LIVE].records.models
    offer = Offer(model="slope", file_name="slope.joblib")
    version = models.publish(offer, [a_line(slope)], by=LAPTOP)
    models.move_alias("slope", "champion", str(version.number), by=LAPTOP)


def test_a_function_gets_the_model_of_its_arguments_name_as_it_is_served_now(
    client: FlaskClient,
) -> None:
    assert client.get("/line/4").json == [1, 8.0]
    publish(client, 3.0)
    assert client.get("/line/4").json == [2, 12.0]
    assert client.get("/first/4").json == ["slope", 8.0], "the version that it names"
    counts = metrics.own_counts()
    assert counts["rows", "slope", "1", "function"][0] >= 2


def test_a_record_that_does_not_fit_the_model_is_the_callers_to_mend(
    client: FlaskClient, yard: Path
) -> None:
    text = FUNCTIONS.replace('{"x0": x}', '{"x0": "far"}')
    (yard / "lines.py").write_text(text)
    answer = client.get("/line/4")
    assert answer.status_code == 422
    assert "x0" in answer.json["where"] + answer.json["detail"]


@pytest.mark.parametrize("address", ["/gone", "/apart"])
def test_a_model_that_cannot_be_given_is_not_the_callers_fault(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 503
    assert "model" in answer.json["where"]


def test_a_run_gets_the_versions_that_were_served_when_it_was_asked_for(
    client: FlaskClient, yard: Path, blobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(client, 3.0)
    answer = client.post("/work")
    assert answer.status_code == 202, answer.text
    publish(client, 4.0)
    run = client.application.extensions[LIVE].records.runs.get_run(answer.json["id"])
    assert run.request["models"]["slope"]["version"] == 2
    monkeypatch.setenv("MODELYARD_BLOBS", blobs)
    monkeypatch.setenv("MODELYARD_STATE", str(tmp_path / "of the child"))
    context = Context(
        progress=lambda *_: None, log=print, is_cancelled=lambda: False, folder=tmp_path
    )
    done = run_child.kinds_for(str(yard))["function"].work(run.request, context)
    assert done.result == b"[[2,12.0],[1,8.0]]"
    assert not (tmp_path / "of the child" / "modelyard.db").exists(), "it asks no database"


def test_a_run_is_not_begun_for_a_model_that_is_not_there(client: FlaskClient, yard: Path) -> None:
    text = FUNCTIONS.replace("def work(slope:", "def work(nothing:")
    (yard / "lines.py").write_text(text)
    answer = client.post("/work")
    assert answer.status_code == 404
    assert "nothing" in answer.json["where"] + answer.json["detail"]


def test_a_request_cannot_name_the_file_that_is_loaded(client: FlaskClient) -> None:
    evil = {"slope": {"version": 9, "sha256": "0" * 64, "digest": "../../etc"}}
    wanted = {"kind": "function", "request": {"function": "lines.work", "models": evil}}
    answer = client.post("/api/v1/runs", json=wanted)
    assert answer.status_code == 202
    assert answer.json["request"]["models"]["slope"]["version"] == 1


def test_the_same_function_answers_in_a_notebook(
    yard: Path, blobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELYARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("MODELYARD_BLOBS", blobs)
    (yard / "models").mkdir()
    (yard / "models" / "slope.joblib").write_bytes(a_line(3.0))
    functions = modelyard.open(yard).functions
    assert functions["lines.line"].call(Request(path_values={"x": "2"})).body == b"[1,6.0]"
