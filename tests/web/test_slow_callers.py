"""Callers who send slowly, or do not read, against a real server with four threads."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.server
CALLERS = 8
ROWS = 300_000


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A service with one table, of which the answer is longer than any buffer on the way."""
    folder = tmp_path / "yard"
    folder.mkdir()
    rows = "".join(f"{n},{'x' * 60}\n" for n in range(ROWS))
    (folder / "table.csv").write_text("a,b\n" + rows)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--threads", "4"]
    env = os.environ | {"MODELYARD_STATE": f"{folder}-state", "MODELYARD_RUN_WORKERS": "0"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--port", str(port)], env=env, stderr=log)
    try:
        found = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{found}/health/ready", timeout=10).read()
                break
            except OSError:
                assert time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield found
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def callers(address: str, sent: str, buffer: int = 0) -> Iterator[list[socket.socket]]:
    """Callers who have sent this, and do nothing more."""
    port = int(address.rpartition(":")[2])
    with ExitStack() as stack:
        found = []
        for _ in range(CALLERS):
            one = stack.enter_context(socket.socket())
            if buffer:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            one.connect(("127.0.0.1", port))
            one.sendall(sent.encode())
            found.append(one)
        time.sleep(1.0)
        yield found


def status(request: str | urllib.request.Request) -> int:
    """Ask as others do; the answer must come although eight callers hold on."""
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def answered(one: socket.socket) -> bytes:
    """Give what a caller was told so far, without waiting for more."""
    one.settimeout(0.2)
    try:
        return one.recv(65536)
    except TimeoutError:
        return b""


def run(address: str) -> int:
    """Ask for a run."""
    body = b'{"kind": "echo"}'
    headers = {"Content-Type": "application/json"}
    return status(urllib.request.Request(f"{address}/api/v1/runs", body, headers))


def is_well(address: str) -> bool:
    """Tell whether pages and health are answered."""
    paths = ("/health/live", "/", "/health/ready")
    return {status(f"{address}{path}") for path in paths} == {200}


def test_slow_bodies_leave_threads_for_others(address: str) -> None:
    head = "POST /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with callers(address, head + "Content-Length: 500\r\n\r\n{") as slow:
        assert is_well(address)
        told = [text for text in map(answered, slow) if text]
        assert 4 <= len(told) < CALLERS
        assert all(text.startswith(b"HTTP/1.1 503") for text in told)
        assert all(b"\r\nretry-after: 5\r\n" in text.lower() for text in told)
    until = time.monotonic() + 15
    while run(address) != 202:
        assert time.monotonic() < until, "the places did not come back"
        time.sleep(0.1)


def test_bodies_in_pieces_leave_threads_for_others(address: str) -> None:
    head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    with callers(address, head + "\r\n1\r\na\r\n"):
        assert is_well(address)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_callers_who_do_not_read_leave_threads_for_others(address: str, kind: str) -> None:
    size = {"csv": 1_000_000, "json": 10_000}[kind]
    path = f"/api/v1/datasets/table/rows?format={kind}&size={size}"
    assert status(f"{address}{path}") == 200
    with callers(address, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n", buffer=4096) as idle:
        assert is_well(address)
        assert run(address) == 202
        told = [answered(one)[:12] for one in idle]
        assert told.count(b"HTTP/1.1 200") == {"csv": 1, "json": CALLERS}[kind]
    until = time.monotonic() + 15
    while status(f"{address}{path}") != 200:
        assert time.monotonic() < until, "the places did not come back"
        time.sleep(0.1)


def test_many_callers_with_short_bodies_are_all_answered(address: str) -> None:
    found: list[int] = []

    def ask() -> None:
        found.extend(run(address) for _ in range(25))

    asking = [threading.Thread(target=ask) for _ in range(CALLERS)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == [202] * 25 * CALLERS
