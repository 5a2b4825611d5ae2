"""Having a load sent by the process that does it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

from modelyard.errors import Unavailable
from modelyard.scale.load.routes import Route
from modelyard.scale.load.schedule import Schedule

CHILD = "modelyard.scale.load.sender"


@dataclass(frozen=True)
class Answer:
    """What became of one request; times in seconds."""

    due_s: float
    """When it was to be sent, from the beginning."""
    late_s: float
    """How much later it was sent: the sender itself had no time."""
    own_s: float
    """From its sending to the end of its answer."""
    status: int
    """0 where no answer came."""

    @property
    def took_s(self) -> float:
        """From when it was due to the end of its answer: what its sender would have felt."""
        return self.late_s + self.own_s

    @property
    def is_error(self) -> bool:
        """Whether it was not answered, or refused, or answered by a fault."""
        return not 200 <= self.status < 400


@dataclass(frozen=True)
class Answers:
    """What became of a load."""

    seconds: float
    rows: Sequence[Answer]
    died_s: float | None = None
    """When the service stopped answering for good."""


@dataclass
class Sender:
    """A process that sends what it is told."""

    process: "subprocess.Popen[str]"
    origin: str
    routes: Sequence[Route]
    timeout_s: float = 10.0
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, schedule: Schedule) -> Answers:
        """Have a load sent, and give the answers. Raises Unavailable where the process ended."""
        kinds = [
            {"method": route.method, "path": route.path, "body": route.body}
            for route in self.routes
        ]
        order = {
            "origin": self.origin,
            "timeout_s": self.timeout_s,
            "headers": self.headers,
            "kinds": kinds,
            "due_s": list(schedule.due_s),
            "routes": list(schedule.routes),
        }
        if self.process.stdin is None or self.process.stdout is None:
            raise Unavailable("sender", "has no pipes.")
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Unavailable("sender", "ended before all was sent.", "See what it said above.")
        told = json.loads(line)
        rows = sorted((Answer(*row) for row in told["rows"]), key=lambda one: one.due_s)
        return Answers(schedule.seconds, rows, told["died_s"])


@contextmanager
def open_sender(
    origin: str, routes: Sequence[Route], token: str = "", timeout_s: float = 10.0
) -> Iterator[Sender]:
    """Start a process that sends; it ends with the block.

    Raises Unavailable where Locust is not installed.
    """
    if find_spec("locust") is None:
        raise Unavailable(
            "locust", "is not installed.", "pip install 'modelyard[load]', or: pip install locust"
        )
    process = subprocess.Popen(  # in a session of its own: Ctrl-C is for us, and we end it
        [sys.executable, "-m", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    headers = {"Accept": "application/json"}
    if any(route.body for route in routes):
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        yield Sender(process, origin, routes, timeout_s, headers)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
