"""A fleet on this machine: real processes behind nginx, as many as an autoscaler decides.

The service waits a while for each answer instead of computing, so that a process has a capacity of
its own (its threads), however few processors there are.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from modelyard.scale.autoscalers import Seen, autoscaler_for

PATIENCE_S = 60
THREADS = 4
SHORTEST_S, LONGEST_S = 0.04, 0.12
SERVICE_S = (SHORTEST_S + LONGEST_S) / 2
NOMINAL_PER_S = THREADS / SERVICE_S
"""What one process answers where nothing else costs time: 50 requests a second."""
DOCUMENT = """
openapi: 3.1.0
info: {title: waiting, version: "1"}
paths:
  /wait:
    get:
      operationId: waiting.wait
      responses: {"200": {description: done, content: {application/json: {}}}}
"""
FUNCTION = f"""
import random, time

def wait():
    time.sleep(random.uniform({SHORTEST_S}, {LONGEST_S}))
    return 1
"""
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_timeout 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream yard {{ least_conn; {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location = /nginx-status {{ stub_status; }}
        location / {{ proxy_pass http://yard; proxy_set_header Host localhost; }}
    }}
}}
"""


def find_nginx() -> str | None:
    """Find nginx, also where only root's path has it."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    """Give a port that the system chose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, timeout_s: float = 10.0) -> str:
    """Give the text at an address; empty where it is not answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.HTTPError):
        return ""


@dataclass
class One:
    """A process of the fleet."""

    process: "subprocess.Popen[bytes]"
    port: int
    ordered_s: float
    ready_s: float | None = None

    def look(self) -> bool:
        """See whether it is ready, and has answered a first question: later ones are quicker."""
        address = f"http://127.0.0.1:{self.port}"
        if self.ready_s is not None:
            return True
        if ask(f"{address}/health/ready", 2.0) and ask(f"{address}/wait", 2.0):
            self.ready_s = time.monotonic()
        return self.ready_s is not None


@dataclass(frozen=True)
class Moment:
    """What was seen at one decision."""

    at_s: float
    ready: int
    starting: int
    requests_per_s: float
    in_flight: int
    wanted: int


@dataclass
class LocalFleet:
    """Processes, nginx in front of them, and who decides how many there are."""

    folder: Path
    port: int = 0
    members: list[One] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    starts_s: list[float] = field(default_factory=list)
    fault: BaseException | None = None
    _served: list[int] = field(default_factory=list)
    _leaving: list[threading.Thread] = field(default_factory=list)
    _nginx: "subprocess.Popen[bytes] | None" = None
    _over: threading.Event = field(default_factory=threading.Event)
    _count: int = 0

    @property
    def address(self) -> str:
        """Where all of them are asked."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def start_s(self) -> float:
        """How long processes took from their order to their first answer, on average."""
        return mean(self.starts_s)

    def begin(self, first: int) -> None:
        """Start the first processes, and nginx once they answer."""
        yard = self.folder / "yard"
        yard.mkdir()
        (yard / "openapi.yml").write_text(DOCUMENT)
        (yard / "waiting.py").write_text(FUNCTION)
        (yard / "modelyard.toml").write_text('[workspace]\nname = "Local fleet"\n')
        for _ in range(first):
            self._order()
            wait_until(self.members[-1].look)
        self.port = free_port()
        self._configure()
        command = [str(find_nginx()), "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)]
        self._nginx = subprocess.Popen([*command, "-e", str(self.folder / "error.log")])
        wait_until(lambda: bool(ask(f"{self.address}/health/ready")))

    def follow(self, policy: Any) -> threading.Thread:
        """Have the autoscaler of a policy decide from now on, in a thread."""
        thread = threading.Thread(target=self._follow, args=(policy,), daemon=True)
        thread.start()
        return thread

    def leave_alone(self, thread: threading.Thread) -> None:
        """Have nothing decided any more; raises what went wrong while it was."""
        self._over.set()
        thread.join()
        if self.fault is not None:
            raise self.fault

    def end(self) -> None:
        """End all that was started."""
        self._over.set()
        for thread in self._leaving:
            thread.join(PATIENCE_S)
        for process in [*(one.process for one in self.members), self._nginx]:
            if process is not None:
                process.send_signal(signal.SIGTERM)
        for process in [*(one.process for one in self.members), self._nginx]:
            if process is not None:
                try:
                    process.wait(PATIENCE_S)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _follow(self, policy: Any) -> None:
        try:
            self._decide_always(policy)
        except BaseException as fault:
            self.fault = fault
            raise

    def _decide_always(self, policy: Any) -> None:
        autoscaler = autoscaler_for(policy)
        begin_s = before_s = time.monotonic()
        before, _ = self._status()
        while not self._over.wait(autoscaler.period_s - (time.monotonic() - before_s)):
            now_s = time.monotonic()
            asked, in_flight = self._status()
            ready = [one for one in self.members if one.look()]
            starting = len(self.members) - len(ready)
            per_s = max(asked - before - 1, 0) / (now_s - before_s)
            before, before_s = asked, now_s
            seen = Seen(len(ready), starting, per_s, float(in_flight), 0.0)
            wanted = autoscaler.decide(now_s, seen)
            at_s = now_s - begin_s
            self.moments.append(Moment(at_s, len(ready), starting, per_s, in_flight, wanted))
            self._follow_order(wanted)
            self._configure()

    def _follow_order(self, wanted: int) -> None:
        while len(self.members) < wanted:
            self._order()
        surplus = self.members[max(wanted, 1) :]
        self.members = self.members[: max(wanted, 1)]
        for one in surplus:
            thread = threading.Thread(target=self._let_go, args=(one,), daemon=True)
            thread.start()
            self._leaving.append(thread)

    def _order(self) -> None:
        self._count += 1
        port = free_port()
        command = [sys.executable, "-m", "modelyard", "serve", str(self.folder / "yard")]
        environ = os.environ | {
            "MODELYARD_STATE": str(self.folder / f"state-{self._count}"),
            "MODELYARD_DATABASE_URL": f"sqlite:///{self.folder}/fleet.db",
            "MODELYARD_RUN_WORKERS": "0",
            "MODELYARD_THREADS": str(THREADS),
            "MODELYARD_BEAT_S": "1",
            "MODELYARD_ZONE": f"zone-{'ab'[self._count % 2]}",
        }
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environ, stdout=subprocess.DEVNULL
        )
        self.members.append(One(process, port, time.monotonic()))

    def _let_go(self, one: One) -> None:
        """End a process that nginx sends nothing any more, once it has answered what it had."""
        time.sleep(2.0)
        one.process.send_signal(signal.SIGTERM)
        try:
            one.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            one.process.kill()

    def _configure(self) -> None:
        """Have nginx send requests to those that answer."""
        ready = [one for one in self.members if one.ready_s is not None]
        self.starts_s = [*self.starts_s, *self._new_starts(ready)]
        ports = [one.port for one in ready]
        if ports == self._served or not ports:
            return
        servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
        text = CONFIGURATION.format(folder=self.folder, servers=servers, port=self.port)
        (self.folder / "nginx.conf").write_text(text)
        self._served = ports
        if self._nginx is not None:
            self._nginx.send_signal(signal.SIGHUP)

    def _new_starts(self, ready: list[One]) -> list[float]:
        return [
            one.ready_s - one.ordered_s
            for one in ready
            if one.ready_s is not None and one.port not in self._served
        ]

    def _status(self) -> tuple[int, int]:
        """Give how many requests nginx has taken so far, and how many are not answered yet."""
        text = ask(f"{self.address}/nginx-status")
        taken = re.search(r"\n\s*\d+\s+\d+\s+(\d+)\s", text)
        writing = re.search(r"Writing: (\d+)", text)
        assert taken and writing, text
        return int(taken[1]), max(int(writing[1]) - 1, 0)


@contextmanager
def local_fleet(folder: Path, first: int = 1) -> Iterator[LocalFleet]:
    """Run a fleet; all of it ends with the block."""
    fleet = LocalFleet(folder)
    try:
        fleet.begin(first)
        yield fleet
    finally:
        fleet.end()


def wait_until(holds: Callable[[], Any]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)
