"""What-if models that are based on others: who may not see the base sees none of them."""

from collections.abc import Iterator

import pytest
from what_if_yard import WhatIfYard, what_if_yard

from modelyard.accounts.resource import Resource

ROOT = "/api/v1/scenarios"
OLGA, ANA, BEN, VIC = (f"{name}@example.com" for name in ("olga", "ana", "ben", "vic"))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatIfYard]:
    with what_if_yard(tmp_path_factory.mktemp("bases") / "desk") as made:
        yield made


@pytest.fixture(scope="module")
def people(yard):
    ways = {
        OLGA: ("read", "run", "write", "admin"),
        ANA: ("read", "run", "write"),
        BEN: ("read", "run", "write"),
        VIC: ("read",),
    }
    return {email: yard.program(email, *scopes) for email, scopes in ways.items()}


@pytest.fixture(scope="module")
def leak(people):
    """A model for everybody, which Ana based on one that she alone may see."""
    content = {"based_on": "secret", "settings": [{"name": "pay", "title": "Pay"}]}
    body = {"name": "leak", "content": content, "level": "public"}
    answer = people[ANA].post(ROOT, json=body)
    assert answer.status_code == 201, answer.text
    return f"{ROOT}/leak"


ASKED = (
    ("get", "", None),
    ("get", "/parameters", None),
    ("get", "/run", None),
    ("get", "/versions", None),
    ("get", "/versions/1", None),
    ("get", "/saved", None),
    ("get", "/figures", None),
    ("get", "/runs", None),
    ("get", "/access", None),
    ("post", "/run", {"inputs": {}}),
    ("post", "/check", {"inputs": {}}),
    ("post", "/compare", {"scenarios": [{"name": "x"}]}),
    ("post", "/saved", {"name": "x"}),
    ("post", "/versions", {"content": {"based_on": "secret"}, "made_from": 1}),
    ("post", "/versions/1/copy", {"name": "mine"}),
    ("patch", "/parameters/pay", {"setting": {"state": "locked"}, "made_from": 1}),
    ("delete", "", None),
)


@pytest.mark.parametrize("who", [BEN, VIC, ""])
def test_who_may_not_see_the_base_is_told_as_of_what_is_not_there(yard, people, leak, who):
    asker = people[who] if who else yard.app.test_client()
    for method, ending, body in ASKED:
        secret, none = (
            getattr(asker, method)(f"{ROOT}/{name}{ending}", json=body)
            for name in ("leak", "nothing")
        )
        assert secret.status_code == none.status_code, (method, ending)
        assert secret.text.replace("leak", "nothing") == none.text, (method, ending)
    assert "leak" not in asker.get(ROOT).text


def test_its_maker_uses_it_and_those_who_see_the_base(people, leak):
    assert people[ANA].post(f"{leak}/run", json={"inputs": {"pay": 5}}).status_code == 200
    assert "leak" in people[ANA].get(ROOT).text
    saved = people[ANA].post(f"{leak}/saved", json={"name": "Mine", "level": "public"})
    assert saved.status_code == 201


def test_nobody_saves_or_runs_by_it_what_they_may_not_see(people, leak):
    run = {"kind": "scenario", "request": {"what_if": "leak"}}
    assert people[BEN].post("/api/v1/runs", json=run).status_code == 404
    started = people[ANA].post("/api/v1/runs", json=run).json["id"]
    assert people[ANA].get(f"/api/v1/runs/{started}").status_code == 200
    assert people[BEN].get(f"/api/v1/runs/{started}").status_code == 404
    based = {"name": "loan", "content": {"based_on": "secret"}}
    assert people[BEN].post(f"{ROOT}/loan/versions", json=based).status_code in {403, 404}
    assert people[OLGA].get(leak).status_code == 404


def test_a_token_for_the_model_alone_opens_it_as_far_as_its_person_sees(yard, leak):
    only = Resource("scenario", "leak")
    assert yard.program(ANA, "read", only=only).get(f"{leak}/run").status_code == 200
    assert yard.program(BEN, "read", only=only).get(f"{leak}/run").status_code == 404


def test_a_model_on_an_open_base_is_open(yard, people):
    body = {"name": "villa", "content": {"based_on": "house"}, "level": "public"}
    assert people[ANA].post(ROOT, json=body).status_code == 201
    assert yard.app.test_client().post(f"{ROOT}/villa/run", json={}).status_code == 200
