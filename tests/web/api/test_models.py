"""Models over REST: published, promoted, rolled back, shared, trained."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from model_yard import Call, dumped, line

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.web.api.documents import document

ROOT = "/api/v1/models"
LINES = {slope: line(slope) for slope in (2.0, 3.0)}
OCTETS = "application/octet-stream"


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One store for all tests: the same file is then opened once."""
    return str(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def yard(folder: Path, make_client: Callable[..., FlaskClient], blobs: str) -> FlaskClient:
    return make_client(folder, blobs=blobs)


def fits(name: str, content: Any) -> None:
    """Fail where a value is not of a schema of the document."""
    schema = {"components": document()["components"], "$ref": f"#/components/schemas/{name}"}
    jsonschema_rs.validator_for(schema).validate(content)


def publish(client: Any, slope: float = 2.0, name: str = "line", **headers: str) -> Any:
    address = f"{ROOT}/{name}/versions?file_name=line.joblib&note=times {slope:g}"
    return client.post(address, data=LINES[slope], content_type=OCTETS, headers=headers)


def test_a_published_model_is_listed_and_described(yard: FlaskClient) -> None:
    answer = publish(yard)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ROOT}/line/versions/1"
    fits("ModelVersion", answer.json)
    assert answer.json["note"] == "times 2"
    fits("ModelVersion", yard.get(answer.headers["Location"]).json)
    listed = yard.get(ROOT).json
    fits("ModelList", listed)
    assert [model["name"] for model in listed["models"]] == ["line"]
    model = yard.get(f"{ROOT}/line").json
    fits("Model", model)
    assert model["aliases"] == {"latest": 1}
    assert [one["name"] for one in model["served"]["description"]["inputs"]] == ["x0"]
    fits("ModelVersionList", yard.get(f"{ROOT}/line/versions").json)


def test_the_same_file_is_the_same_version(yard: FlaskClient) -> None:
    publish(yard)
    again = publish(yard)
    assert (again.status_code, again.json["number"]) == (200, 1)


def test_a_form_brings_the_file_its_sidecar_and_a_note(yard: FlaskClient) -> None:
    form = {
        "note": "with words",
        "sidecar": (io.BytesIO(b'names = ["km"]\n\n[fields.km]\nunit = "km"\n'), "line.toml"),
        "file": (io.BytesIO(LINES[2.0]), "line.joblib"),
    }
    answer = yard.post(f"{ROOT}/line/versions", data=form)
    assert answer.status_code == 201, answer.text
    (km,) = answer.json["description"]["inputs"]
    assert (km["name"], km["unit"]) == ("km", "km")
    assert answer.json["note"] == "with words"


def test_a_refused_file_is_a_version_that_says_why(yard: FlaskClient) -> None:
    address = f"{ROOT}/evil/versions?file_name=evil.joblib"
    answer = yard.post(address, data=dumped(Call()), content_type=OCTETS)
    assert answer.status_code == 422
    assert "would import posix.system" in answer.json["detail"]
    version = yard.get(answer.headers["Location"]).json
    fits("ModelVersion", version)
    assert version["state"] == "refused"
    assert version["fault"]["why"] == answer.json["detail"]
    assert yard.get(f"{ROOT}/evil").json["served"] is None
    refused = yard.put(f"{ROOT}/evil/aliases/champion", json={"version": 1})
    assert refused.status_code == 409


def test_an_alias_moves_and_goes_back(yard: FlaskClient) -> None:
    publish(yard)
    publish(yard, 3.0)
    moved = yard.put(f"{ROOT}/line/aliases/champion", json={"version": 2})
    fits("ModelAlias", moved.json)
    assert moved.json["version"] == 2
    back = yard.post(f"{ROOT}/line/rollback", json={})
    fits("ModelAlias", back.json)
    assert [move["version"] for move in back.json["moves"]] == [1, 2]
    assert yard.get(f"{ROOT}/line").json["served"]["number"] == 1
    assert yard.delete(f"{ROOT}/line/aliases/champion").status_code == 204
    assert yard.get(f"{ROOT}/line/aliases/champion").status_code == 404
    assert yard.delete(f"{ROOT}/line/aliases/latest").status_code == 409


def test_who_has_not_seen_the_latest_move_does_not_move_an_alias(yard: FlaskClient) -> None:
    publish(yard)
    publish(yard, 3.0)
    address = f"{ROOT}/line/aliases/champion"
    first = yard.put(address, json={"version": 1}, headers={"If-None-Match": "*"})
    assert first.status_code == 200
    seen = {"If-Match": first.headers["ETag"]}
    again = yard.put(address, json={"version": 2}, headers={"If-None-Match": "*"})
    assert again.status_code == 412
    assert yard.put(address, json={"version": 2}, headers=seen).status_code == 200
    late = yard.put(address, json={"version": 1}, headers=seen)
    assert (late.status_code, late.json["detail"]) == (
        412,
        "was moved by somebody else meanwhile.",
    )
    assert yard.delete(address, headers=seen).status_code == 412
    assert yard.post(f"{ROOT}/line/rollback", json={}, headers=seen).status_code == 412
    assert yard.get(address).json["version"] == 2


def test_golden_rows_refuse_a_version_with_the_difference(yard: FlaskClient) -> None:
    publish(yard)
    golden = f"{ROOT}/line/golden"
    fits("ModelGolden", yard.get(golden).json)
    recorded = yard.put(golden, json={"rows": [{"x0": 5}], "version": 1, "tolerance": 0.001})
    fits("ModelGolden", recorded.json)
    held_back = publish(yard, 3.0)
    assert held_back.status_code == 201
    wanted = "golden row 1: 10 is expected and 15 predicted"
    assert held_back.json["held_back"] == wanted
    refused = yard.put(f"{ROOT}/line/aliases/champion", json={"version": 2})
    assert (refused.status_code, refused.json["detail"]) == (409, f"{wanted}.")
    assert yard.delete(golden).status_code == 204
    assert yard.put(f"{ROOT}/line/aliases/champion", json={"version": 2}).status_code == 200


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"rows": {"x0": 1}}, "rows"),
        ({"rows": [1]}, "rows"),
        ({"rows": []}, "golden rows"),
        ({"rows": [{"x": 1}]}, "row 0, 'x'"),
        ({"rows": [{"x0": 1}], "tolerance": 2}, "tolerance"),
        ({"rows": [{"x0": 1}], "tolerance": "much"}, "tolerance"),
        ({"rows": [{"x0": 1}], "version": True}, "version"),
    ],
)
def test_bad_golden_rows_are_refused(yard: FlaskClient, body: Any, where: str) -> None:
    publish(yard)
    answer = yard.put(f"{ROOT}/line/golden", json=body)
    assert (answer.status_code, answer.json["where"]) == (422, where)


@pytest.mark.parametrize("version", [None, "", True, 1.5, [1]])
def test_an_alias_points_to_a_number_or_an_alias(yard: FlaskClient, version: Any) -> None:
    publish(yard)
    answer = yard.put(f"{ROOT}/line/aliases/champion", json={"version": version})
    assert (answer.status_code, answer.json["where"]) == (422, "version")


def test_a_version_goes_for_good_and_the_model_with_all(yard: FlaskClient) -> None:
    publish(yard)
    publish(yard, 3.0)
    assert yard.delete(f"{ROOT}/line/versions/2").status_code == 409
    assert yard.delete(f"{ROOT}/line/versions/1").status_code == 204
    assert yard.get(f"{ROOT}/line/versions/1").status_code == 404
    assert yard.delete(f"{ROOT}/line").status_code == 204
    assert yard.get(f"{ROOT}/line").status_code == 404


def test_the_file_is_given_back_as_it_came(yard: FlaskClient) -> None:
    publish(yard)
    answer = yard.get(f"{ROOT}/line/versions/latest/file")
    assert answer.data == LINES[2.0]
    assert answer.headers["Content-Disposition"] == "attachment; filename=line.joblib"


def test_owners_say_which_modules_are_trusted(yard: FlaskClient) -> None:
    address = "/api/v1/trusted-modules"
    assert yard.put(f"{address}/shop.steps").json == {"trusted": ["shop.steps"]}
    fits("TrustedModules", yard.get(address).json)
    assert yard.delete(f"{address}/shop.steps").status_code == 204
    assert yard.get(address).json == {"trusted": []}
    assert yard.put(f"{address}/os").status_code == 409


def test_what_a_person_publishes_is_theirs_alone_until_they_share_it(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)
    ana, bob = team.token("ana@example.com", "read", "write"), team.token("vic@example.com", "read")
    browser = team.app.test_client()
    assert publish(browser, **ana).status_code == 201
    access = browser.get(f"{ROOT}/line/access", headers=ana).json
    fits("Access", access)
    assert (access["level"], access["owner"]) == ("private", "ana@example.com")
    assert browser.get(ROOT, headers=bob).json["models"] == []
    for path in ("", "/versions", "/versions/1", "/aliases/latest", "/golden", "/access"):
        assert browser.get(f"{ROOT}/line{path}", headers=bob).status_code == 404, path
    shared = {"level": "shared", "people": ["vic@example.com"]}
    assert browser.put(f"{ROOT}/line/access", json=shared, headers=ana).status_code == 200
    assert browser.get(f"{ROOT}/line", headers=bob).status_code == 200
    assert browser.get(f"{ROOT}/line/versions/1/file", headers=bob).status_code == 403
    assert browser.get(f"{ROOT}/line/versions/1/file", headers=ana).status_code == 200
    olga = team.token("olga@example.com", "read", "write", "admin")
    secret, absent = (
        browser.get(f"{ROOT}/{name}/versions/1/file", headers=olga) for name in ("line", "lino")
    )
    assert secret.status_code == absent.status_code == 404
    assert secret.json["detail"] == absent.json["detail"].replace("lino", "line")
    actions = {entry.action for entry in team.accounts.audit.entries()}
    assert {"sharing.claim", "model.publish", "model.alias", "model.download"} <= actions


CHANGES = (
    ("put", "/aliases/champion", {"json": {"version": 1}}),
    ("delete", "/aliases/champion", {}),
    ("post", "/rollback", {"json": {}}),
    ("put", "/golden", {"json": {"rows": [{"x0": 1}]}}),
    ("delete", "/golden", {}),
    ("delete", "/versions/1", {}),
    ("delete", "", {}),
)


def test_a_model_that_is_shared_is_changed_by_its_owner_and_owners_of_the_service(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)
    by = {"password": "kettle ocean violet 9", "by": LAPTOP}
    team.accounts.users.add("ben@example.com", "analyst", **by)
    ana, ben = (team.token(f"{one}@example.com", "read", "run", "write") for one in ("ana", "ben"))
    olga = team.token("olga@example.com", "read", "run", "write", "admin")
    browser = team.app.test_client()
    assert publish(browser, **ana).status_code == 201
    secret, absent = (start_training(browser, ben, name) for name in ("line", "lino"))
    assert secret.status_code == absent.status_code == 404
    assert secret.text == absent.text.replace("lino", "line")
    shared = {"level": "shared", "people": ["ben@example.com", "olga@example.com"]}
    assert browser.put(f"{ROOT}/line/access", json=shared, headers=ana).status_code == 200
    refused = publish(browser, 3.0, **ben)
    assert refused.status_code == 403
    assert "Only its owner, and owners of the service" in refused.json["detail"]
    assert start_training(browser, ben).status_code == 403
    for method, path, given in CHANGES:
        answer = getattr(browser, method)(f"{ROOT}/line{path}", headers=ben, **given)
        assert answer.status_code == 403, (method, path)
    assert publish(browser, 3.0, **ana).status_code == 201
    assert publish(browser, 3.0, **olga).status_code == 200
    moved = browser.put(f"{ROOT}/line/aliases/champion", json={"version": 2}, headers=ana)
    assert moved.json["version"] == 2
    team.accounts.sharing.set(Resource("model", "line"), "signed-in", [], "", by=LAPTOP)
    assert publish(browser, 3.0, **ben).status_code == 200


def start_training(browser: Any, headers: dict[str, str], name: str = "line") -> Any:
    wanted = {"kind": "train", "request": {"model": name}}
    return browser.post("/api/v1/runs", json=wanted, headers=headers)


def test_a_name_that_goes_is_anybodys_again(make_team: Callable[..., Any], blobs: str) -> None:
    team = make_team(blobs=blobs)
    ana, olga = (team.token(f"{one}@example.com", "read", "write") for one in ("ana", "olga"))
    browser = team.app.test_client()
    publish(browser, **ana)
    taken = publish(browser, **olga)
    assert taken.status_code == 409
    assert browser.delete(f"{ROOT}/line", headers=ana).status_code == 204
    assert publish(browser, **olga).status_code == 201
    assert browser.get(f"{ROOT}/line/access", headers=olga).json["owner"] == "olga@example.com"


TRAINED = """
[models.line.train]
function = "training.line:train"
dataset = "ledger"
target = "amount"
metric = "r2"
"""


def test_training_takes_the_right_to_publish_and_to_read_the_dataset(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)
    settings = team.folder / "modelyard.toml"
    settings.write_text(settings.read_text() + TRAINED)
    (team.folder / "training").mkdir()
    (team.folder / "training" / "line.py").write_text("def train(data): ...\n")
    team.app.extensions["modelyard"]._look()
    browser = team.app.test_client()
    wanted = {"kind": "train", "request": {"model": "line"}}
    scopes = ("read", "run", "write")
    for email, status in (
        ("vic@example.com", 403),
        ("olga@example.com", 404),
        ("ana@example.com", 202),
    ):
        token = team.token(email, *(scopes if email != "vic@example.com" else ("read",)))
        answer = browser.post("/api/v1/runs", json=wanted, headers=token)
        assert answer.status_code == status, (email, answer.text)


SCHEDULED = """
[models.line]
visibility = "private"
owner = "ana@example.com"

[schedules.night]
cron = "0 5 * * *"
run = "score"
request = {dataset = "flights", model = "line"}
"""


def test_runs_and_schedules_tell_of_a_model_to_those_who_see_it(
    make_team: Callable[..., Any], blobs: str
) -> None:
    team = make_team(blobs=blobs)
    settings = team.folder / "modelyard.toml"
    settings.write_text(settings.read_text() + SCHEDULED)
    team.app.extensions["modelyard"]._look()
    ana, vic = (team.token(f"{one}@example.com", "read") for one in ("ana", "vic"))
    able = team.token("ana@example.com", "read", "run", "write")
    browser = team.app.test_client()
    publish(browser, **able)
    wanted = {"kind": "score", "request": {"dataset": "flights", "model": "line"}}
    run = browser.post("/api/v1/runs", json=wanted, headers=able)
    assert run.status_code == 202, run.text
    for headers, count in ((ana, 1), (vic, 0)):
        assert len(browser.get("/api/v1/runs", headers=headers).json["runs"]) == count
        schedules = browser.get("/api/v1/schedules", headers=headers).json["schedules"]
        assert len(schedules) == count
        status = browser.get(run.headers["Location"], headers=headers).status_code
        assert status == (200 if count else 404)
    refused = browser.post(
        "/api/v1/runs", json=wanted, headers=team.token("olga@example.com", "read", "run")
    )
    assert refused.status_code == 404
