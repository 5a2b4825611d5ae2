"""A small web server of a known capacity, which can also stand still, lead elsewhere, or die."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """How it answers, and what it was asked."""

    at_a_time: int = 8
    takes_s: float = 0.0
    status: int = 200
    location: str = ""
    body: bytes = b"{}"
    still: threading.Event = field(default_factory=threading.Event)
    """While it is not set, nobody is answered."""
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    port: int = 0

    def __post_init__(self) -> None:
        self.still.set()
        self.places = threading.Semaphore(self.at_a_time)


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


@contextmanager
def asked_server(behaviour: Behaviour) -> Iterator[Server]:
    """Answer at a free port of this machine while the block lasts."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            behaviour.asked.append(f"{self.command} {self.path}")
            behaviour.headers.append(dict(self.headers.items()))
            length = int(self.headers.get("Content-Length") or 0)
            behaviour.bodies.append(self.rfile.read(length))
            with behaviour.places:
                time.sleep(behaviour.takes_s)
            behaviour.still.wait(30)
            self.send_response(behaviour.status)
            if behaviour.location:
                self.send_header("Location", behaviour.location)
            self.send_header("Content-Length", str(len(behaviour.body)))
            self.end_headers()
            self.wfile.write(behaviour.body)
            self.wfile.flush()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Answering)
    behaviour.port = server.server_address[1]
    behaviour.address = f"http://127.0.0.1:{behaviour.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        behaviour.still.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
