"""The one place that does what a plan says: it starts programs and writes files."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from modelyard.deploy.faults import fault_of, not_installed
from modelyard.deploy.steps import Command, Plan, RemoveFile, Step, Wait, WriteFile, later
from modelyard.errors import NotFound, Unavailable
from modelyard.settings import environment_with

LAST_LINES = 60
"""How much of what a program says is looked at when it fails."""


def run(plan: Plan, say: Callable[[Step], None] = lambda _: None) -> None:
    """Do all steps in order; `say` hears of each before it is begun.

    Raises, at the first that fails, what the program's words mean (Unavailable, Denied, Conflict),
    and NotFound where its program is not here.
    """
    programs, given = Programs(), dict[str, str]()
    for step in plan:
        say(step)
        programs.do(step, given)


class Programs:
    """The cloud behind the programs gcloud, aws and docker.

    `patience_s` is how long an answer is waited for; by default as long as it takes.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        self._patience_s = patience_s

    def ask(self, argv: tuple[str, ...]) -> Any:
        """Give the JSON answer of a read-only command; None where the thing is not there."""
        try:
            done = subprocess.run(
                [_program(argv[0]), *argv[1:]],
                env=environment_with({}),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=self._patience_s,
            )
        except subprocess.TimeoutExpired:
            why = f"did not answer within {self._patience_s:g} s."
            raise Unavailable(" ".join(argv[:4]), why) from None
        if done.returncode == 0:
            return _document(argv, done.stdout)
        fault = fault_of(argv, done.returncode, done.stderr)
        if isinstance(fault, NotFound):
            return None
        raise fault

    def do(self, step: Step, given: dict[str, str]) -> None:
        """Do one step."""
        if isinstance(step, WriteFile):
            step.path.parent.mkdir(parents=True, exist_ok=True)
            step.path.write_text(step.text, encoding="utf-8")
        elif isinstance(step, RemoveFile):
            step.path.unlink(missing_ok=True)
        elif isinstance(step, Wait):
            wait_for(step, self.ask, given)
        else:
            last = _run_command(filled(step, given))
            if step.gives:
                given[step.gives] = last


def wait_for(step: Wait, ask: Callable[[tuple[str, ...]], Any], given: dict[str, str]) -> None:
    """Ask until the answer holds. Raises Unavailable when patience is over."""
    argv = tuple(_with(text, given) for text in step.argv)
    until = time.monotonic() + step.patience_s
    while not step.holds(ask(argv)):
        if time.monotonic() >= until:
            why = f"did not come within {step.patience_s:g} s."
            raise Unavailable(" ".join(argv[:4]), why, f"It was to {step.why}. Deploy again.")
        time.sleep(step.every_s)


def filled(command: Command, given: dict[str, str]) -> Command:
    """Give the command with what earlier steps gave in its places."""
    argv = tuple(_with(text, given) for text in command.argv)
    return Command(
        argv, command.why, command.folder, command.environ, _with(command.stdin, given),
        command.is_secret, command.gives,
    )  # fmt: skip


def _with(text: str, given: dict[str, str]) -> str:
    for name, value in given.items():
        text = text.replace(later(name), value)
    return text


def _program(name: str, why: str = "") -> str:
    program = shutil.which(name)
    if program is None:
        raise not_installed(name, why)
    return program


def _document(argv: tuple[str, ...], text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        raise Unavailable(" ".join(argv[:4]), "answered what is no JSON.") from None


def _run_command(command: Command) -> str:
    """Start a program that talks to the terminal; give the last line that it wrote, if wanted."""
    kept: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(
        [_program(command.argv[0], command.why), *command.argv[1:]],
        cwd=command.folder,
        env=environment_with(command.environ),
        stdin=subprocess.PIPE if command.stdin else None,
        stdout=subprocess.PIPE if command.gives else None,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        listening = threading.Thread(target=_listen, args=(process.stderr, kept), daemon=True)
        listening.start()
        written = _talk(process, command.stdin)
        listening.join()
    if process.returncode:
        raise fault_of(command.argv, process.returncode, "".join(kept), command.why)
    return next((line.strip() for line in reversed(written.splitlines()) if line.strip()), "")


def _talk(process: "subprocess.Popen[str]", text: str) -> str:
    """Hand a program its input, and read its output where that is wanted."""
    if process.stdin is not None:
        try:
            process.stdin.write(text)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended before it read: its exit code says why
    written = process.stdout.read() if process.stdout is not None else ""
    process.wait()
    return written


def _listen(words: IO[str] | None, kept: "deque[str]") -> None:
    """Pass on what a program says, and keep its end."""
    for line in words or ():
        sys.stderr.write(line)
        kept.append(line)
    sys.stderr.flush()
