"""More is asked than a process can answer: a few wait, the others are told so at once."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
from overloaded_yard import overloaded_yard

from modelyard.scale.load.routes import Route
from modelyard.scale.load.schedule import schedule_of
from modelyard.scale.load.sending import Answers, open_sender
from modelyard.web.admission import Admission, Admitted

DOCUMENT = """
openapi: 3.1.0
info: {title: holding, version: "1"}
paths:
  /hold:
    get:
      operationId: holding.hold
      x-timeout-s: 60
      responses: {"200": {description: held, content: {application/json: {}}}}
"""
FUNCTION = """
import time
from pathlib import Path

def hold():
    here = Path(__file__).parent
    (here / f"held-{time.monotonic_ns()}").touch()
    while not (here / "go").exists():
        time.sleep(0.01)
    return 1
"""


@pytest.mark.server
def test_a_full_process_refuses_at_once_and_tells_its_health(tmp_path: Path) -> None:
    folder = tmp_path / "yard"
    folder.mkdir()
    (folder / "openapi.yml").write_text(DOCUMENT)
    (folder / "holding.py").write_text(FUNCTION)
    with served(folder) as address, ThreadPoolExecutor(12) as callers:
        asked = [callers.submit(status, f"{address}/hold") for _ in range(12)]
        wait_until(lambda: sum(one.done() for one in asked) == 12 - 3)
        assert len(list(folder.glob("held-*"))) == 3, "as many as there are places"
        refused = [one.result() for one in asked if one.done()]
        assert {code for code, _ in refused} == {503}
        assert {retry for _, retry in refused} == {"1"}
        assert status(f"{address}/health/live") == (200, "")
        assert status(f"{address}/about")[0] == 503
        (folder / "go").touch()
        assert Counter(one.result()[0] for one in asked) == {200: 3, 503: 9}
        wait_until(lambda: status(f"{address}/about")[0] == 200)
        told = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
        assert 'route="refused",status="503"' in told


@pytest.mark.server
@pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed")
def test_five_times_the_capacity_costs_little_of_the_throughput(tmp_path: Path) -> None:
    """Within 10 % of the peak where nothing else runs: benchmarks/overload.py."""
    routes = (Route("GET", "/answer"),)
    with (
        overloaded_yard(tmp_path, "waits", threads=4, waiting=8) as (address, _),
        open_sender(address, routes, timeout_s=60.0) as sender,
        ThreadPoolExecutor(1) as prober,
    ):
        sender.send(schedule_of([20.0], routes))
        full = sender.send(schedule_of([80.0] * 2, routes))
        health = prober.submit(lambda: [status(f"{address}/health/live") for _ in range(20)])
        over = sender.send(schedule_of([400.0] * 2, routes))
        assert set(health.result()) == {(200, "")}
    assert {row.status for row in over.rows} == {200, 503}
    assert throughput(over) > 0.6 * throughput(full)
    longest = max(row.own_s for row in over.rows if row.status == 200)
    assert longest < 10, "who is let in waits 2 seconds at most, and the sender's machine is busy"


def throughput(answers: Answers) -> float:
    """Give the answers per second, from the first sending to the last answer."""
    took = max(row.due_s + row.took_s for row in answers.rows)
    return sum(row.status == 200 for row in answers.rows) / took


def served(folder: Path) -> "Served":
    return Served(folder)


class Served:
    """`modelyard serve` with three places, and two who may wait."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--threads", "3"]
        env = os.environ | {
            "MODELYARD_STATE": f"{folder}-state",
            "MODELYARD_RUN_WORKERS": "0",
            "MODELYARD_WAITING": "2",
        }
        self.process = subprocess.Popen([*command, "--port", str(self.port)], env=env)

    def __enter__(self) -> str:
        address = f"http://127.0.0.1:{self.port}"
        wait_until(lambda: status(f"{address}/health/ready")[0] == 200)
        return address

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def status(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After", "")
    except OSError:
        return 0, ""


def wait_until(holds: object) -> None:
    until = time.monotonic() + 40
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_whoever_waits_is_let_in_when_a_place_is_free() -> None:
    admission = Admission(places=1, waiting=1)
    assert admission.enter()
    entered = threading.Event()
    waiter = threading.Thread(target=lambda: admission.enter(30.0) and entered.set())
    waiter.start()
    wait_until(lambda: not admission.enter(0.0))
    admission.leave()
    waiter.join()
    assert entered.is_set()
    admission.leave()
    assert admission.enter()


def test_whoever_waits_too_long_is_refused_and_no_place_is_lost() -> None:
    admission = Admission(places=1, waiting=3)
    assert admission.enter()
    assert not admission.enter(0.01)
    admission.leave()
    assert admission.enter()


def test_a_place_is_given_back_once_whatever_happens() -> None:
    admission = Admission(places=1, waiting=0)

    def app(environ: dict[str, str], start: object) -> Iterator[bytes] | list[bytes]:
        if environ["PATH_INFO"] == "/fails":
            raise RuntimeError
        return [b"a"] if environ["PATH_INFO"] == "/list" else iter([b"a", b"b"])

    told: list[str] = []
    door = Admitted(app, admission)  # type: ignore[arg-type]

    def ask(path: str) -> object:
        return door({"PATH_INFO": path}, lambda status, _: told.append(status))  # type: ignore

    for _ in range(3):
        assert ask("/list") == [b"a"]
        with pytest.raises(RuntimeError):
            ask("/fails")
    answer = ask("/stream")
    (refused,) = ask("/list")  # type: ignore[misc]
    assert told == ["503 Service Unavailable"]
    assert json.loads(refused)["status"] == 503
    assert ask("/health/live") is not None
    answer.close()  # type: ignore[attr-defined]
    answer.close()  # type: ignore[attr-defined]
    first = ask("/stream")
    assert ask("/list")[0] != b"a"  # type: ignore[index]
    first.close()  # type: ignore[attr-defined]
