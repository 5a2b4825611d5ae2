"""Accounts on the web on each kind of database, and while there is none."""

from typing import Any

import pytest


def test_a_team_works_on_each_kind_of_database(make_team: Any, database_url: str) -> None:
    team = make_team(database_url=database_url)
    olga, vic = team.signed_in("olga@example.com"), team.signed_in("vic@example.com")
    body = {"level": "shared", "people": ["ana@example.com"], "owner": "olga@example.com"}
    assert olga.put("/api/v1/datasets/flights/access", json=body).status_code == 200
    assert vic.get("/datasets/flights").status_code == 404
    assert olga.post("/people/invite", data={"email": "new@example.com"}).status_code == 200
    header = team.token("ana@example.com", "read")
    client = team.app.test_client()
    assert client.get("/api/v1/datasets/flights", headers=header).status_code == 200
    wrong = {"email": "ana@example.com", "password": "wrong wrong wrong"}
    assert team.browser().post("/sign-in", data=wrong).status_code == 403
    lines = olga.get("/audit/file?format=ndjson").text.splitlines()
    assert len(lines) >= 7
    assert olga.get("/account").status_code == 200
    team.app.extensions["modelyard"].records.database.close()


@pytest.mark.parametrize(
    "address", ["/", "/sign-in", "/datasets/flights", "/api/v1/datasets", "/health/ready", "/nope"]
)
def test_without_a_database_everything_is_503_in_words(
    folder: Any, make_client: Any, address: str
) -> None:
    client = make_client(folder, database_url="postgresql://nobody@127.0.0.1:9/none")
    answer = client.get(address)
    assert answer.status_code == (404 if address == "/nope" else 503)
    assert address == "/nope" or "does not answer at the moment" in answer.text
    assert "Traceback" not in answer.text
    for word in ("nobody", "127.0.0.1", "Postgres", "connection", "MODELYARD_DATABASE_URL"):
        assert word not in answer.text, word


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_why_there_is_no_database_is_for_the_log_alone(
    folder: Any, make_client: Any, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    client = make_client(folder, database_url="postgresql://nobody@127.0.0.1:9/none")
    data = {"email": "a@b.c", "password": "x"} if method == "POST" else None
    answer = client.open("/sign-in", method=method, data=data)
    assert answer.status_code == 503
    assert "127.0.0.1" not in answer.text
    assert "database (Postgres none on 127.0.0.1): cannot be used at the moment" in caplog.text
    assert "Is it running" in caplog.text


def test_without_a_database_the_process_still_lives(folder: Any, make_client: Any) -> None:
    client = make_client(folder, database_url="postgresql://nobody@127.0.0.1:9/none")
    assert client.get("/health/live").status_code == 200
    assert client.get("/static/app.css").status_code == 200
    assert client.post("/sign-in", data={"email": "a@b.c", "password": "x"}).status_code == 503
