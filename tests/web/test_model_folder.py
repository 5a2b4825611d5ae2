"""A file that is put into the folder of a running service is served by every worker."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from model_yard import line

pytestmark = pytest.mark.server
WORKERS = 2


@dataclass
class Served:
    """A running service."""

    address: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def wait_for(self, path: str, times: int = 1) -> None:
        """Wait until so many answers after each other are good: by several workers, then."""
        until, seen = time.monotonic() + 60, 0
        while seen < times:
            assert time.monotonic() < until, path
            try:
                seen = seen + 1 if self.status(path) == 200 else 0
            except OSError:
                seen = 0
            time.sleep(0.05)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "modelyard.toml").write_text("")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", str(WORKERS)],
        env=os.environ | {"MODELYARD_RUN_WORKERS": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = Served(f"http://127.0.0.1:{port}", folder, process)
    try:
        found.wait_for("/health/ready")
        yield found
    finally:
        process.kill()
        process.wait(20)


def test_a_new_file_and_a_changed_one_are_served_without_a_restart(served: Served) -> None:
    (served.folder / "models").mkdir()
    (served.folder / "models" / "half.joblib").write_bytes(b"not yet")
    (served.folder / "models" / "line.joblib").write_bytes(line(2.0))
    served.wait_for("/api/v1/models/line/versions/1", times=20)
    (served.folder / "models" / "line.joblib").write_bytes(line(3.0))
    served.wait_for("/api/v1/models/line/versions/2", times=20)
    assert served.status("/api/v1/models/line/versions/3") == 404
    assert served.status("/health/ready") == 200


def test_the_service_ends_at_once_although_it_looks_into_the_folder(served: Served) -> None:
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0
