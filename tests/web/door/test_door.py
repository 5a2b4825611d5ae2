"""The door answers at the addresses of models, and at no others."""

import io
import json
from typing import Any

import pytest

from modelyard.protocols.addresses import ROUTES

PERSON = {"age": 30, "income": 1000.5, "plan": "basic"}
POINT = {"x": 1.0, "y": 2.0}
LINE = "/api/v1/models/line"
TENSORS = {
    "inputs": [{"name": "t", "shape": [1, 2], "datatype": "FP64", "data": [1.0, 2.0]}],
    "outputs": [{"name": "predict"}],
}
ASKING: dict[str, Any] = {
    f"{LINE}/predict": POINT,
    "/v2/models/line/infer": TENSORS,
    "/models/line/invocations": {"instances": [POINT]},
    "/v1/models/line:predict": {"instances": [POINT]},
    "/vertex": {"instances": [POINT]},
    "/predict": POINT,
    "/invocations": {"dataframe_records": [POINT]},
}
"""An address of every protocol, and what it takes."""


def answer_of(response: Any) -> float:
    content = response.json
    assert response.status_code == 200, content
    if "outputs" in content:
        return float(content["outputs"][0]["data"][0])
    return float(content["predictions"][0])


@pytest.mark.parametrize("address", ASKING)
def test_every_protocol_answers_over_http(address: str, client: Any) -> None:
    response = client.post(address, json=ASKING[address])
    assert answer_of(response) == pytest.approx(5.0)
    assert response.headers["Model-Version"] == "2"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers.getlist("Content-Length") == [str(len(response.data))]


@pytest.mark.parametrize(
    ("address", "body"),
    [
        (f"{LINE}/predict?version=1", POINT),
        (f"{LINE}/predict?version=v1", POINT),
        (f"{LINE}/predict?version=@champion", POINT),
        (f"{LINE}/predict?version=champion", POINT),
        (f"{LINE}@champion/predict", POINT),
        ("/predict?version=1", POINT),
        ("/v2/models/line/versions/1/infer", TENSORS),
        ("/v2/models/line/versions/champion/infer", TENSORS),
        ("/models/line/versions/1/invocations", {"instances": [POINT]}),
        ("/models/line@champion/invocations", {"instances": [POINT]}),
        ("/v1/models/line@champion:predict", {"instances": [POINT]}),
        ("/api/v1/models/line/predict", POINT),
    ],
)
def test_a_version_or_an_alias_is_chosen(address: str, body: Any, make_yard: Any) -> None:
    from modelyard.accounts.actor import LAPTOP

    yard = make_yard()
    yard.tell('[workspace]\ndefault_model = "line"\n')
    yard.live.records.models.move_alias("line", "champion", "1", by=LAPTOP)
    response = yard.client().post(address, json=body)
    assert answer_of(response) == pytest.approx(4.0)
    assert response.headers["Model-Version"] == "1"


@pytest.mark.parametrize("version", ["9", "@nobody", "what%20else", "%00", "1.5"])
@pytest.mark.parametrize(
    "address", ["/v2/models/line/versions/{}/infer", f"{LINE}/predict?version={{}}"]
)
def test_a_version_that_is_not_there_is_told(address: str, version: str, shared_yard: Any) -> None:
    response = shared_yard.client().post(address.format(version), json=POINT)
    assert response.status_code in {400, 404, 422}
    assert "version" in response.text or "alias" in response.text


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.verb} {route.path}")
def test_another_verb_is_told_which_ones_there_are(route: Any, client: Any) -> None:
    path = route.path.replace("{name}", "line").replace("{version}", "1")
    for verb in ("PUT", "DELETE", "PATCH", "TRACE", "GET" if route.verb == "POST" else "POST"):
        response = client.open(path, method=verb)
        assert response.status_code == 405, verb
        assert route.verb in response.headers["Allow"]
        assert response.json
    asked = client.options(path)
    assert asked.status_code == 204
    assert route.verb in asked.headers["Allow"]


def test_head_is_answered_as_get_without_a_body(client: Any) -> None:
    for address in ("/ping", "/v2", "/v2/health/live", "/v2/models/line", "/vertex/well"):
        assert client.get(address).data
        head = client.head(address)
        assert head.status_code == 200
        assert head.data == b""


@pytest.mark.parametrize(
    "address",
    ["/v2/what", "/v1/models/line:explain", "/api/v1/models/a/b/predict", "/predict/", "/x" * 900],
)
def test_other_addresses_are_not_the_doors(address: str, client: Any) -> None:
    assert client.post(address, json={}).status_code in {404, 405}
    assert "text/html" in client.get(address).content_type or client.get(address).is_json


def test_the_default_model_is_the_only_one_or_the_named_one(yard: Any) -> None:
    client = yard.client()
    refused = client.post("/predict", json=POINT)
    assert refused.status_code == 404
    assert "default_model" in refused.json["cure"]
    assert client.get("/ping").status_code == 404
    assert client.get("/version").status_code == 404
    yard.tell('[workspace]\ndefault_model = "line"\n')
    assert client.post("/predict", json=POINT).status_code == 200
    assert client.get("/ping").status_code == 200
    assert client.get("/version").status_code == 200
    yard.tell('[workspace]\ndefault_model = "lime"\n')
    assert client.post("/predict", json=POINT).json["cure"] == "Did you mean 'line'?"
    assert client.get("/ping").status_code == 404
    yard.tell("")
    from modelyard.accounts.actor import LAPTOP

    for name in ("churn", "kernel"):
        yard.live.records.models.delete_model(name, by=LAPTOP)
    assert client.post("/predict", json=POINT).status_code == 200


def test_ping_is_well_only_where_the_default_model_can_be_served(make_yard: Any) -> None:
    import numpy

    yard = make_yard(vertex_health_route="/well")
    yard.tell('[workspace]\ndefault_model = "broken"\n')
    refused = yard.publish("broken", numpy.array([1]))
    assert refused.state == "refused"
    client = yard.client()
    assert client.get("/ping").status_code == 404
    assert client.get("/well").status_code == 503
    told = client.post("/predict", json=POINT)
    assert told.status_code in {404, 409}
    assert client.get("/v2/models/broken/ready").status_code == 503
    assert client.get("/v2/health/ready").status_code == 200
    index = {one["name"]: one for one in client.post("/v2/repository/index").json}
    assert index["line"]["state"] == "READY"
    assert index["broken"]["state"] == "UNAVAILABLE"
    assert index["broken"]["reason"]


def test_a_function_of_the_workspace_goes_before_the_default_model(yard: Any) -> None:
    client = yard.client()
    (yard.folder / "mine.py").write_text("def guess():\n    return {'guess': 7}\n")
    (yard.folder / "openapi.yml").write_text(
        "openapi: 3.0.3\ninfo: {title: Mine, version: '1'}\npaths:\n  /predict:\n    post:\n"
        "      operationId: mine.guess\n      responses: {'200': {description: A guess.}}\n"
    )
    yard.tell('[workspace]\ndefault_model = "line"\n')
    from modelyard.web import create_app

    client = create_app(yard.live.services.settings).test_client()
    assert client.post("/predict").json == {"guess": 7}
    assert client.post(f"{LINE}/predict", json=POINT).status_code == 200
    assert client.post("/invocations", json={"instances": [POINT]}).status_code == 200
    described = client.get("/openapi.json").json["paths"]["/predict"]["post"]
    assert described["operationId"] == "mine.guess"


@pytest.mark.parametrize("address", ASKING)
def test_a_body_that_is_too_large_is_refused(address: str, make_yard: Any) -> None:
    yard = make_yard(prediction_bytes=2000, vertex_predict_route="/vertex")
    yard.tell('[workspace]\ndefault_model = "line"\n')
    client = yard.client()
    assert answer_of(client.post(address, json=ASKING[address])) == pytest.approx(5.0)
    content = json.dumps(ASKING[address]).encode()
    body = content + b" " * (2001 - len(content))
    for sent in ({"data": body}, {"input_stream": io.BytesIO(body), "headers": CHUNKED}):
        response = client.post(address, content_type="application/json", **sent)
        assert response.status_code == 413, sent
        assert "is larger than 2,000 bytes" in response.text
    fits = client.post(address, data=body[:2000], content_type="application/json")
    assert fits.status_code == 200


CHUNKED = {"Transfer-Encoding": "chunked"}


def test_a_body_in_pieces_is_read_whole(client: Any) -> None:
    stream = io.BytesIO(json.dumps(POINT).encode())
    response = client.post(
        f"{LINE}/predict", input_stream=stream, headers=CHUNKED, content_type="application/json"
    )
    assert answer_of(response) == pytest.approx(5.0)


@pytest.mark.parametrize("length", ["9999", "abc", "-1", "1e3", "٣"])
def test_a_body_that_is_cut_off_is_refused(length: str, client: Any) -> None:
    response = client.post(
        f"{LINE}/predict",
        input_stream=io.BytesIO(b'{"x": 1, "y": 2}'),
        environ_overrides={"CONTENT_LENGTH": length},
        content_type="application/json",
    )
    assert response.status_code == 422


def test_a_compressed_body_is_refused(client: Any) -> None:
    response = client.post(
        f"{LINE}/predict", data=b"x", headers={"Content-Encoding": "gzip"}, content_type="text/csv"
    )
    assert response.status_code == 415
    assert response.json["where"] == "Content-Encoding"


@pytest.mark.parametrize("address", ASKING)
def test_fifty_megabytes_are_answered_with_what_is_wrong(address: str, client: Any) -> None:
    body = b'{"inputs": "' + b"x" * 50_000_000 + b'"}'
    response = client.post(address, data=body, content_type="application/json")
    assert response.status_code in {400, 422}
    assert len(response.data) < 5000


def test_a_hundred_thousand_rows_are_answered(client: Any) -> None:
    response = client.post(f"{LINE}/predict", json={"x": [1.0] * 100_000, "y": [2.0] * 100_000})
    assert len(response.json["predictions"]) == 100_000


def test_real_models_refuse_what_they_do_not_know(client: Any) -> None:
    address = "/api/v1/models/churn/predict"
    fine = client.post(address, json=[PERSON, PERSON | {"plan": "plus"}])
    assert set(fine.json["probabilities"][0]) == {"leaves", "stays"}
    told = client.post(address, json=[PERSON, PERSON | {"plan": "plsu"}]).json
    assert told["faults"][0]["row"] == 1
    assert told["faults"][0]["field"] == "plan"
    assert told["cure"] == "Did you mean 'plus'?"


def test_what_goes_wrong_inside_is_told_with_an_id_alone(
    yard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    registry = yard.live.records.models
    served = registry.predictors.get("line")
    served.predictor.runtime._session = None  # what cannot happen
    served.predictor.runtime.run = None
    response = yard.client().post(f"{LINE}/predict", json=POINT)
    assert response.status_code == 500
    assert response.json["detail"].split()[-1].rstrip(".") in caplog.text
    assert "Traceback" not in response.text


def test_requests_are_counted_by_route_model_and_version(client: Any) -> None:
    client.post(f"{LINE}/predict", json=[POINT, POINT])
    told = client.get("/metrics").text
    assert 'route="/api/v1/models/{name}/predict"' in told
    assert 'model="line"' in told
