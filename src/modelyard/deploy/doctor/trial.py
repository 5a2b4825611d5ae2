"""A service that is started to be examined: as a process, or as a container of an image."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from modelyard.deploy.doctor.findings import Answer, Question
from modelyard.errors import NotFound
from modelyard.settings import environment_with

HOST = "127.0.0.1"
LOOK_S = 0.05
LAST_WORDS = 300
LIVE = Question("", "GET", "/health/live", lambda answer: answer.status == 200, "", within_s=2)


@dataclass
class Trial:
    """A service that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    stop_command: tuple[str, ...] = ()
    """How it is told to end; empty where its process is told itself."""
    pause_commands: tuple[tuple[str, ...], ...] = ()
    """How it loses its processor, and has it again; empty where its processes are told."""

    @property
    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """Give the end of what it said."""
        return " ".join(self.log.read_text("utf-8", "replace").split())[-LAST_WORDS:]

    def listens(self) -> bool:
        """Tell whether the service answers: Docker takes connections before it does."""
        return self.ask(LIVE) is not None

    def ask(self, question: Question) -> Answer | None:
        """Send a question; None where there is no answer in time."""
        began = time.monotonic()
        connection = HTTPConnection(HOST, self.port, timeout=question.within_s)
        headers = {"Content-Type": question.media_type} if question.body else {}
        try:
            connection.request(
                question.method, question.path, question.body, headers | dict(question.headers)
            )
            got = connection.getresponse()
            return Answer(got.status, got.read(), time.monotonic() - began)
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def wait_for(self, question: Question, patience_s: float) -> Answer | None:
        """Ask until the answer is right; gives the last one, or None where there was none."""
        until, last = time.monotonic() + patience_s, None
        while time.monotonic() < until and not self.has_ended:
            answer = self.ask(question)
            last = answer or last
            if answer is not None and question.is_right(answer):
                return answer
            time.sleep(LOOK_S)
        return last

    def sleep(self, seconds: float) -> None:
        """Take its processor away for that long, as Cloud Run does between requests."""
        self._pause(0, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            self._pause(1, signal.SIGCONT)

    def _pause(self, number: int, told: signal.Signals) -> None:
        if self.pause_commands:
            subprocess.run(self.pause_commands[number], check=False, capture_output=True)
        elif not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, told)

    def end(self, patience_s: float) -> float | None:
        """Have it end as a platform does; gives the seconds, or None where it had to be killed."""
        began = time.monotonic()
        if self.stop_command:
            subprocess.run(self.stop_command, check=False, capture_output=True)
        else:
            self.process.terminate()
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return None
        return time.monotonic() - began


@contextmanager
def as_process(folder: Path, environ: Mapping[str, str], work: Path) -> Iterator[Trial]:
    """Run `modelyard serve` with this environment; `{port}` in it is a free port."""
    port = free_port()
    filled = {name: value.replace("{port}", str(port)) for name, value in environ.items()}
    own = {"MODELYARD_WORKSPACE": str(folder.resolve()), "MODELYARD_STATE": str(work / "state")}
    argv = (sys.executable, "-m", "modelyard", "serve")
    with _started(argv, {"MODELYARD_HOST": "0.0.0.0", **own, **filled}, work) as process:  # noqa: S104
        yield Trial(process, port, work / "log")


@contextmanager
def as_container(
    image: str, environ: Mapping[str, str], work: Path, memory: str
) -> Iterator[Trial]:
    """Run an image as platforms do: its argument is `serve`, its file system is read-only."""
    port, name = free_port(), f"modelyard-doctor-{time.monotonic_ns()}"
    inside = "8080"
    filled = {key: value.replace("{port}", inside) for key, value in environ.items()}
    given = [part for key, value in filled.items() for part in ("--env", f"{key}={value}")]
    limits = ("--memory", memory, "--read-only", "--tmpfs", "/tmp")  # noqa: S108 (in the container)
    published = ("--publish", f"{HOST}:{port}:{inside}")
    argv = ("docker", "run", "--rm", "--name", name, *limits, *published, *given, image, "serve")
    with _started(argv, {}, work) as process:
        try:
            stop = ("docker", "stop", "--time", "60", name)
            pauses = (("docker", "pause", name), ("docker", "unpause", name))
            yield Trial(process, port, work / "log", stop, pauses)
        finally:
            if process.poll() is None:
                remove = ("docker", "rm", "--force", name)
                subprocess.run(remove, check=False, capture_output=True)


@contextmanager
def _started(
    argv: tuple[str, ...], environ: Mapping[str, str], work: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    if shutil.which(argv[0]) is None:
        raise NotFound(f"program {argv[0]}", "is not installed, or not on the PATH.")
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(
            argv, env=environment_with(environ), stdout=log, stderr=log, process_group=0
        )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
