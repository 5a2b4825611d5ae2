"""Postgres is killed and comes back while runs are asked for and followed."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from postgres_server import PostgresServer, postgres_server

from modelyard.web.live import LIVE

ROOT = "/api/v1/runs"
ECHO = {"kind": "echo", "request": {"text": "hello"}}


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own, that may be killed."""
    try:
        with postgres_server("max_connections=50") as server:
            yield server
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def client(
    folder: Path, make_client: Callable[..., FlaskClient], server: PostgresServer
) -> Iterator[FlaskClient]:
    opened = make_client(folder, database_url=server.make_database("runs"))
    yield opened
    opened.application.extensions[LIVE].records.database.close()


def test_a_killed_database_is_503_until_it_is_back(
    client: FlaskClient, server: PostgresServer
) -> None:
    kept = client.post(ROOT, json=ECHO).json["id"]
    server.kill()
    asked = {
        "start": client.post(ROOT, json=ECHO),
        "list": client.get(ROOT),
        "one": client.get(f"{ROOT}/{kept}?wait=5"),
        "cancel": client.post(f"{ROOT}/{kept}/cancel"),
        "events": client.get(f"{ROOT}/{kept}/events"),
        "page": client.get("/runs", headers={"Accept": "text/html"}),
    }
    assert {name: answer.status_code for name, answer in asked.items()} == dict.fromkeys(asked, 503)
    assert "Retry-After" in asked["start"].headers
    assert "database" in asked["start"].json["where"]
    server.start()
    runs = client.get(ROOT).json["runs"]
    assert [(run["id"], run["state"]) for run in runs] == [(kept, "queued")]
    assert client.post(ROOT, json=ECHO).status_code == 202


def test_a_stream_ends_with_its_database_and_goes_on_with_it(
    client: FlaskClient, server: PostgresServer
) -> None:
    run = client.post(ROOT, json=ECHO).json
    threaded = {"wsgi.multithread": True}
    stream = {"Accept": "text/event-stream"}
    answer = client.get(
        run["links"]["events"], headers=stream, environ_overrides=threaded, buffered=False
    )
    pieces = iter(answer.response)
    assert next(pieces) == b"retry: 1000\n\n"
    killer = threading.Timer(0.5, server.kill)
    killer.start()
    rest = b"".join(pieces)
    killer.join()
    answer.close()
    assert b"completed" not in rest
    server.start()
    other = client.application.test_client()
    ended = other.post(run["links"]["cancel"])
    assert ended.json["state"] == "cancelled"
    until = time.monotonic() + 30
    text = ""
    while "event: completed" not in text and time.monotonic() < until:
        text = client.get(run["links"]["events"], headers=stream, environ_overrides=threaded).text
    assert "event: completed" in text
