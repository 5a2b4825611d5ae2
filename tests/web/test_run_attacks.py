"""What strangers, and people who mean harm, may try on runs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from modelyard.accounts.actor import LAPTOP, Actor
from modelyard.accounts.resource import Resource
from modelyard.runs.run import Run
from modelyard.runs.store import add_event
from modelyard.runs.tables import FILES, RESULTS, RUNS
from modelyard.web.live import LIVE
from modelyard.web.run_streams import STREAMS

ROOT = "/api/v1/runs"
ALL = ("read", "run", "write")
STREAM = {"Accept": "text/event-stream"}
THREADED = {"wsgi.multithread": True}
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
SHARING = """
[datasets.big]
source = "datasets/big.csv"
visibility = "private"
owner = "ana@example.com"
"""


@dataclass(frozen=True)
class Yard:
    """A service with people: each asks with a token of their own."""

    client: FlaskClient
    tokens: dict[str, str]

    def ask(self, who: str, method: str, address: str, **given: Any) -> TestResponse:
        headers = given.pop("headers", {})
        if who:
            headers = headers | {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.client.open(address, method=method, headers=headers, **given)

    def start(self, who: str, kind: str, **wanted: Any) -> TestResponse:
        return self.ask(who, "POST", ROOT, json={"kind": kind, "request": wanted})

    def seen(self, who: str) -> list[str]:
        return [run["id"] for run in self.ask(who, "GET", ROOT).json["runs"]]


@pytest.fixture
def client(
    folder: Path, make_client: Callable[..., FlaskClient], database_url: str
) -> Iterator[FlaskClient]:
    """A service on each kind of database."""
    opened = make_client(folder, database_url=database_url)
    yield opened
    opened.application.extensions[LIVE].records.database.close()


@pytest.fixture
def yard(
    folder: Path, make_client: Callable[..., FlaskClient], database_url: str
) -> Iterator[Yard]:
    """A service where `big` is Ana's own, and all else is for everybody signed in."""
    with (folder / "modelyard.toml").open("a") as file:
        file.write(SHARING)
    client = make_client(folder, database_url=database_url)
    accounts = client.application.extensions[LIVE].records.accounts
    tokens = {}
    for name, role in (("owner", "owner"), ("ana", "analyst"), ("bo", "analyst"), ("vi", "viewer")):
        user = accounts.users.add(f"{name}@example.com", role, by=LAPTOP)
        scopes = {"owner": (*ALL, "admin"), "viewer": ("read",)}.get(role, ALL)
        actor = Actor(kind="user", scopes=frozenset(scopes), user_id=user.id, email=user.email)
        tokens[name] = accounts.tokens.create(user, "test", scopes, by=actor)[1]
        if name == "bo":
            only = Resource("dataset", "flights")
            made = accounts.tokens.create(user, "one", scopes, only=only, by=actor)
            tokens["bo, for flights alone"] = made[1]
    yield Yard(client, tokens)
    client.application.extensions[LIVE].records.database.close()


def test_a_run_on_a_private_dataset_is_not_there_for_a_stranger(yard: Yard) -> None:
    run = yard.start("ana", "statistics", dataset="big").json
    for address in (run["links"]["self"], run["links"]["events"], f"{ROOT}/{run['id']}/result"):
        absent = address.replace(run["id"], "0" * 32)
        for who in ("bo", "vi", "owner"):
            answer, none = (yard.ask(who, "GET", one) for one in (address, absent))
            assert answer.status_code == none.status_code == 404
            assert answer.text.replace(run["id"], "0" * 32) == none.text
    for verb in ("cancel", "retry"):
        assert yard.ask("bo", "POST", f"{ROOT}/{run['id']}/{verb}").status_code == 404
    page = yard.ask("bo", "GET", f"/runs/{run['id']}", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert run["id"] not in yard.seen("bo")
    assert yard.seen("ana") == [run["id"]]


def test_another_dataset_that_takes_a_name_does_not_open_older_runs(
    yard: Yard, folder: Path
) -> None:
    run = yard.start("ana", "statistics", dataset="big").json
    toml = folder / "modelyard.toml"
    toml.write_text(toml.read_text().replace(SHARING, ""))
    (folder / "datasets" / "big.csv").rename(folder / "datasets" / "secret.csv")
    (folder / "datasets" / "big.parquet").write_bytes(b"PAR1 another table of that name PAR1")
    time.sleep(1.1)  # a changed folder is seen after a second
    assert yard.ask("bo", "GET", "/api/v1/datasets/big").status_code != 404
    for address in ("", "/events?format=json", "/result", "/files"):
        assert yard.ask("bo", "GET", run["links"]["self"] + address).status_code == 404
    assert yard.seen("bo") == []
    assert yard.seen("ana") == yard.seen("owner") == [run["id"]]


def test_nothing_is_started_on_what_is_secret(yard: Yard) -> None:
    secret = yard.start("bo", "statistics", dataset="big")
    absent = yard.start("bo", "statistics", dataset="bug")
    assert secret.status_code == absent.status_code == 404
    assert "big" not in absent.text
    assert secret.text.replace("'big'", "'bug'") == absent.text


def test_a_run_about_nothing_is_for_its_starter_and_for_owners(yard: Yard) -> None:
    run = yard.start("ana", "echo").json
    for who, status in (("ana", 200), ("owner", 200), ("bo", 404), ("vi", 404)):
        assert yard.ask(who, "GET", run["links"]["self"]).status_code == status, who
        assert (run["id"] in yard.seen(who)) is (status == 200)


def test_a_run_is_ended_by_its_starter_and_by_owners_alone(yard: Yard) -> None:
    runs = [yard.start("ana", "statistics", dataset="flights").json for _ in range(2)]
    address = runs[0]["links"]["cancel"]
    assert yard.ask("vi", "GET", runs[0]["links"]["self"]).status_code == 200
    for who in ("bo", "vi"):
        answer = yard.ask(who, "POST", address)
        assert answer.status_code == 403
        assert "owners" in answer.json["detail"]
    assert yard.ask("ana", "POST", address).status_code == 200
    assert yard.ask("owner", "POST", runs[1]["links"]["cancel"]).status_code == 200
    assert yard.ask("bo", "POST", f"{ROOT}/{runs[0]['id']}/retry").status_code == 403


def test_an_owner_ends_what_they_may_not_see(yard: Yard) -> None:
    run = yard.start("ana", "statistics", dataset="big").json
    assert yard.ask("owner", "GET", run["links"]["self"]).status_code == 404
    answer = yard.ask("owner", "POST", run["links"]["cancel"])
    assert (answer.status_code, answer.json) == (200, {"id": run["id"], "state": "cancelled"})


def test_a_viewer_starts_nothing_and_is_told_why(yard: Yard) -> None:
    for kind, wanted in (("echo", {}), ("statistics", {"dataset": "flights"})):
        answer = yard.start("vi", kind, **wanted)
        assert answer.status_code == 403
        assert "start work" in answer.json["detail"]


def test_somebody_unknown_is_asked_to_sign_in(yard: Yard) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    asked = [
        yard.start("", "echo"),
        yard.ask("", "GET", ROOT),
        yard.ask("", "GET", run["links"]["self"]),
        yard.ask("", "GET", f"{ROOT}/{'0' * 32}"),
        yard.ask("", "POST", run["links"]["cancel"]),
    ]
    assert [answer.status_code for answer in asked] == [401] * 5


def test_somebody_unknown_is_refused_before_their_request_is_read(yard: Yard) -> None:
    answer = yard.ask("", "POST", ROOT, data=b"[" * 900_000, content_type="application/json")
    assert answer.status_code == 401


def test_a_token_for_one_dataset_starts_work_on_no_other(yard: Yard) -> None:
    who = "bo, for flights alone"
    run = yard.start(who, "statistics", dataset="flights")
    assert run.status_code == 202
    assert yard.start(who, "statistics", dataset="broken").status_code == 404
    assert yard.start(who, "echo").status_code == 403
    other = yard.start("bo", "echo").json
    assert yard.ask(who, "GET", other["links"]["self"]).status_code == 404
    assert yard.ask(who, "POST", other["links"]["cancel"]).status_code == 404
    assert yard.ask(who, "POST", run.json["links"]["cancel"]).status_code == 200


def test_a_key_of_one_person_is_not_the_key_of_another(yard: Yard) -> None:
    given = {"json": {"kind": "echo", "request": {}}, "headers": {"Idempotency-Key": "k"}}
    first, second = (yard.ask(who, "POST", ROOT, **given) for who in ("ana", "bo"))
    assert first.json["id"] != second.json["id"]
    assert second.status_code == 202


def test_an_address_of_a_person_is_not_shown_to_somebody_unknown(yard: Yard, folder: Path) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    toml = folder / "modelyard.toml"
    toml.write_text(toml.read_text().replace('title = "Flights"', 'visibility = "public"'))
    client = yard.client
    time.sleep(1.1)  # a changed folder is seen after a second
    assert client.get(run["links"]["self"]).json["started_by"] == ""
    assert "ana@example.com" not in client.get(f"/runs/{run['id']}").text


def make_public(folder: Path) -> None:
    toml = folder / "modelyard.toml"
    toml.write_text(toml.read_text().replace('title = "Flights"', 'visibility = "public"'))
    time.sleep(1.1)  # a changed folder is seen after a second


def test_somebody_unknown_is_told_neither_people_nor_machines(yard: Yard, folder: Path) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    address, records = run["links"]["self"], yard.client.application.extensions[LIVE].records
    names = {"started_by": "ana@example.com", "worker": "far-host-4711"}
    with records.database.transaction() as connection:
        done = {"state": "succeeded", "worker": names["worker"], "passport": {"seed": 7, **names}}
        connection.execute(update(RUNS).where(RUNS.c.id == run["id"]).values(done))
        at = records.runs.clock()
        add_event(connection, run["id"], at, "start", {"attempt": 2, "worker": names["worker"]})
        add_event(connection, run["id"], at, "cancel", {"by": names["started_by"]})
        add_event(connection, run["id"], at, "completed", {"state": "succeeded"})
    make_public(folder)
    asked = (address, f"{address}/events", f"{address}/events?format=json", f"/runs/{run['id']}")
    for who, are_told in (("", False), ("bo", True)):
        for path in asked:
            text = yard.ask(who, "GET", path, headers=STREAM if "/events" in path else {}).text
            assert "succeeded" in text
            assert any(name in text for name in names.values()) == are_told, path
    assert yard.ask("", "GET", address).json["passport"] == {"seed": 7}


def test_one_person_or_address_has_two_streams(yard: Yard, folder: Path) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    make_public(folder)

    def open_stream(who: str, address: str) -> TestResponse:
        place = THREADED | {"REMOTE_ADDR": address}
        asked = {"headers": STREAM, "environ_overrides": place, "buffered": False}
        return yard.ask(who, "GET", run["links"]["events"], **asked)

    opened = [open_stream("bo", "10.0.0.1") for _ in range(2)]
    refused = open_stream("bo", "10.0.0.2")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    opened += [open_stream("", "10.0.0.1") for _ in range(2)]
    assert [answer.status_code for answer in opened] == [200] * 4
    assert open_stream("", "10.0.0.1").status_code == 503
    opened.append(open_stream("", "10.0.0.2"))
    opened[0].close()
    opened.append(open_stream("bo", "10.0.0.1"))
    assert [answer.status_code for answer in opened] == [200] * 6
    for answer in opened:
        answer.close()


def end_right(yard: Yard, who: str) -> None:
    """Disable somebody while a request of theirs goes on."""
    accounts = yard.client.application.extensions[LIVE].records.accounts
    user = accounts.users.find_by_email(f"{who}@example.com")
    accounts.users.disable(user.id, by=LAPTOP)


def test_a_stream_ends_with_the_right_to_it(yard: Yard) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    asked = {"headers": STREAM, "environ_overrides": THREADED, "buffered": False}
    answer = yard.ask("bo", "GET", run["links"]["events"], **asked)
    pieces = iter(answer.response)
    next(pieces)
    timer = threading.Timer(0.5, end_right, (yard, "bo"))
    timer.start()
    rest = list(pieces)  # a sign of life would come after ten seconds
    timer.join()
    answer.close()
    assert rest == []


def test_a_caller_who_waited_is_told_nothing_when_the_right_has_ended(yard: Yard) -> None:
    run = yard.start("ana", "statistics", dataset="flights").json
    timer = threading.Timer(0.5, end_right, (yard, "bo"))
    timer.start()
    answer = yard.ask("bo", "GET", run["links"]["self"] + "?wait=2")
    timer.join()
    assert answer.status_code == 401


def test_another_site_starts_nothing(client: FlaskClient) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        form = {"kind": "echo", "text": "x"}
        assert client.post("/runs", data=form, headers=headers).status_code == 403
        answer = client.post(ROOT, json={"kind": "echo"}, headers=headers)
        assert answer.status_code == 403
    assert client.get(ROOT).json["runs"] == []


@pytest.fixture
def finished(client: FlaskClient) -> Run:
    """A run whose title, label, log, fault, result and files were written by somebody evil."""
    records = client.application.extensions[LIVE].records
    started = client.post(ROOT, json={"kind": "echo", "request": {"text": MARKUP}}).json
    run = records.runs.get_run(started["id"])
    fault = {"kind": "Invalid", "where": MARKUP, "why": f"`{MARKUP}`", "cure": MARKUP}
    with records.database.transaction() as connection:
        values = {"state": "failed", "label": MARKUP, "worker": MARKUP[:60], "attempt": 1}
        values |= {"fault": fault, "passport": {MARKUP: [MARKUP, {"a": MARKUP}]}}
        values |= {"began_at": run.created_at, "ended_at": run.created_at}
        connection.execute(update(RUNS).where(RUNS.c.id == run.id).values(**values))
        for kind, content in (
            ("start", {"worker": MARKUP}),
            ("log", {"text": f"{MARKUP}\r\n\r\nevent: completed\ndata: {{}}"}),
            ("cancel", {"by": MARKUP}),
            ("completed", {"state": "failed"}),
        ):
            add_event(connection, run.id, run.created_at, kind, content)
        result = json.dumps({"text": MARKUP}).encode()
        connection.execute(insert(RESULTS).values(run_id=run.id, content=result, digest="0"))
    return run


@pytest.mark.parametrize("state", ["failed", "succeeded", "running"])
def test_markup_in_what_a_run_says_stays_text(
    client: FlaskClient, finished: Run, state: str
) -> None:
    records = client.application.extensions[LIVE].records
    ended = None if state == "running" else finished.created_at
    with records.database.transaction() as connection:
        connection.execute(update(RUNS).values(state=state, ended_at=ended))
    for address in (f"/runs/{finished.id}", "/runs", "/"):
        text = client.get(address, headers={"Accept": "text/html"}).text
        assert "<script>" not in text, address
        assert "<img src=x" not in text, address


def test_a_line_of_the_log_cannot_end_the_stream(client: FlaskClient, finished: Run) -> None:
    text = client.get(f"{ROOT}/{finished.id}/events", headers=STREAM).text
    assert text.count("event: completed") == text.count("\nevent: completed") + 1 == 2
    assert [line for line in text.splitlines() if line.startswith("data: {}")] == []
    assert len(text.strip().split("\n\n")) == 5


def test_a_file_is_saved_and_not_shown_whatever_it_calls_itself(
    client: FlaskClient, finished: Run
) -> None:
    records = client.application.extensions[LIVE].records
    name = 'page".html'
    records.blobs.write(f"runs/{finished.id}/page", b"<script>alert(1)</script>")
    row = {
        "media_type": "text/html",
        "bytes": 25,
        "digest": "d",
        "blob": f"runs/{finished.id}/page",
    }
    with records.database.transaction() as connection:
        connection.execute(insert(FILES).values(run_id=finished.id, name=name, **row))
    link = client.get(f"{ROOT}/{finished.id}/files").json["files"][0]["link"]
    answer = client.get(link)
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    ["../modelyard.db", "..%2f..%2fmodelyard.db", "%2e%2e%2fmodelyard.db", "x%00", ".", "a/b"],
)
def test_no_other_file_is_given(client: FlaskClient, finished: Run, name: str) -> None:
    answer = client.get(f"{ROOT}/{finished.id}/files/{name}")
    assert answer.status_code in {404, 308}
    assert b"SQLite" not in answer.data


@pytest.mark.parametrize("run_id", ["x", "%00", "a" * 5000, "' OR 1=1 --", "%F0%9F%92%A9"])
def test_a_strange_id_is_no_run(client: FlaskClient, run_id: str) -> None:
    for ending in ("", "/events", "/result", "/files"):
        assert client.get(f"{ROOT}/{run_id}{ending}").status_code == 404
    assert client.get(f"{ROOT}?before={run_id}").status_code in {200, 422}
    assert client.get(f"{ROOT}?kind={run_id}&dataset={run_id}").status_code == 200


def test_streams_leave_threads_for_others(client: FlaskClient) -> None:
    run = client.post(ROOT, json={"kind": "echo"}).json
    address = run["links"]["events"]

    def open_stream() -> TestResponse:
        return client.get(address, headers=STREAM, environ_overrides=THREADED, buffered=False)

    open_streams = [open_stream() for _ in range(5)]
    assert [answer.status_code for answer in open_streams] == [200] * 5
    refused = open_stream()
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert client.get(run["links"]["self"]).status_code == 200
    open_streams[0].close()
    again = open_stream()
    assert again.status_code == 200
    for answer in [again, *open_streams]:
        answer.close()


def test_a_stream_that_is_only_asked_about_takes_no_place(client: FlaskClient) -> None:
    run = client.post(ROOT, json={"kind": "echo"}).json
    for _ in range(20):
        answer = client.head(run["links"]["events"], headers=STREAM, environ_overrides=THREADED)
        assert answer.status_code == 200


def test_waiting_callers_and_streams_share_the_threads(client: FlaskClient) -> None:
    run = client.post(ROOT, json={"kind": "echo"}).json
    asked = {"headers": STREAM, "environ_overrides": THREADED, "buffered": False}
    streams = [client.get(run["links"]["events"], **asked) for _ in range(4)]
    other = client.application.test_client()
    timer = threading.Timer(8, lambda: other.post(run["links"]["cancel"]))
    with client.application.extensions[LIVE].answers.seat() as was_free:
        timer.start()
        answer = client.get(f"{run['links']['self']}?wait=30")
    timer.cancel()
    assert was_free
    assert answer.json["state"] == "queued"
    for stream in streams:
        stream.close()


def test_the_thread_that_looks_for_events_ends_with_the_last_stream(client: FlaskClient) -> None:
    run = client.post(ROOT, json={"kind": "echo"}).json
    answer = client.get(
        run["links"]["events"], headers=STREAM, environ_overrides=THREADED, buffered=False
    )
    pieces = iter(answer.response)
    next(pieces)
    client.post(run["links"]["cancel"])
    assert b"cancel" in next(pieces)
    answer.close()
    watch = client.application.extensions[STREAMS].watch
    thread = watch._thread
    if thread is not None:
        thread.join(10)
    assert watch._thread is None
    assert watch._followed == {}
