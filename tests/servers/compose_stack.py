"""A workspace that runs by docker compose: asked through nginx, as its owner."""

import json
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from container_engine import Engine

ROW = {"x1": 1.0, "x2": 2.0}
"""What the model of the workspace takes; it answers 8."""


def modelyard(engine: Engine, *words: object, fails: bool = False) -> str:
    """Run modelyard where `docker` is the engine's; gives what it said in the end."""
    done = subprocess.run(
        [sys.executable, "-m", "modelyard", *map(str, words)],
        env=engine.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert (done.returncode != 0) == fails, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stderr if fails else done.stdout


@dataclass
class Stack:
    """A workspace that runs by docker compose, with an owner."""

    engine: Engine
    folder: Path
    port: int
    token: str = ""

    def compose(self, *words: object, check: bool = True, **more: Any) -> str:
        """Run a command of docker compose."""
        return self.engine.run("compose", *words, check=check, cwd=self.folder, **more)

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Ask as the owner, through nginx; gives status and document."""
        sent = {"Content-Type": "application/json"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        content = data.encode() if isinstance(data, str) else data
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", content, sent | headers
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _document(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, _document(refused.read())

    def is_ready(self) -> bool:
        """Tell whether the service says that it is ready."""
        try:
            return self.ask("/health/ready")[0] == 200
        except OSError:
            return False

    def until(self, what: Callable[[], bool], patience_s: float = 60) -> None:
        """Wait until something is so."""
        end = time.monotonic() + patience_s
        while not what():
            assert time.monotonic() < end, self.compose("logs", "--tail", "20", check=False)
            time.sleep(0.2)

    def submit(self, text: str, seconds: float = 0) -> str:
        """Ask for a run until it is accepted, and give its id: the key makes that one run."""
        key = secrets.token_hex(8)
        request = {"kind": "echo", "request": {"text": text, "seconds": seconds}}
        for _ in range(100):
            status, run = self.ask("/api/v1/runs", request, **{"Idempotency-Key": key})
            if status in {200, 201, 202}:
                return str(run["id"])
            time.sleep(0.3)
        raise AssertionError(f"the run was not accepted: {status} {run}")

    def state(self, run_id: str) -> str:
        """Give the state of a run; empty where nobody answers."""
        status, run = self.ask(f"/api/v1/runs/{run_id}")
        return str(run["state"]) if status == 200 else ""


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def owner_token(stack: Stack) -> str:
    """Make the owner in a container, and a token of theirs."""
    inside = ("exec", "-T", "web-1", "modelyard")
    add = ("users", "add", "ana@example.com", "--role", "owner", "--password-stdin")
    stack.compose(*inside, *add, input="seven quiet herons")
    scopes = ("--scope", "read", "--scope", "run", "--scope", "write")
    made = ("tokens", "create", "--user", "ana@example.com", "--name", "tests", *scopes)
    return stack.compose(*inside, *made).strip()
