"""Runs of what-if models: who may name what in them, and who sees them."""

from collections.abc import Iterator

import pytest
from what_if_yard import WhatIfYard, what_if_yard

ROOT, RUNS = "/api/v1/scenarios", "/api/v1/runs"
OLGA, ANA, BEN, VIC = (f"{name}@example.com" for name in ("olga", "ana", "ben", "vic"))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatIfYard]:
    with what_if_yard(tmp_path_factory.mktemp("runs") / "desk") as made:
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


@pytest.fixture
def private(people):
    """A scenario that Ana keeps for herself."""
    body = {"name": "Mine", "inputs": {"rate": "7%"}}
    return people[ANA].post(f"{ROOT}/loan/saved", json=body).json


def start(person, kind="scenario", **request):
    return person.post(RUNS, json={"kind": kind, "request": {"what_if": "loan"} | request})


def test_who_may_not_see_a_scenario_starts_no_run_with_it(people, private):
    for kind, saved in (("scenario", [private["id"]]), ("montecarlo", private["id"])):
        more = {"distributions": {"rate": "uniform(5%, 6%)"}} if kind == "montecarlo" else {}
        secret = start(people[BEN], kind, saved=saved, **more)
        absent_id = "sc" + "0" * 24
        absent = [absent_id] if kind == "scenario" else absent_id
        none = start(people[BEN], kind, saved=absent, **more)
        assert secret.status_code == none.status_code == 404
        assert secret.text == none.text


def test_a_run_of_a_private_scenario_is_seen_by_its_owner_alone_even_when_that_is_gone(
    people, private
):
    run = start(people[ANA], saved=[private["id"]]).json
    assert people[ANA].get(f"{RUNS}/{run['id']}").status_code == 200
    for _ in range(2):
        assert people[BEN].get(f"{RUNS}/{run['id']}").status_code == 404
        assert people[VIC].get(f"{RUNS}/{run['id']}/events?format=json").status_code == 404
        assert run["id"] not in people[BEN].get(RUNS).text
        people[ANA].delete(private["links"]["self"])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"what_if": "secret"}, 404),
        ({"what_if": "nothing"}, 404),
        ({"what_if": 5}, 422),
        ({"saved": 5}, 422),
        ({"saved": [5]}, 422),
        ({"inputs": [{"inputs": {"rate": "700%"}}]}, 422),
        ({"inputs": [{"inputs": "x"}]}, 422),
        ({"version": 10**30}, 404),
        ({"as_of": "2027-13-01"}, 422),
        ({"spec": {"content": {}}}, 422),
    ],
)
def test_what_is_asked_wrongly_is_named_and_does_nothing(people, request_, status):
    before = people[BEN].get(RUNS).json["runs"]
    answer = start(people[BEN], **request_)
    assert answer.status_code == status, answer.text
    assert people[BEN].get(RUNS).json["runs"] == before


def test_a_locked_parameter_is_not_moved_by_a_run(people):
    house = {"what_if": "house", "inputs": [{"name": "free", "inputs": {"fee": 0}}]}
    assert start(people[ANA], **house).status_code == 403
    drawn = {"what_if": "house", "distributions": {"fee": "uniform(0, 1)"}}
    assert start(people[ANA], "montecarlo", **drawn).status_code == 403


def test_the_settings_of_a_managed_model_are_not_gone_round(people):
    content = {"based_on": "loan", "settings": [{"name": "months", "state": "locked"}]}
    body = {"name": "loan", "content": content, "level": "signed-in"}
    assert people[OLGA].post(ROOT, json=body).status_code == 201
    assert start(people[BEN], version=10**30).status_code == 404
    inputs = [{"name": "short", "inputs": {"months": 12}}]
    assert start(people[BEN], inputs=inputs).status_code == 403
    assert start(people[BEN], inputs=inputs, version=-1).status_code == 409
    assert start(people[VIC]).status_code == 403


def test_a_run_over_several_scenarios_is_for_those_who_may_see_all_of_them(people):
    def saved(name, *shared):
        body = {"name": name, "inputs": {}, "level": "shared", "people": list(shared)}
        return people[ANA].post(f"{ROOT}/subscription/saved", json=body).json

    for_ben, for_vic = saved("For Ben", BEN, VIC), saved("For Vic", VIC)
    for_all = (
        people[ANA]
        .post(
            f"{ROOT}/subscription/saved", json={"name": "All", "level": "signed-in", "inputs": {}}
        )
        .json
    )
    ids = [for_all["id"], for_ben["id"]]
    started = [
        start(people[ANA], what_if="subscription", saved=some).json["id"]
        for some in (ids, [*ids, for_vic["id"]], [for_all["id"]])
    ]

    def seen_by(email):
        alone = [people[email].get(f"{RUNS}/{one}").status_code == 200 for one in started]
        listed = people[email].get(RUNS).text
        assert [one in listed for one in started] == alone
        return alone

    assert seen_by(ANA) == seen_by(VIC) == [True, True, True]
    assert seen_by(BEN) == [True, False, True]
    narrow = {"level": "shared", "people": [BEN]}
    assert people[ANA].put(f"{for_ben['links']['self']}/access", json=narrow).status_code == 200
    assert seen_by(VIC) == [False, False, True]
    people[ANA].delete(for_all["links"]["self"])
    assert seen_by(ANA) == [True, True, True]
    assert seen_by(BEN) == seen_by(VIC) == [False, False, False]
