"""The OpenAPI document and the routes say the same."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from modelyard.accounts.actor import LAPTOP
from modelyard.models.kept_files import Received
from modelyard.models.offer import Offer
from modelyard.protocols.addresses import ROUTES
from modelyard.web.api.documents import document, operation_ids
from modelyard.web.live import LIVE

pytestmark = pytest.mark.usefixtures("known_model")
PAGES = (
    *("/static", "/docs", "/datasets", "/runs", "/favicon.ico"),
    *("/sign-in", "/sign-out", "/welcome", "/invitation", "/reset"),
    *("/account", "/people", "/audit", "/fleet", "/functions", "/models", "/scenarios"),
)
SPOKEN_ELSEWHERE = {route.path for route in ROUTES}
"""Addresses of protocols that are not ours."""
WHAT_IF = """
from typing import Annotated
from modelyard.whatif import Number, what_if

@what_if
def flights(seats: Annotated[float, Number()] = 1.0) -> Annotated[float, Number()]:
    return seats
"""
ANSWERS = (
    "/api/v1/datasets",
    "/api/v1/datasets/flights",
    "/api/v1/datasets/flights/rows",
    "/api/v1/datasets/flights/statistics",
    "/api/v1/datasets/flights/correlation",
    "/api/v1/datasets/flights/outliers?detector=ecod",
    "/api/v1/datasets/nope",
    "/api/v1/runs",
    "/api/v1/runs/kinds",
    "/api/v1/runs/nope",
    "/api/v1/me",
    "/api/v1/users",
    "/api/v1/audit",
    "/api/v1/tokens",
    "/api/v1/datasets/flights/access",
    "/api/v1/models",
    "/api/v1/models/flights",
    "/api/v1/models/flights/versions",
    "/api/v1/models/flights/versions/1",
    "/api/v1/models/flights/aliases/champion",
    "/api/v1/models/flights/golden",
    "/api/v1/models/flights/access",
    "/api/v1/trusted-modules",
    "/api/v1/fleet",
    "/api/v1/fleet/history?span=day",
    "/stats",
    "/about?format=json",
    "/about/flask?format=json",
    "/about/docker?format=json",
    "/health/live",
    "/health/ready",
)


@pytest.fixture
def known_model(client: FlaskClient) -> None:
    """A model with the name of the dataset, of which a file was refused."""
    registry = client.application.extensions[LIVE].records.models
    offer = Offer(model="flights", file_name="flights.joblib")
    version = offer.version(Received("0" * 64, 9), datetime.now(UTC), LAPTOP)
    registry.store.enter(version, folder_digest="", by=LAPTOP)


def test_the_document_is_valid(client: FlaskClient) -> None:
    content = client.get("/openapi.json").json
    validate(content)
    assert content["openapi"].startswith("3.1")
    assert content["info"]["version"]


def test_the_document_has_exactly_the_routes(client: FlaskClient) -> None:
    routes = {
        (re.sub(r"<(\w+:)?(\w+)>", r"{\2}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule != "/" and not rule.rule.startswith(PAGES)
    } | {(route.path, route.verb.lower()) for route in ROUTES}
    described = {(path, verb) for path, item in document()["paths"].items() for verb in item}
    assert routes == described


@pytest.mark.parametrize("address", ANSWERS)
def test_answers_fit_their_schema(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    operation = find_operation(address.partition("?")[0])
    response = operation["responses"].get(
        str(answer.status_code), operation["responses"].get("default")
    )
    response = resolved(response)
    schema = response["content"][answer.mimetype]["schema"]
    whole = {"components": document()["components"], **schema}
    jsonschema_rs.validator_for(whole).validate(answer.json)


def test_runs_fit_their_schema(client: FlaskClient) -> None:
    wanted = {"kind": "statistics", "request": {"dataset": "flights"}}
    run = client.post("/api/v1/runs", json=wanted).json
    client.post(run["links"]["cancel"])
    again = client.post(f"{run['links']['self']}/retry").json
    for one in (run, again):
        fits("Run", one)
    fits("Run", client.get(run["links"]["self"]).json)
    fits("RunList", client.get("/api/v1/runs?limit=1").json)
    fits("RunEvents", client.get(f"{run['links']['events']}?format=json").json)
    fits("RunFiles", client.get(f"{run['links']['self']}/files").json)


def fits(name: str, content: Any) -> None:
    """Fail where a value is not of a schema of the document."""
    schema = {"components": document()["components"], "$ref": f"#/components/schemas/{name}"}
    jsonschema_rs.validator_for(schema).validate(content)


def test_an_unknown_parameter_is_refused_wherever_parameters_are_described(
    client: FlaskClient, folder: Path
) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "flights.py").write_text(WHAT_IF)
    for path, item in document()["paths"].items():
        if item.get("get", {}).get("parameters") and path not in SPOKEN_ELSEWHERE:
            address = path.replace("{name}", "flights").replace("{number}", "1")
            assert client.get(f"{address}?surprise=1").status_code == 422, path


def test_every_described_parameter_is_accepted(client: FlaskClient) -> None:
    for path, item in document()["paths"].items():
        for given in item.get("get", {}).get("parameters", []):
            parameter = resolved(given)
            if parameter["in"] == "query":
                answer = client.get(
                    f"{path.replace('{name}', 'flights')}?{parameter['name']}=surprise"
                )
                assert "is not known here" not in answer.get_data(as_text=True), parameter


def find_operation(address: str) -> dict[str, Any]:
    for path, item in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address):
            found: dict[str, Any] = item["get"]
            return found
    raise AssertionError(f"{address} is not described")


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document()
    for key in part["$ref"].lstrip("#/").split("/"):
        found = found[key]
    result: dict[str, Any] = found
    return result


def test_the_names_that_functions_may_not_have_are_those_of_the_document() -> None:
    written = {one["operationId"] for item in document()["paths"].values() for one in item.values()}
    assert operation_ids() == written
