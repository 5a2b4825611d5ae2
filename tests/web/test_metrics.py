"""What the service counts of itself, and who may read it."""

import re
import threading

import pytest

from modelyard import metrics
from modelyard.metrics.families import IN_FLIGHT
from modelyard.web.watch import Watch

OPEN_INSIDE = {"REMOTE_ADDR": "127.0.0.1"}


def count_of(client, route, status=200, method="GET"):
    text = client.get("/metrics").text
    labels = f'method="{method}",route="{route}",status="{status}"'
    found = re.search(re.escape(f"modelyard_requests_total{{{labels}}} ") + r"(\S+)", text)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_the_rule_of_their_address(client):
    before = count_of(client, "/api/v1/datasets/<name>")
    client.get("/api/v1/datasets/flights")
    client.get("/api/v1/datasets/big")
    client.get("/api/v1/datasets/nothing")
    assert count_of(client, "/api/v1/datasets/<name>") - before == 2
    assert count_of(client, "/api/v1/datasets/<name>", 404) == 1


def test_addresses_where_nothing_is_share_one_route(client):
    for number in range(30):
        client.get(f"/nothing/{number}")
    assert count_of(client, "unmatched", 404) == 30
    assert "/nothing/7" not in client.get("/metrics").text


def test_functions_are_counted_by_the_path_of_their_document(folder, make_client):
    (folder / "openapi.yml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /sum/{a}:\n    get:\n"
        "      operationId: adding.add\n      parameters:\n"
        "        - {name: a, in: path, required: true, schema: {type: integer}}\n"
        "      responses: {'200': {description: sum, content: {application/json: {}}}}\n"
    )
    (folder / "adding.py").write_text("def add(a):\n    return a + 1\n")
    client = make_client(folder)
    assert client.get("/sum/4").json == 5
    assert client.get("/sum/x").status_code == 422
    assert count_of(client, "/sum/{a}") == 1
    assert count_of(client, "/sum/{a}", 422) == 1


def test_errors_of_ours_and_made_up_verbs_are_counted(client):
    client.open("/health/live", method="BREW")
    assert count_of(client, "unmatched", 405, "other") + count_of(
        client, "/health/live", 405, "other"
    )


def test_owners_may_read_it_with_a_session_or_a_token_and_nobody_else(team):
    assert team.signed_in("olga@example.com").get("/metrics").status_code == 200
    client = team.app.test_client()
    assert (
        client.get("/metrics", headers=team.token("olga@example.com", "admin")).status_code == 200
    )
    assert client.get("/metrics", headers=team.token("olga@example.com", "read")).status_code == 403
    assert team.signed_in("ana@example.com").get("/metrics").status_code == 403
    answer = client.get("/metrics", headers={"Accept": "text/plain"})
    assert answer.status_code == 401, "no sign-in page for a program"
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("said", "environ", "status"),
    [
        ("public", {"REMOTE_ADDR": "203.0.113.9"}, 200),
        ("loopback", OPEN_INSIDE, 200),
        ("loopback", {"REMOTE_ADDR": "203.0.113.9"}, 401),
        ("loopback", OPEN_INSIDE | {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 401),
        ("loopback", OPEN_INSIDE | {"HTTP_X_REAL_IP": "203.0.113.9"}, 401),
        ("owners", OPEN_INSIDE, 401),
    ],
)
def test_the_setting_opens_it_to_this_machine_or_to_all(make_team, said, environ, status):
    client = make_team(metrics=said).app.test_client()
    assert client.get("/metrics", environ_overrides=environ).status_code == status


def test_a_request_is_under_way_until_its_answer_is_sent_or_given_up(tmp_path):
    def app(environ, start_response):
        start_response("200 OK", [])
        if environ["PATH_INFO"] == "/fails":
            raise RuntimeError
        return (part for part in (b"a", b"b"))

    watch = Watch(app, tmp_path / "metrics")

    def under_way():
        return metrics.own_counts()[(IN_FLIGHT,)][0]

    environ = {"PATH_INFO": "/", "REQUEST_METHOD": "GET"}
    answer = watch(environ, lambda *_: None)
    assert (under_way(), next(iter(answer))) == (1, b"a")
    answer.close()
    answer.close()
    assert under_way() == 0
    with pytest.raises(RuntimeError):
        watch(environ | {"PATH_INFO": "/fails"}, lambda *_: None)
    assert under_way() == 0


def test_requests_of_many_threads_are_all_counted(client):
    app = client.application
    threads = [
        threading.Thread(target=lambda: [app.test_client().get("/health/live") for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_of(client, "/health/live") == 40
