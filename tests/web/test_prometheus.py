"""A real Prometheus reads a real service of several processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not installed"),
]
PATIENCE_S = 40
REQUESTS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, body: object = None) -> bytes:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=10) as told:
        answer: bytes = told.read()
        return answer


def eventually(look: Callable[[], Any], is_right: Callable[[Any], bool]) -> Any:
    """Look until what is seen is right; gives what was seen last."""
    until, seen = time.monotonic() + PATIENCE_S, None
    while time.monotonic() < until:
        try:
            seen = look()
        except OSError as error:
            seen = error
        if not isinstance(seen, OSError) and is_right(seen):
            return seen
        time.sleep(0.1)
    return seen


@contextmanager
def process(*command: str, **environ: str) -> Iterator["subprocess.Popen[bytes]"]:
    started = subprocess.Popen(
        command,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of two web processes and a worker."""
    folder = tmp_path_factory.mktemp("yard")
    (folder / "modelyard.toml").write_text("")
    address = f"http://127.0.0.1:{free_port()}"
    serve = (sys.executable, "-m", "modelyard", "serve", str(folder))
    port = address.rpartition(":")[2]
    with process(*serve, "--port", port, "--workers", "2"):
        ready = eventually(lambda: ask(f"{address}/health/ready"), bool)
        assert isinstance(ready, bytes), ready
        yield address


@pytest.fixture(scope="module")
def query(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Ask a Prometheus that reads the service every half second."""
    folder = tmp_path_factory.mktemp("prometheus")
    target = served.removeprefix("http://")
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 500ms}\nscrape_configs:\n"
        f"  - job_name: modelyard\n    static_configs: [{{targets: ['{target}']}}]\n"
    )
    port = free_port()
    command = (
        *("prometheus", f"--config.file={folder}/prometheus.yml"),
        *(f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"),
    )

    def value(expression: str) -> float:
        asked = urllib.parse.urlencode({"query": expression})
        told = json.loads(ask(f"http://127.0.0.1:{port}/api/v1/query?{asked}"))
        found = told["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0

    with process(*command):
        yield value


def test_requests_of_all_processes_are_seen_whichever_is_asked(
    served: str, query: Callable[[str], Any]
) -> None:
    for _ in range(REQUESTS):
        ask(f"{served}/health/live")
    expression = 'sum(modelyard_requests_total{route="/health/live"})'
    assert eventually(lambda: query(expression), lambda seen: seen >= REQUESTS) == REQUESTS
    assert query('up{job="modelyard"}') == 1
    buckets = 'modelyard_request_duration_seconds_bucket{route="/health/live", le="+Inf"}'
    assert query(f"sum({buckets})") == REQUESTS
    assert {count(served) for _ in range(8)} == {REQUESTS}


def test_runs_are_seen_although_another_process_does_them(
    served: str, query: Callable[[str], Any]
) -> None:
    ask(f"{served}/api/v1/runs", {"kind": "echo", "request": {"text": "a"}})
    expression = 'sum(modelyard_runs_total{kind="echo", state="succeeded"})'
    assert eventually(lambda: query(expression), lambda seen: seen >= 1) == 1


def test_the_fleet_has_every_process_with_what_it_does(served: str) -> None:
    def members() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(ask(f"{served}/api/v1/fleet"))["members"]
        return listed

    seen = eventually(members, lambda listed: len(listed) == 3)
    assert sorted(member["kind"] for member in seen) == ["web", "web", "worker"]
    assert {member["state"] for member in seen} == {"running"}
    assert {member["pid"] for member in seen if member["kind"] == "web"} == set(
        web_processes(served)
    )
    assert all(member["load"]["memory_bytes"] > 0 for member in seen)


def test_counts_do_not_fall_when_a_process_is_killed(
    served: str, query: Callable[[str], Any]
) -> None:
    before = count(served)
    victim = web_processes(served)[0]
    os.kill(victim, 9)
    eventually(lambda: web_processes(served), lambda alive: victim not in alive and len(alive) == 2)
    assert count(served) >= before >= REQUESTS
    assert (
        eventually(lambda: query("sum(modelyard_requests_in_flight)"), lambda seen: seen <= 1) <= 1
    )


def count(served: str) -> int:
    """Give what one process says of all requests for /health/live."""
    text = ask(f"{served}/metrics").decode()
    name = 'modelyard_requests_total{method="GET",route="/health/live",status="200"}'
    return int(next(float(line.split()[-1]) for line in text.splitlines() if name in line))


def web_processes(served: str) -> list[int]:
    """Give the processes that were forked from the one that serves this address."""
    port = served.rpartition(":")[2]
    found: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if port.encode() in words and b"serve" in words:
            found[int(entry.name)] = parent
    return [pid for pid, parent in found.items() if parent in found]
