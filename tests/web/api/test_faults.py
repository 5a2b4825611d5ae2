"""Wrong questions get an RFC 9457 problem that names place and cure; nothing leaks."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from modelyard.web.headers import HEADERS

ROOT = "/api/v1/datasets"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        (f"{ROOT}/flight", 404, "Did you mean 'flights'?"),
        (f"{ROOT}/gone", 404, "not there"),
        (f"{ROOT}/gone/statistics", 404, "not there"),
        (f"{ROOT}/broken/statistics", 422, "broken (datasets/broken.parquet)"),
        (f"{ROOT}/broken/rows", 422, "broken (datasets/broken.parquet)"),
        (f"{ROOT}/broken/outliers", 422, "broken (datasets/broken.parquet)"),
        (f"{ROOT}/flights/rows?filter=delai:gt:3", 422, "Did you mean 'delay'?"),
        (f"{ROOT}/flights/rows?filter=delay:gt:x", 422, "'x' is not a value of type Int64"),
        (f"{ROOT}/flights/rows?filter=delay", 422, "column:operator:value"),
        (f"{ROOT}/flights/rows?sort=nope", 422, "there is no column 'nope'"),
        (f"{ROOT}/flights/rows?size=0", 422, "not between 1 and"),
        (f"{ROOT}/flights/rows?size=1e9", 422, "not a whole number"),
        (f"{ROOT}/flights/rows?format=xml", 422, "Known: json, csv, parquet, arrow"),
        (f"{ROOT}/flights/rows?pgae=2", 422, "Did you mean 'page'?"),
        (f"{ROOT}/flights/statistics?approximate=maybe", 422, "neither true nor false"),
        (f"{ROOT}/flights/outliers?detector=ifrest", 422, "Did you mean 'iforest'?"),
        (f"{ROOT}/flights/outliers?columns=nope", 422, "nope"),
        (f"{ROOT}/flights/outliers?threshold=101", 422, "not between 0 and 100"),
        (f"{ROOT}/flights/benchmark?repeats=0", 422, "not between 1 and 9"),
        ("/api/v1/nothing", 404, "Not found"),
        (f"{ROOT}/..%2f..%2fetc%2fpasswd", 404, "Not found"),
        (f"{ROOT}/%00", 404, "no such dataset"),
    ],
)
def test_a_wrong_question_gets_a_problem(
    client: FlaskClient, folder: Path, address: str, status: int, words: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    text = answer.get_data(as_text=True)
    assert words in text
    assert str(folder) not in text
    assert "Traceback" not in text


def test_the_other_datasets_go_on_being_served(client: FlaskClient) -> None:
    assert client.get(f"{ROOT}/broken/statistics").status_code == 422
    assert client.get(f"{ROOT}/flights/statistics").status_code == 200


def test_an_address_where_nothing_is_says_so_in_our_words(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json["where"]) == (404, "address '/api/v1/nothing'")
    page = client.get("/nothing", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "there is nothing at this address." in page.text
    assert "requested URL" not in answer.text + page.text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post(ROOT)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_fault_of_ours_shows_an_id_and_no_trace(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    @client.application.get("/api/v1/explode")
    def explode() -> str:
        raise RuntimeError("secret words")

    answer = client.get("/api/v1/explode")
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)
    assert "under" in answer.json["detail"]


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for address in ("/health/live", f"{ROOT}/nope", "/", "/nope"):
        headers = client.get(address).headers
        assert all(headers[name] == value for name, value in HEADERS.items())


def test_a_laptop_answers_to_localhost_only(client: FlaskClient) -> None:
    attack = client.get(f"{ROOT}/flights", headers={"Host": "evil.example"})
    assert attack.status_code == 403
    assert client.get("/health/live", headers={"Host": "127.0.0.1:8080"}).status_code == 200
    assert client.get("/health/live", headers={"Host": "[::1]:8080"}).status_code == 200


def test_an_allowed_host_name_is_answered(
    folder: Path, make_client: Callable[..., FlaskClient]
) -> None:
    client = make_client(folder, allowed_hosts=("yard.example",))
    assert client.get("/health/live", headers={"Host": "yard.example"}).status_code == 200


def test_many_different_questions_do_not_start_many_processes(
    folder: Path, make_client: Callable[..., FlaskClient]
) -> None:
    client = make_client(folder, computations=2, wait_s=0)
    states = [
        client.get(f"{ROOT}/flights/outliers?detector=ecod&seed={seed}").json["state"]
        for seed in range(20)
    ]
    children = client.application.extensions["modelyard"].answers.children
    assert len(children._alive) <= 2
    assert states.count("queued") >= 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_plainly(client: FlaskClient, folder: Path) -> None:
    path = folder / "datasets" / "big.csv"
    path.chmod(0)
    answer = client.get(f"{ROOT}/big/statistics")
    assert answer.status_code in {422, 503}
    assert "big" in answer.json["where"]
