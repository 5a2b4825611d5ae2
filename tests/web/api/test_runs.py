"""Runs over REST: asked for, listed, followed, ended and repeated."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from modelyard.runs.identity import own_identity
from modelyard.runs.store_instances import Instances
from modelyard.web.live import LIVE

ROOT = "/api/v1/runs"
STREAM = {"Accept": "text/event-stream"}
THREADED = {"wsgi.multithread": True}
ECHO = {"kind": "echo", "request": {"text": "hello"}}
Make = Callable[..., FlaskClient]


def start(client: FlaskClient, body: Any = None, **headers: str) -> Any:
    answer = client.post(ROOT, json=body or ECHO, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json


@pytest.fixture
def client(folder: Path, make_client: Make, database_url: str) -> Iterator[FlaskClient]:
    """A service on each kind of database."""
    opened = make_client(folder, database_url=database_url)
    yield opened
    opened.application.extensions[LIVE].records.database.close()


@pytest.fixture
def run(client: FlaskClient) -> Any:
    """A run that waits: there is no worker."""
    return start(client)


@pytest.fixture
def questions(client: FlaskClient) -> Iterator[list[str]]:
    """The statements that the database is asked."""
    engine = client.application.extensions[LIVE].records.database.engine
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_run_is_taken_and_its_address_given(client: FlaskClient) -> None:
    wanted = {"kind": "outliers", "request": {"dataset": "flights", "seed": 3}}
    answer = client.post(ROOT, json=wanted)
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{ROOT}/{answer.json['id']}"
    assert answer.json["state"] == "queued"
    assert answer.json["title"] == "Outliers of Flights"
    assert answer.json["resource"] == {"kind": "dataset", "name": "flights"}
    assert answer.json["request"]["detector"] == "iforest"
    assert answer.json["started_by"] == "this computer"
    again = client.get(answer.headers["Location"])
    assert again.json == answer.json


def test_every_kind_is_listed_with_its_parameters(client: FlaskClient) -> None:
    kinds = {kind["name"]: kind for kind in client.get(f"{ROOT}/kinds").json["kinds"]}
    assert {"statistics", "outliers", "benchmark", "fetch", "echo"} <= set(kinds)
    seed = kinds["outliers"]["parameters"]["properties"]["seed"]
    assert (seed["type"], seed["default"], seed["minimum"]) == ("integer", 0, 0)
    assert kinds["outliers"]["parameters"]["required"] == ["dataset"]
    assert kinds["outliers"]["is_repeatable"]
    assert not kinds["benchmark"]["is_repeatable"]


@pytest.mark.parametrize("header", ["Idempotency-Key", "dbos-idempotency-key"])
def test_the_same_key_gives_the_same_run(client: FlaskClient, header: str) -> None:
    first = client.post(ROOT, json=ECHO, headers={header: "k1"})
    second = client.post(ROOT, json=ECHO, headers={header: '"k1"'})
    assert first.json["id"] == second.json["id"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(client.get(ROOT).json["runs"]) == 1


def test_a_key_is_not_used_for_two_requests(client: FlaskClient) -> None:
    first = start(client, **{"Idempotency-Key": "k1"})
    other = {"kind": "echo", "request": {"text": "other"}}
    answer = client.post(ROOT, json=other, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 422
    assert first["id"] in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"kind": "eco", "request": {}}, 422, "Did you mean 'echo'?"),
        ({"kind": "outliers", "request": {"dataset": "flihgts"}}, 404, "Did you mean 'flights'?"),
        ({"kind": "outliers", "request": {"dataset": "flights", "sed": 1}}, 422, "'seed'?"),
        ({"kind": "outliers", "request": {"dataset": "flights", "seed": -1}}, 422, "request.seed"),
        ({"kind": "outliers", "request": {"dataset": "flights", "detector": "x"}}, 422, "'x'"),
        ({"kind": "outliers", "request": {"dataset": 7}}, 422, "request.dataset"),
        ({"kind": "outliers", "request": {}}, 422, "dataset"),
        ({"kind": "fetch", "request": {"dataset": "flights"}}, 422, "nothing to fetch"),
        ({"kind": "echo", "requst": {}}, 422, "Did you mean 'request'?"),
        ({"kind": "echo", "request": []}, 422, "not a JSON object"),
        ({"kind": 7}, 422, "not the name of a kind"),
        ({"request": {}}, 422, "not the name of a kind"),
        ([], 400, "a list"),
        ({"kind": "echo", "request": {"text": "a\0b"}}, 400, "NUL"),
        ({"kind": "echo", "request": {"a\0b": 1}}, 400, "NUL"),
    ],
)
def test_a_wrong_request_gets_a_problem(
    client: FlaskClient, body: Any, status: int, words: str
) -> None:
    answer = client.post(ROOT, json=body)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert words in answer.text
    assert client.get(ROOT).json["runs"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{", "application/json", 400, "line 1, column 2"),
        (b"", "application/json", 400, "line 1, column 1"),
        (b"\xff\xfe", "application/json", 400, "not UTF-8"),
        (b'{"kind": NaN}', "application/json", 400, "infinite or NaN"),
        (b'{"kind": 1e999}', "application/json", 400, "infinite or NaN"),
        (b'{"kind": "\\ud800"}', "application/json", 400, "half a character"),
        (b"[" * 200_000, "application/json", 400, "nested"),
        (b'{"kind": ' + b"[" * 40 + b"]" * 40 + b"}", "application/json", 400, "nested"),
        (b'{"kind": ' + b"9" * 9000 + b"}", "application/json", 400, "too many digits"),
        (b"kind=echo", "application/x-www-form-urlencoded", 415, "Content-Type"),
        (b'{"kind": "echo"}', "text/plain", 415, "Content-Type"),
        (b'{"kind": "' + b"a" * 2**20 + b'"}', "application/json", 413, ""),
    ],
)
def test_a_body_that_is_no_request_gets_a_problem(
    client: FlaskClient, body: bytes, kind: str, status: int, words: str
) -> None:
    answer = client.post(ROOT, data=body, content_type=kind)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert words in answer.text


@pytest.mark.parametrize("key", ["", " ", '""', "a" * 201, "caf\xe9", "a\tb"])
def test_a_strange_key_is_refused(client: FlaskClient, key: str) -> None:
    answer = client.post(ROOT, json=ECHO, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_runs_are_listed_page_by_page_the_newest_first(client: FlaskClient) -> None:
    started = [start(client)["id"] for _ in range(5)]
    seen, address = [], f"{ROOT}?limit=2"
    while address:
        page = client.get(address).json
        seen.append([run["id"] for run in page["runs"]])
        address = page["next"]
    newest = started[::-1]
    assert seen == [newest[:2], newest[2:4], newest[4:]]


def test_runs_are_chosen_by_state_kind_and_dataset(client: FlaskClient, run: Any) -> None:
    scan = start(client, {"kind": "outliers", "request": {"dataset": "flights"}})
    client.post(f"{ROOT}/{run['id']}/cancel")
    for asked, found in (
        ("state=queued", scan),
        ("state=cancelled", run),
        ("kind=outliers", scan),
        ("dataset=flights", scan),
    ):
        listed = client.get(f"{ROOT}?{asked}").json["runs"]
        assert [one["id"] for one in listed] == [found["id"]], asked
    assert client.get(f"{ROOT}?dataset=big").json["runs"] == []
    assert client.get(f"{ROOT}?state=done").status_code == 422


def test_a_page_of_many_runs_is_one_question(client: FlaskClient, questions: list[str]) -> None:
    for _ in range(30):
        start(client)
    client.get(ROOT)
    questions.clear()
    assert len(client.get(f"{ROOT}?limit=10").json["runs"]) == 10
    assert len([asked for asked in questions if "FROM runs" in asked]) == 1


def test_a_run_that_is_not_over_says_when_to_ask_again(client: FlaskClient, run: Any) -> None:
    answer = client.get(f"{ROOT}/{run['id']}?wait=0.2")
    assert answer.json["state"] == "queued"
    assert answer.headers["Retry-After"] == "1"
    client.post(f"{ROOT}/{run['id']}/cancel")
    assert "Retry-After" not in client.get(f"{ROOT}/{run['id']}?wait=30").headers


def test_a_caller_who_waits_is_told_as_soon_as_it_is_over(client: FlaskClient, run: Any) -> None:
    other = client.application.test_client()
    timer = threading.Timer(0.3, lambda: other.post(f"{ROOT}/{run['id']}/cancel"))
    timer.start()
    assert client.get(f"{ROOT}/{run['id']}?wait=30").json["state"] == "cancelled"
    timer.join()


def test_a_run_that_has_not_changed_is_not_sent_again(client: FlaskClient, run: Any) -> None:
    address = f"{ROOT}/{run['id']}"
    tag = {"If-None-Match": client.get(address).headers["ETag"]}
    assert client.get(address, headers=tag).status_code == 304
    client.post(f"{address}/cancel")
    assert client.get(address, headers=tag).status_code == 200


def test_a_run_ends_once(client: FlaskClient, run: Any) -> None:
    address = f"{ROOT}/{run['id']}"
    assert client.get(f"{address}/result").status_code == 409
    assert client.post(f"{address}/retry").status_code == 409
    ended = client.post(f"{address}/cancel")
    assert (ended.status_code, ended.json["state"]) == (200, "cancelled")
    assert client.post(f"{address}/cancel").status_code == 409
    assert client.get(f"{address}/result").status_code == 404
    assert client.get(f"{address}/files").json == {"files": []}


def test_a_run_that_is_over_is_asked_for_again(client: FlaskClient, run: Any) -> None:
    address = f"{ROOT}/{run['id']}"
    client.post(f"{address}/cancel")
    key = {"Idempotency-Key": "again"}
    first, second = (client.post(f"{address}/retry", headers=key) for _ in range(2))
    assert first.status_code == 202
    assert first.json["id"] == second.json["id"] != run["id"]
    assert first.json["retry_of"] == run["id"]
    assert first.json["request"] == run["request"]


def test_events_come_as_a_list(client: FlaskClient, run: Any) -> None:
    client.post(f"{ROOT}/{run['id']}/cancel")
    for asked in ({"headers": {"Accept": "application/json"}}, {"query_string": "format=json"}):
        events = client.get(f"{ROOT}/{run['id']}/events", **asked).json["events"]
        assert [(one["number"], one["kind"]) for one in events] == [(1, "cancel"), (2, "completed")]
        assert events[1]["content"] == {"state": "cancelled"}


def test_a_stream_gives_what_happens_and_ends(client: FlaskClient, run: Any) -> None:
    other = client.application.test_client()
    answer = client.get(f"{ROOT}/{run['id']}/events", headers=STREAM, environ_overrides=THREADED)
    assert answer.mimetype == "text/event-stream"
    timer = threading.Timer(0.3, lambda: other.post(f"{ROOT}/{run['id']}/cancel"))
    timer.start()
    blocks = answer.text.strip().split("\n\n")
    timer.join()
    assert blocks[0] == "retry: 1000"
    assert [block.splitlines()[:2] for block in blocks[1:]] == [
        ["id: 1", "event: cancel"],
        ["id: 2", "event: completed"],
    ]
    data = json.loads(blocks[2].splitlines()[2].removeprefix("data: "))
    assert data["state"] == "cancelled"


def test_a_stream_goes_on_after_the_last_event_that_was_seen(client: FlaskClient, run: Any) -> None:
    client.post(f"{ROOT}/{run['id']}/cancel")
    address = f"{ROOT}/{run['id']}/events"
    answer = client.get(address, headers=STREAM | {"Last-Event-ID": "1"})
    assert "id: 1" not in answer.text
    assert "id: 2\nevent: completed" in answer.text
    assert "id: 1" not in client.get(f"{address}?after=1", headers=STREAM).text
    assert client.get(address, headers=STREAM | {"Last-Event-ID": "2"}).status_code == 204
    assert client.get(address, headers=STREAM | {"Last-Event-ID": "x"}).status_code == 422


def test_a_server_of_one_thread_is_not_held_up_by_a_stream(client: FlaskClient, run: Any) -> None:
    answer = client.get(f"{ROOT}/{run['id']}/events", headers=STREAM)
    assert answer.text == "retry: 1000\n\n"


def test_a_database_that_is_away_is_503_and_nothing_is_half_written(
    folder: Path, make_client: Make, tmp_path: Path
) -> None:
    client = make_client(folder)
    run = start(client)
    database = client.application.extensions[LIVE].records.database
    file, away = tmp_path / "state" / "modelyard.db", tmp_path / "away"
    time.sleep(1.1)  # what is known of users holds for a second
    database.engine.dispose()
    away.mkdir()
    parts = list(file.parent.glob("modelyard.db*"))
    for part in parts:
        part.rename(away / part.name)
    file.mkdir()
    answers = [client.get(ROOT), client.post(ROOT, json=ECHO), client.get(f"{ROOT}/{run['id']}")]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("Retry-After" in answer.headers for answer in answers)
    file.rmdir()
    for part in parts:
        (away / part.name).rename(part)
    assert [one["id"] for one in client.get(ROOT).json["runs"]] == [run["id"]]


def test_it_is_said_that_no_worker_is_there_until_one_is(client: FlaskClient, run: Any) -> None:
    words = "Start one with: modelyard worker"
    assert words in run["warning"]
    assert words in client.get(f"{ROOT}/{run['id']}").json["warning"]
    for page in ("/runs", f"/runs/{run['id']}", "/datasets/flights/runs"):
        assert words in client.get(page, headers={"Accept": "text/html"}).text
    runs = client.application.extensions[LIVE].records.runs
    Instances(runs.database).join(own_identity(), "worker", runs.clock())
    runs._presence._known = None
    assert client.get(f"{ROOT}/{run['id']}").json["warning"] is None
    assert words not in client.get("/runs", headers={"Accept": "text/html"}).text


def test_whether_a_worker_is_there_is_asked_seldom(
    client: FlaskClient, run: Any, questions: list[str]
) -> None:
    for _ in range(20):
        client.get(f"{ROOT}/{run['id']}")
    assert sum("FROM instances" in question for question in questions) <= 2
