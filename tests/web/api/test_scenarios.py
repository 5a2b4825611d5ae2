"""What-if models over REST: what they answer, who may what, and what attacks come to."""

import io
import zipfile
from collections.abc import Iterator

import jsonschema_rs
import pytest
from what_if_yard import WhatIfYard, what_if_yard

from modelyard.accounts.resource import Resource
from modelyard.web.api.documents import document

ROOT = "/api/v1/scenarios"
OLGA, ANA, BEN, VIC = (f"{name}@example.com" for name in ("olga", "ana", "ben", "vic"))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatIfYard]:
    """A service with what-if models."""
    with what_if_yard(tmp_path_factory.mktemp("rest") / "desk") as made:
        yield made


@pytest.fixture(scope="module")
def olga(yard):
    return yard.program(OLGA, "read", "run", "write", "admin")


@pytest.fixture(scope="module")
def ana(yard):
    return yard.program(ANA, "read", "run", "write")


@pytest.fixture(scope="module")
def ben(yard):
    return yard.program(BEN, "read", "run", "write")


@pytest.fixture(scope="module")
def vic(yard):
    return yard.program(VIC, "read")


def fits(name: str, content: object) -> None:
    """Hold an answer against the schema that the document promises."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    jsonschema_rs.validator_for(schema).validate(content)


CONTENT = {
    "title": "Margin",
    "settings": [
        {"name": "price", "kind": "money", "unit": "USD", "values": [{"value": 10}], "minimum": 0},
        {"name": "tax", "kind": "percent", "values": [{"value": "20%"}], "state": "locked"},
        {"name": "pieces", "kind": "integer", "values": [{"value": 3}], "maximum": 100},
        {"name": "sum", "kind": "money", "state": "derived", "formula": "price * pieces"},
    ],
    "outputs": [{"name": "net", "kind": "money", "unit": "USD", "formula": "sum * (1 - tax)"}],
}


@pytest.fixture(scope="module")
def margin(ana):
    """A model that Ana made for all, without code."""
    body = {"name": "margin", "content": CONTENT, "why": "a start", "level": "signed-in"}
    answer = ana.post(ROOT, json=body)
    assert answer.status_code == 201, answer.json
    fits("WhatIfVersion", answer.json)
    return f"{ROOT}/margin"


def test_models_are_listed_and_described(vic):
    listed = vic.get(ROOT).json
    fits("WhatIfList", listed)
    names = [one["name"] for one in listed["models"]]
    assert {"loan", "subscription", "house", "moody", "nasty"} <= set(names)
    for name in ("loan", "house"):
        described = vic.get(f"{ROOT}/{name}").json
        fits("WhatIf", described)
    by_name = {one["name"]: one for one in described["parameters"]}
    assert by_name["fee"]["access"] == "locked"
    assert by_name["deposit"]["maximum"] == {"formula": "price * 0.5"}
    fits("WhatIfParameters", vic.get(f"{ROOT}/house/parameters?as_of=2026-01-01").json)


def test_a_model_is_worked_out_exactly(vic):
    answer = vic.post(f"{ROOT}/loan/run", json={"inputs": {"rate": "6.5%"}})
    assert answer.status_code == 200
    fits("WhatIfAnswer", answer.json)
    assert answer.json["outputs"]["payment"] == "1896.20"
    by_address = vic.get(f"{ROOT}/loan/run?rate.percent=6.5").json
    assert by_address["outputs"] == answer.json["outputs"]
    assert by_address["passport"]["id"] == answer.json["passport"]["id"]


@pytest.mark.parametrize(
    ("inputs", "where", "status"),
    [
        ({"rate": "700%"}, "scenarios/loan/rate", 422),
        ({"rate": "5 USD"}, "scenarios/loan/rate", 422),
        ({"months": 1.5}, "scenarios/loan/months", 422),
        ({"months": 10**400}, "scenarios/loan/months", 422),
        ({"principal": "NaN"}, "scenarios/loan/principal", 422),
        ({"principal": ""}, "scenarios/loan/principal", 422),
        ({"extra": 400_000}, "scenarios/loan/extra", 422),
        ({"rats": 1}, "scenarios/loan/rats", 422),
        ({"rate": {"__class__": "x"}}, "scenarios/loan/rate", 422),
    ],
)
def test_a_wrong_value_is_named(vic, inputs, where, status):
    answer = vic.post(f"{ROOT}/loan/run", json={"inputs": inputs})
    assert (answer.status_code, answer.json["where"]) == (status, where)
    assert answer.mimetype == "application/problem+json"
    faults = vic.post(f"{ROOT}/loan/check", json={"inputs": inputs}).json
    fits("WhatIfFaults", faults)
    assert list(faults["faults"]) == [where.rpartition("/")[2]]


@pytest.mark.parametrize(
    ("name", "value"), [("fee", 0), ("fee", "0.5%"), ("borrowed", 1), ("borrowed", "0 USD")]
)
def test_locked_and_derived_parameters_do_not_move(olga, ana, name, value):
    for program in (olga, ana):
        answers = [
            program.post(f"{ROOT}/house/run", json={"inputs": {name: value}}),
            program.post(f"{ROOT}/house/saved", json={"name": "x", "inputs": {name: value}}),
            program.get(f"{ROOT}/house/run?{name}=1"),
            program.get(f"{ROOT}/house/run?{name}.percent=1"),
            program.post(f"{ROOT}/house/grid", json={"axes": {name: [value]}}),
            program.post(
                f"{ROOT}/house/goal-seek", json={"output": "value", "target": 1, "by": name}
            ),
            program.post(f"{ROOT}/house/sensitivity", json={"inputs": {name: value}}),
            program.post(
                f"{ROOT}/house/montecarlo", json={"distributions": {name: "uniform(0, 1)"}}
            ),
        ]
        assert {answer.status_code for answer in answers} <= {403, 422}
        assert answers[0].status_code == 403


def test_scenarios_are_compared(vic):
    body = {"scenarios": [{"name": "now"}, {"name": "later", "inputs": {"rate": "8%"}}]}
    found = vic.post(f"{ROOT}/loan/compare", json=body).json
    fits("Comparison", found)
    assert found["differing"] == ["rate"]
    assert found["differences"]["payment"] == ["0.00", "205.38"]


def test_many_scenarios_are_compared_without_their_tables(vic):
    many = [{"name": str(n), "inputs": {"months": n + 1}} for n in range(60)]
    found = vic.post(f"{ROOT}/loan/compare", json={"scenarios": many}).json
    assert len(found["scenarios"]) == 60
    assert all("schedule" not in one["outputs"] for one in found["scenarios"])


def test_a_model_is_varied_searched_and_drawn(vic):
    found = vic.post(f"{ROOT}/loan/sensitivity", json={"output": "payment", "swing": "5%"}).json
    fits("Tornado", found)
    assert found["bars"][0]["parameter"] == "principal"
    axes = {"rate": "4%..8% in 3", "months": [180, 360]}
    grid = vic.post(f"{ROOT}/loan/grid", json={"axes": axes}).json
    fits("Grid", grid)
    assert len(grid["cells"]) == 6
    goal = {"output": "payment", "target": 1, "by": "rate"}
    found = vic.post(f"{ROOT}/loan/goal-seek", json=goal).json
    fits("Goal", found)
    assert not found["is_found"]
    assert found["words"].startswith("No solution")
    asked = {"distributions": {"arpu": "normal(100, 10)"}, "draws": 200, "seed": 7}
    twice = [vic.post(f"{ROOT}/subscription/montecarlo", json=asked).json for _ in range(2)]
    fits("Simulation", twice[0])
    assert twice[0]["outputs"] == twice[1]["outputs"]


def test_too_many_draws_are_a_run(ana, vic):
    asked = {"distributions": {"arpu": "normal(100, 10)"}, "draws": 5_000_000}
    refused = vic.post(f"{ROOT}/subscription/montecarlo", json=asked | {"draws": 20_000})
    assert (refused.status_code, refused.json["where"]) == (403, "draws")
    answer = ana.post(f"{ROOT}/subscription/montecarlo", json=asked)
    assert answer.status_code == 422
    assert "run" in answer.json["detail"] + answer.json.get("cure", "")


def test_files_are_given_and_excel_is_read_back(vic):
    excel = vic.get(f"{ROOT}/loan/run?rate.percent=6.5&months=120&_format=xlsx")
    assert excel.mimetype.endswith("spreadsheetml.sheet")
    assert 'filename="loan.xlsx"' in excel.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(excel.data)).testzip() is None
    read = vic.post(f"{ROOT}/loan/inputs", data=excel.data, content_type="application/zip").json
    fits("WhatIfInputs", read)
    assert read["inputs"]["months"] == 120
    csv = vic.get(f"{ROOT}/loan/run?_format=csv&_output=schedule")
    assert csv.text.startswith("month,payment,")
    assert vic.get(f"{ROOT}/loan/run?_format=parquet").data[:4] == b"PAR1"
    assert vic.get(f"{ROOT}/loan/run?_format=exe").status_code == 422


def test_texts_do_not_become_formulas_in_files(vic):
    csv = vic.get(f"{ROOT}/nasty/run?word=%3DHYPERLINK(1)&_format=csv").text
    assert "'=HYPERLINK(1)" in csv
    excel = vic.get(f"{ROOT}/nasty/run?word=%3D1%2B1&_format=xlsx").data
    book = zipfile.ZipFile(io.BytesIO(excel))
    sheets = [name for name in book.namelist() if name.startswith("xl/worksheets")]
    assert all(b"<f>" not in book.read(name) for name in sheets)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"<xml/>"])
def test_what_is_no_workbook_is_refused(vic, content):
    answer = vic.post(f"{ROOT}/loan/inputs", data=content, content_type="application/zip")
    assert answer.status_code == 422


def test_a_model_without_code_is_made_and_changed_by_its_owner(ana, ben, vic, margin):
    found = ana.post(f"{margin}/run", json={"inputs": {"pieces": 10}}).json
    assert float(found["outputs"]["net"]) == 80
    change = {"setting": {"kind": "percent", "values": [{"value": "10%"}], "state": "locked"}}
    change |= {"made_from": 1, "why": "the new law"}
    for other in (ben, vic):
        assert other.patch(f"{margin}/parameters/tax", json=change).status_code == 403
    made = ana.patch(f"{margin}/parameters/tax", json=change)
    assert made.status_code == 201, made.json
    assert made.json["number"] == 2
    again = ana.patch(f"{margin}/parameters/tax", json=change)
    assert again.status_code == 412
    assert "Nothing was overwritten" in again.json["cure"]
    changes = vic.get(f"{margin}/versions/2/changes").json
    fits("WhatIfChanges", changes)
    assert [one["path"] for one in changes["changes"]] == ["settings.tax.values"]
    history = vic.get(f"{margin}/versions").json
    fits("WhatIfVersions", history)
    told = [(one["number"], one["created_by"], one["why"]) for one in history["versions"]]
    assert told == [(2, ANA, "the new law"), (1, ANA, "a start")]
    back = ana.post(f"{margin}/versions/1/copy", json={"made_from": 2}).json
    assert back["number"] == 3
    old = {"inputs": {}, "version": 2}
    assert float(vic.post(f"{margin}/run", json=old).json["outputs"]["net"]) == 27


def test_approval_takes_two_of_whom_one_owns_the_model(olga, ana, ben, vic):
    assert ana.post(ROOT, json={"name": "agreed", "content": CONTENT}).status_code == 201
    root = f"{ROOT}/agreed"
    assert ben.put(f"{root}/approval", json={"needed": True}).status_code == 403
    ruled = ana.put(f"{root}/approval", json={"needed": True}).json
    fits("WhatIfApproval", ruled)
    content = CONTENT | {"title": "Net margin"}
    proposed = ben.post(f"{root}/versions", json={"content": content, "made_from": 1, "why": "x"})
    assert proposed.json["state"] == "proposed"
    assert vic.get(root).json["title"] == "Margin"
    for nobody in (ben, vic):
        assert nobody.post(f"{root}/versions/2/approve", json={}).status_code == 403
    assert ana.post(f"{root}/versions/2/approve", json={}).json["state"] == "approved"
    assert vic.get(root).json["title"] == "Net margin"
    mine = ana.post(f"{root}/versions", json={"content": CONTENT, "made_from": 2, "why": "back"})
    assert mine.json["state"] == "proposed"
    assert ana.post(f"{root}/versions/3/approve", json={}).status_code == 403
    assert ben.post(f"{root}/versions/3/reject", json={"why": "no"}).json["state"] == "rejected"


def test_a_model_of_the_folder_is_managed_by_owners_alone(olga, ana, vic):
    body = {"content": {"settings": [{"name": "months", "maximum": 480}]}, "why": "x"}
    body["content"]["based_on"] = "subscription"
    body["content"]["settings"] = [{"name": "arpu", "state": "locked"}]
    for other in (ana, vic):
        assert other.post(f"{ROOT}/subscription/versions", json=body).status_code == 403
        taken = other.post(ROOT, json={"name": "subscription", "content": body["content"]})
        assert taken.status_code == 403
    own = {"name": "my_subscription", "content": body["content"], "level": "private"}
    assert ana.post(ROOT, json=own).status_code == 201
    moved = ana.post(f"{ROOT}/my_subscription/run", json={"inputs": {"arpu": 1}})
    assert moved.status_code == 403
    assert vic.get(f"{ROOT}/my_subscription").status_code == 404
    assert olga.post(f"{ROOT}/subscription/versions", json=body).status_code == 201
    assert olga.delete(f"{ROOT}/subscription").status_code == 204
    assert ana.get(f"{ROOT}/subscription").json["record"] is None


def test_saved_scenarios_are_kept_shared_and_not_overwritten(ana, ben, vic):
    body = {"name": "Dearer", "inputs": {"rate": "8%"}, "note": "as of May"}
    made = ana.post(f"{ROOT}/loan/saved", json=body)
    assert made.status_code == 201
    fits("Saved", made.json)
    address = made.json["links"]["self"]
    assert ben.get(address).status_code == 404
    assert [one["name"] for one in ben.get(f"{ROOT}/loan/saved").json["saved"]] == []
    shared = ana.put(f"{address}/access", json={"level": "shared", "people": [BEN]})
    assert shared.json["people"] == [BEN]
    assert ben.get(address).json["name"] == "Dearer"
    assert ben.patch(address, json={"made_from": 1, "name": "Mine"}).status_code == 403
    assert ana.patch(address, json={"made_from": 1, "note": "as of June"}).json["revision"] == 2
    stale = ana.patch(address, json={"made_from": 1, "note": "as of July"})
    assert stale.status_code == 412
    assert ana.get(address).json["note"] == "as of June"
    listed = ana.get(f"{ROOT}/loan/saved").json
    fits("SavedList", listed)
    assert vic.post(f"{ROOT}/loan/saved", json=body).status_code == 403
    assert ben.delete(address).status_code == 403
    assert ana.get(address.replace("loan", "house")).status_code == 404
    assert ana.delete(address).status_code == 204
    assert ana.get(address).status_code == 404


def test_kept_figures_are_replayed(ana, ben):
    saved = ana.post(f"{ROOT}/loan/saved", json={"name": "Kept", "inputs": {"rate": "5%"}}).json
    kept = ana.post(f"{saved['links']['self']}/figures")
    assert kept.status_code == 201
    fits("Figures", kept.json)
    replayed = ana.post(kept.json["links"]["replay"]).json
    fits("Replay", replayed)
    assert replayed["identical"] is True
    assert ben.post(kept.json["links"]["replay"]).status_code == 404
    assert ben.get(kept.json["links"]["self"]).status_code == 404
    listed = ana.get(f"{ROOT}/loan/figures?saved={saved['id']}").json
    fits("FiguresList", listed)
    assert [one["id"] for one in listed["figures"]] == [kept.json["id"]]


def test_what_is_secret_is_as_what_is_not_there(yard, olga, ana, ben):
    assert ana.get(f"{ROOT}/secret").status_code == 200
    assert "secret" not in [one["name"] for one in ben.get(ROOT).json["models"]]
    for method, ending, body in (
        ("get", "", None),
        ("get", "/parameters", None),
        ("get", "/run", None),
        ("get", "/versions", None),
        ("get", "/saved", None),
        ("get", "/runs", None),
        ("get", "/access", None),
        ("post", "/run", {"inputs": {}}),
        ("post", "/compare", {"scenarios": [{"name": "x"}]}),
        ("post", "/saved", {"name": "x"}),
        ("post", "/versions", {"content": {}}),
        ("delete", "", None),
    ):
        answers = [
            getattr(ben, method)(f"{ROOT}/{name}{ending}", json=body)
            for name in ("secret", "nothing")
        ]
        told = [answer.text.replace("secret", "nothing") for answer in answers]
        assert answers[0].status_code == answers[1].status_code, ending
        assert told[0] == told[1], ending
    based = {"name": "peek", "content": {"based_on": "secret"}}
    nothing = {"name": "peek", "content": {"based_on": "nothing"}}
    told = [ben.post(ROOT, json=body) for body in (based, nothing)]
    assert [answer.status_code for answer in told] == [404, 404]
    run = {"kind": "scenario", "request": {"what_if": "secret"}}
    assert ben.post("/api/v1/runs", json=run).status_code == 404


def test_who_is_not_known_sees_what_is_public_and_changes_nothing(yard):
    guest = yard.app.test_client()
    assert [one["name"] for one in guest.get(ROOT).json["models"]] == ["house"]
    assert guest.post(f"{ROOT}/house/run", json={"inputs": {"price": 300_000}}).status_code == 200
    for name in ("loan", "secret", "nothing"):
        assert guest.get(f"{ROOT}/{name}").status_code == 401
    assert guest.post(f"{ROOT}/house/saved", json={"name": "x"}).status_code == 401
    assert guest.post(ROOT, json={"name": "x", "content": CONTENT}).status_code == 401


def test_a_token_does_what_it_is_for(yard):
    reader = yard.program(ANA, "read")
    assert reader.post(f"{ROOT}/loan/run", json={}).status_code == 200
    assert reader.post(f"{ROOT}/loan/saved", json={"name": "x"}).status_code == 403
    assert reader.post(ROOT, json={"name": "x", "content": CONTENT}).status_code == 403
    narrow = yard.program(ANA, "read", only=Resource("scenario", "loan"))
    assert narrow.post(f"{ROOT}/loan/run", json={}).status_code == 200
    assert narrow.post(f"{ROOT}/house/run", json={}).status_code == 404


def test_access_is_told_and_changed(olga, ana, vic):
    told = ana.get(f"{ROOT}/loan/access").json
    assert told["level"] == "signed-in"
    assert ana.put(f"{ROOT}/loan/access", json={"level": "public"}).status_code == 403
    assert olga.put(f"{ROOT}/house/access", json={"level": "private"}).status_code == 409
    assert ana.get(f"{ROOT}/nothing/access").status_code == 404
    assert olga.put(f"{ROOT}/nothing/access", json={"level": "public"}).status_code == 404


def test_a_model_that_fails_or_dies_leaves_the_service_alive(vic):
    raised = vic.post(f"{ROOT}/moody/run", json={"inputs": {"mood": "raise"}})
    assert raised.status_code == 422
    assert "divides by zero" in raised.json["detail"]
    assert "/" not in raised.json["where"].removeprefix("scenarios/").replace(", line", "")
    ended = vic.post(f"{ROOT}/moody/run", json={"inputs": {"mood": "end"}})
    assert ended.status_code in {422, 503}
    assert list(vic.post(f"{ROOT}/moody/run", json={}).json["outputs"].values()) == [1.0]


@pytest.mark.parametrize(
    "name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "loan%00", "loan.py", "x" * 3000, "LOAN"]
)
def test_names_that_are_paths_lead_nowhere(vic, name):
    for ending in ("", "/run", "/saved", "/versions", "/figures/x"):
        assert vic.get(f"{ROOT}/{name}{ending}").status_code in {404, 308}


@pytest.mark.parametrize("name", ["../x", "a b", "", "<script>", "x" * 61, "loan"])
def test_names_of_new_models_are_plain(ana, name):
    answer = ana.post(ROOT, json={"name": name, "content": CONTENT})
    assert answer.status_code in {409, 422}


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": []},
        {"inputs": {}, "version": -1},
        {"inputs": {}, "version": "1"},
        {"inputs": {}, "as_of": "tomorrow"},
        {"inputs": {}, "unknown": 1},
        [],
    ],
)
def test_odd_bodies_are_refused(vic, body):
    assert vic.post(f"{ROOT}/loan/run", json=body).status_code in {400, 422}


def test_runs_of_a_model_are_listed_for_those_who_see_it(ana, vic, ben):
    asked = {"kind": "scenario", "request": {"what_if": "loan", "warehouse": False}}
    started = ana.post("/api/v1/runs", json=asked)
    assert started.status_code == 202, started.json
    listed = vic.get(f"{ROOT}/loan/runs").json
    fits("WhatIfRuns", listed)
    assert [one["id"] for one in listed["runs"]] == [started.json["id"]]
    locked = {"what_if": "house", "inputs": [{"name": "x", "inputs": {"fee": "9%"}}]}
    refused = ana.post("/api/v1/runs", json={"kind": "scenario", "request": locked})
    assert refused.status_code == 403
