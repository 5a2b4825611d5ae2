"""The pages of runs, with a worker that does them."""

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from flask.testing import FlaskClient
from run_worker import run_worker
from werkzeug.test import TestResponse

from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE

HTML = {"Accept": "text/html"}
NOT_OVER = '<meta http-equiv="refresh" content="5">'


@pytest.fixture(scope="module")
def worked(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A service with a worker."""
    state = tmp_path_factory.mktemp("state")
    app = create_app(Settings(workspace=yard, state=state))
    with run_worker(yard, state):
        yield app.test_client()
    app.extensions[LIVE].answers.children.stop()


@pytest.fixture(scope="module")
def idle(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A service without a worker: what is asked for waits."""
    app = create_app(Settings(workspace=yard, state=tmp_path_factory.mktemp("idle")))
    return app.test_client()


def see(client: FlaskClient, address: str) -> TestResponse:
    return client.get(address, headers=HTML)


def send(client: FlaskClient, **fields: str) -> str:
    """Send the form that starts a run, and give the address of its page."""
    answer = client.post("/runs", data=fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def done(client: FlaskClient, **fields: str) -> str:
    """Start a run and wait for its end; gives the address of its page."""
    page = send(client, **fields)
    until = time.monotonic() + 90
    while time.monotonic() < until:
        run = client.get(f"/api/v1{page}?wait=20").json
        if run["state"] not in {"queued", "running"}:
            return page
    raise AssertionError(f"not over: {run}")


def test_the_empty_list_says_how_to_start_one(
    yard: Path, tmp_path: Path, parse: Callable[[TestResponse], object]
) -> None:
    client = create_app(Settings(workspace=yard, state=tmp_path)).test_client()
    page = see(client, "/runs")
    assert "Nothing has been run yet" in page.text
    assert "modelyard runs start echo" in page.text
    assert parse(page).refused == []  # type: ignore[attr-defined]


def test_a_form_sent_twice_starts_one_run(idle: FlaskClient) -> None:
    form = {"kind": "outliers", "dataset": "flights", "seed": "7", "key": "a1b2"}
    assert send(idle, **form) == send(idle, **form)
    assert send(idle, **form | {"seed": "8"}) != send(idle, **form)
    assert send(idle, **form | {"key": "c3d4"}) != send(idle, **form)


def test_a_form_means_what_the_kind_takes(idle: FlaskClient) -> None:
    form = {"kind": "outliers", "dataset": "flights", "seed": "7", "columns": "delay, distance,"}
    page = send(idle, **form, threshold="99", surprise="1", detector="")
    wanted = idle.get(f"/api/v1{page}").json["request"]
    assert wanted == {
        "dataset": "flights",
        "detector": "iforest",
        "seed": 7,
        "columns": ["delay", "distance"],
    }
    approximate = send(idle, kind="statistics", dataset="flights", approximate="true")
    assert idle.get(f"/api/v1{approximate}").json["request"]["approximate"] is True


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "what is to be done?"),
        ({"kind": "outlers"}, "Did you mean &#39;outliers&#39;?"),
        ({"kind": "outliers"}, "missing required field"),
        ({"kind": "outliers", "dataset": "flights", "seed": "seven"}, "seed"),
        ({"kind": "benchmark", "dataset": "flights", "repeats": "99"}, "repeats"),
    ],
)
def test_a_form_that_cannot_be_done_says_why(
    idle: FlaskClient, fields: dict[str, str], words: str
) -> None:
    answer = idle.post("/runs", data=fields, headers=HTML)
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"
    assert words in answer.text.replace("`", "")


def test_a_run_that_waits_comes_again_and_can_be_cancelled(idle: FlaskClient) -> None:
    page = send(idle, kind="echo", text="hello")
    waiting = see(idle, page)
    assert NOT_OVER in waiting.text
    assert "waiting for a worker" in waiting.text
    assert f'action="{page}/cancel"' in waiting.text
    assert idle.post(f"{page}/cancel").location == page
    over = see(idle, page)
    assert NOT_OVER not in over.text
    assert "this computer asked to end it" in over.text
    assert idle.post(f"{page}/cancel", headers=HTML).status_code == 409


def test_a_run_is_asked_for_again_by_its_button(idle: FlaskClient) -> None:
    page = send(idle, kind="echo", text="again")
    idle.post(f"{page}/cancel")
    assert f'action="{page}/retry"' in see(idle, page).text
    again = idle.post(f"{page}/retry", data={"key": "k"}).location
    assert again == idle.post(f"{page}/retry", data={"key": "k"}).location != page
    assert page in see(idle, again).text


def test_the_list_goes_on_to_older_runs(idle: FlaskClient) -> None:
    started = [send(idle, kind="echo", text=f"number {n}") for n in range(55)]
    first = see(idle, "/runs?kind=echo")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    second = see(idle, older[1].replace("&amp;", "&"))
    assert started[-1] in first.text
    assert started[0] not in first.text
    assert started[0] in second.text
    assert started[-1] not in second.text
    assert "« Newest" in second.text


def test_runs_are_found_by_state_kind_and_dataset(idle: FlaskClient) -> None:
    page = send(idle, kind="correlation", dataset="wide")
    for asked in ("dataset=wide", "kind=correlation", "state=queued&kind=correlation"):
        assert page in see(idle, f"/runs?{asked}").text
    text = see(idle, "/runs?state=succeeded").text
    assert "No run is like that" in text
    assert "<option selected>succeeded</option>" in text


def test_runs_of_a_dataset_are_in_its_tab(idle: FlaskClient) -> None:
    mine = send(idle, kind="statistics", dataset="nasty")
    other = send(idle, kind="statistics", dataset="wide")
    text = see(idle, "/datasets/nasty/runs").text
    assert mine in text
    assert other not in text
    assert '<option value="fetch">' not in text
    assert '<option value="fetch">' in see(idle, "/datasets/remote/runs").text


@pytest.mark.parametrize("name", ["empty", "header", "flights", "remote"])
def test_a_dataset_that_cannot_be_read_has_its_tab_of_runs(idle: FlaskClient, name: str) -> None:
    assert see(idle, f"/datasets/{name}/runs").status_code == 200


def test_work_under_way_is_on_the_first_page(idle: FlaskClient) -> None:
    page = send(idle, kind="echo", text="shown at home")
    assert page in see(idle, "/").text


@pytest.mark.parametrize("tab", ["outliers", "benchmark"])
def test_a_dataset_has_a_button_that_starts_a_run(idle: FlaskClient, tab: str) -> None:
    text = see(idle, f"/datasets/flights/{tab}").text
    found = re.search(r'formaction="([^"]+)"', text)
    assert found
    answer = idle.post(found[1].replace("&amp;", "&"), data={"repeats": "1", "detector": "ecod"})
    run = idle.get(f"/api/v1{answer.location}").json
    assert (run["kind"], run["resource"]["name"]) == (tab, "flights")


def test_the_page_of_a_scan_shows_what_came_of_it(
    worked: FlaskClient, parse: Callable[[TestResponse], object]
) -> None:
    page = done(worked, kind="outliers", dataset="flights", detector="ecod")
    shown = see(worked, page)
    assert "stand out" in shown.text
    assert "began on worker" in shown.text
    assert "fingerprint" in shown.text
    links = parse(shown).links  # type: ignore[attr-defined]
    assert "/datasets/flights/outliers?detector=ecod&seed=0" in links
    scores = worked.get(f"/api/v1{page}/files/scores.parquet")
    assert pl.read_parquet(io.BytesIO(scores.data)).height == 400
    assert len(scores.data) == int(scores.headers["Content-Length"])
    result = worked.get(f"/api/v1{page}/result")
    assert result.json["rows"] == 400
    tag = {"If-None-Match": result.headers["ETag"]}
    assert worked.get(f"/api/v1{page}/result", headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "statistics", "dataset": "flights"}, "400 rows, 6 columns"),
        ({"kind": "statistics", "dataset": "wide"}, "The first 60 columns"),
        ({"kind": "statistics", "dataset": "nasty"}, "&lt;script&gt;"),
        ({"kind": "correlation", "dataset": "flights"}, "Pairs of columns"),
        ({"kind": "benchmark", "dataset": "flights", "repeats": "1"}, "as fast with Polars"),
        ({"kind": "echo", "text": "<script>alert(1)</script>"}, "&lt;script&gt;alert(1)"),
    ],
)
def test_every_kind_of_result_can_be_read(
    worked: FlaskClient,
    parse: Callable[[TestResponse], object],
    fields: dict[str, str],
    words: str,
) -> None:
    shown = see(worked, done(worked, **fields))
    page = parse(shown)
    assert words in shown.text
    assert page.refused == []  # type: ignore[attr-defined]
    assert len(page.ids) == len(set(page.ids))  # type: ignore[attr-defined]
    assert not re.search(r"<script>|<img src=x|<svg onload|<b>&", shown.text)


def test_a_run_that_failed_says_why_and_what_to_do(worked: FlaskClient) -> None:
    page = done(worked, kind="outliers", dataset="header")
    shown = see(worked, page)
    assert "It failed" in shown.text
    assert "no rows" in shown.text
    assert "Try again" in shown.text
    assert worked.get(f"/api/v1{page}/result").status_code == 404
    assert worked.get(f"/api/v1{page}").json["fault"]["why"] in see(worked, "/runs").text


def test_a_run_at_work_ends_within_a_moment_when_asked(worked: FlaskClient) -> None:
    page = send(worked, kind="echo", text="long", seconds="600")
    until = time.monotonic() + 30
    while worked.get(f"/api/v1{page}").json["state"] == "queued" and time.monotonic() < until:
        time.sleep(0.1)
    shown = see(worked, page).text
    assert "<progress" in shown
    assert worked.post(f"/api/v1{page}/cancel").status_code == 202
    run = worked.get(f"/api/v1{page}?wait=30").json
    assert run["state"] == "cancelled"
    events = worked.get(f"/api/v1{page}/events?format=json").json["events"]
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "start"
    assert kinds[-1] == "completed"
    assert "cancel" in kinds


def test_a_stream_tells_progress_until_the_run_is_over(worked: FlaskClient) -> None:
    page = send(worked, kind="echo", text="told", seconds="2")
    answer = worked.get(
        f"/api/v1{page}/events",
        headers={"Accept": "text/event-stream"},
        environ_overrides={"wsgi.multithread": True},
    )
    told = [dict(line.split(": ", 1) for line in block.splitlines()) for block in _blocks(answer)]
    numbers = [int(one["id"]) for one in told]
    assert numbers == list(range(1, len(told) + 1))
    assert (told[0]["event"], told[-1]["event"]) == ("start", "completed")
    shares = [json.loads(one["data"])["done"] for one in told if one["event"] == "progress"]
    assert shares == sorted(shares)
    assert len(shares) >= 2


def _blocks(answer: TestResponse) -> list[str]:
    parts = answer.text.strip().split("\n\n")
    return [part for part in parts if not part.startswith((":", "retry"))]
