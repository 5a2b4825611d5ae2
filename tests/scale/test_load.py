"""Loads: sent when they are due, whatever the service answers."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from asked_server import Behaviour, asked_server
from click.testing import CliRunner

from modelyard.cli.main import modelyard
from modelyard.errors import Invalid, Unavailable
from modelyard.scale.load.figures import statuses, step_of, windows_of
from modelyard.scale.load.knee import refuse_dead
from modelyard.scale.load.routes import Route
from modelyard.scale.load.schedule import schedule_of
from modelyard.scale.load.sending import Answer, Answers, Sender, open_sender
from modelyard.workspace.measured import find_measured

pytestmark = pytest.mark.skipif(
    find_spec("locust") is None or find_spec("psutil") is None,
    reason="Locust, which does the sending, or psutil is not here",
)
ROUTE = (Route("GET", "/"),)


@pytest.fixture(scope="module")
def asked() -> Iterator[Behaviour]:
    behaviour = Behaviour()
    with asked_server(behaviour):
        yield behaviour


@pytest.fixture(scope="module")
def sender(asked: Behaviour) -> Iterator[Sender]:
    routes = (Route("GET", "/a"), Route("POST", "/b", '{"x": 1}', 3.0))
    with open_sender(asked.address, routes, token="mine", timeout_s=20) as opened:
        yield opened


def test_requests_come_by_chance_at_the_wanted_rate_and_in_the_wanted_mix() -> None:
    routes = (Route("GET", "/a"), Route("GET", "/b", weight=3))
    per_s = [100.0] * 60 + [300.0] * 60
    made = schedule_of(per_s, routes)
    assert list(made.due_s) == sorted(made.due_s)
    assert sum(due < 60 for due in made.due_s) == pytest.approx(6_000, rel=0.05)
    assert len(made.due_s) == pytest.approx(24_000, rel=0.03)
    assert Counter(made.routes)[1] / len(made.routes) == pytest.approx(0.75, abs=0.02)
    counts = Counter(int(due) for due in made.due_s if due < 60)
    spread = sum((count - 100) ** 2 for count in counts.values()) / 60
    assert 40 < spread < 200  # of a Poisson process the variance is the mean
    assert made == schedule_of(per_s, routes)


def test_even_distances_are_even_and_seconds_without_load_stay_empty() -> None:
    made = schedule_of([2.0, 0.0, 4.0], ROUTE, is_even=True)
    assert made.due_s == pytest.approx([0.25, 0.75, 2.125, 2.375, 2.625, 2.875])


@pytest.mark.parametrize("per_s", [[], [0.0, 0.0], [1e9] * 10])
def test_a_load_of_nothing_or_of_billions_is_refused(per_s: list[float]) -> None:
    with pytest.raises(Invalid):
        schedule_of(per_s, ROUTE)


def test_locust_sends_each_request_with_its_body_and_the_token(
    asked: Behaviour, sender: Sender
) -> None:
    answers = sender.send(schedule_of([40.0, 40.0], sender.routes))
    assert statuses(answers) == {"200": len(answers.rows)}
    mix = Counter(asked.asked)
    assert set(mix) == {"GET /a", "POST /b"}
    assert set(asked.bodies) == {b"", b'{"x": 1}'}
    assert {headers["Authorization"] for headers in asked.headers} == {"Bearer mine"}
    assert sum(mix.values()) == len(answers.rows)


def test_a_service_that_stands_still_is_asked_all_the_same_and_the_wait_counts(
    asked: Behaviour, sender: Sender
) -> None:
    """Coordinated omission: who waits for each answer would have sent one slow request."""
    asked.still.clear()
    asked.asked.clear()
    waker = threading.Timer(3.0, asked.still.set)
    waker.start()
    answers = sender.send(schedule_of([50.0] * 2, sender.routes, is_even=True))
    waker.join()
    assert len(asked.asked) == 100
    took = step_of(answers)
    assert took.p50_s > 0.8  # half of them came in the second in which nobody was answered yet
    assert took.in_flight > 50


def test_throughput_counts_answers_when_they_come_and_percentiles_from_when_they_were_due() -> None:
    rows = [Answer(0.5, 0.1, 1.4, 200), Answer(1.5, 0.0, 0.2, 200), Answer(1.6, 0.0, 9.0, 503)]
    whole = step_of(Answers(2.0, rows))
    assert whole.answered_per_s == pytest.approx(0.5)  # the first came when all was over
    assert (whole.errors, whole.p99_s) == (1, pytest.approx(1.487))
    first, second = windows_of(Answers(2.0, rows), 2)
    assert (first.offered_per_s, second.offered_per_s) == (1, 2)


def test_redirections_are_answers_and_nobody_follows_them() -> None:
    elsewhere = Behaviour()
    with asked_server(elsewhere):
        leading = Behaviour(status=302, location=f"{elsewhere.address}/")
        with asked_server(leading), open_sender(leading.address, ROUTE) as opened:
            answers = opened.send(schedule_of([10.0], ROUTE))
    assert set(statuses(answers)) == {"302"}
    assert elsewhere.asked == []


def test_a_service_that_dies_is_told_without_any_average() -> None:
    behaviour = Behaviour()
    with asked_server(behaviour):
        pass  # it is gone: nobody listens at its port any more
    with open_sender(behaviour.address, ROUTE) as opened:
        answers = opened.send(schedule_of([30.0] * 8, ROUTE))
    assert answers.died_s is not None
    assert len(answers.rows) < 200  # the rest was not sent
    with pytest.raises(Unavailable, match="died under 30 requests per second"):
        refuse_dead(behaviour.address, answers, 30.0)


LEAVING = """
import os, sys, threading, time
from modelyard.scale.load.routes import Route
from modelyard.scale.load.schedule import schedule_of
from modelyard.scale.load.sending import open_sender
routes = (Route("GET", "/"),)
with open_sender(sys.argv[1], routes) as sender:
    print(sender.process.pid, flush=True)
    sender.send(schedule_of([5.0], routes))
    load = schedule_of([20.0] * 600, routes)
    threading.Thread(target=sender.send, args=(load,), daemon=True).start()
    time.sleep(1)
    os._exit(9)
"""


def runs(pid: int) -> bool:
    """Tell whether a process still works; one that nobody has buried does not."""
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_no_load_goes_on_when_the_one_who_wanted_it_is_gone() -> None:
    with asked_server(Behaviour()) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        command = [sys.executable, "-c", LEAVING, address]
        told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert told.returncode == 9, told.stderr
        until = time.monotonic() + 60
        while runs(int(told.stdout)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not runs(int(told.stdout))


def test_a_person_finds_the_knee_and_plays_a_trace_with_it(tmp_path: Path) -> None:
    """One place at a time and 150 ms each: 6 per second, whatever is sent."""
    run = CliRunner().invoke
    here = ["--workspace", str(tmp_path)]
    with asked_server(Behaviour(at_a_time=1, takes_s=0.15)) as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        asked = ["scale", "load", address, "--route", "GET /", "--step", "1s", "--p99", "2s"]
        found = run(modelyard, [*asked, *here])
    assert found.exit_code == 0, found.output
    assert "The knee" in found.output
    measured = find_measured(tmp_path)
    assert measured is not None
    assert measured.suggested is not None
    assert 3 < measured.curve.capacity_per_s < 8
    assert measured.curve.service_s[0] > 0.14
    assert measured.suggested.rate_per_instance < measured.curve.capacity_per_s
    (tmp_path / "load.csv").write_text("rps\n" + "2\n" * 60 + "30\n" * 300)
    picture = tmp_path / "all.svg"
    options = ["--trace", str(tmp_path / "load.csv"), "--json", "--picture", str(picture)]
    played = run(modelyard, ["scale", "simulate", *options, *here])
    assert played.exit_code == 0, played.output
    told = json.loads(played.output)
    assert {one["name"] for one in told["outcomes"]} == {"cloud_run", "compute_engine", "ecs"}
    assert all(one["most_instances"] > 1 for one in told["outcomes"])
    assert picture.read_text().startswith("<svg")
    wished = ["--trace", str(tmp_path / "load.csv"), "--p99", "20s", "--platform", "ecs"]
    best = run(modelyard, ["scale", "optimise", *wished, *here])
    assert best.exit_code == 0, best.output
    assert "[policies.cheapest]" in best.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["load"], "--route"),
        (["load", "http://example.com", "--route", "GET /"], "is not this machine"),
        (["load", "--route", "GET /", "--rate", "1", "--ramp", "1:2"], "one of them"),
        (["load", "--route", "GET /", "--ramp", "much"], "LOW:HIGH"),
        (["load", "--route", "GET /", "--rate", "nan"], "numbers from 0 on"),
        (["load", "--route", "GET /", "--token-from", "NOT_SET_AT_ALL"], "is not set"),
        (["simulate", "--trace", "none.csv"], "nobody has measured the service"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_cure(
    tmp_path: Path, words: list[str], said: str
) -> None:
    result = CliRunner().invoke(modelyard, ["scale", *words, "--workspace", str(tmp_path)])
    assert result.exit_code != 0
    assert said in result.output
