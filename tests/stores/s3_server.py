"""A real moto server on loopback: Amazon S3 as obstore and Polars see it."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STARTS_WITHIN_S = 30
HEADERS = {
    "Content-Type": "application/octet-stream",  # what urllib says makes moto wait for a form
    "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20230101/us-east-1/s3/aws4_request",
}


@dataclass(frozen=True)
class S3Server:
    """One bucket in a store that runs in a process of its own."""

    address: str
    bucket: str = "yard"

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        self._ask("PUT", f"/{key}", content)

    def delete(self, key: str) -> None:
        """Remove an object."""
        self._ask("DELETE", f"/{key}")

    def make_bucket(self) -> None:
        """Make the bucket."""
        self._ask("PUT")

    def _ask(self, method: str, path: str = "", content: bytes | None = None) -> None:
        url = f"{self.address}/{self.bucket}{path}"
        request = urllib.request.Request(url, content, HEADERS, method=method)
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def running() -> Iterator[S3Server]:
    """Start the server on a free port and stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            server = S3Server(f"http://127.0.0.1:{port}")
            server.make_bucket()
            yield server
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"moto did not listen on port {port}")
