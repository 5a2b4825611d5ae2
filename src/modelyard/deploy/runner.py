"""The one place that does what a plan says: it starts programs and writes files."""

import shutil
import subprocess
from collections.abc import Callable

from modelyard.deploy.steps import Command, Plan, RemoveFile, Step, WriteFile
from modelyard.errors import NotFound, Unavailable
from modelyard.settings import environment_with

LAST_WORDS = 400
"""How much of what a program said last goes into the message about it, in characters."""


def run(plan: Plan, say: Callable[[Step], None] = lambda _: None) -> None:
    """Do all steps in order; `say` hears of each before it is begun.

    Raises Unavailable, with the last words of the program, at the first that fails.
    """
    for step in plan:
        say(step)
        if isinstance(step, WriteFile):
            step.path.parent.mkdir(parents=True, exist_ok=True)
            step.path.write_text(step.text, encoding="utf-8")
        elif isinstance(step, RemoveFile):
            step.path.unlink(missing_ok=True)
        else:
            _run_command(step)


def ask(command: Command) -> str:
    """Start a program and give what it printed; raises Unavailable where it fails."""
    done = _started(command, is_quiet=True)
    if done.returncode:
        raise _failed(command, done.returncode, done.stderr or done.stdout)
    return done.stdout


def _run_command(command: Command) -> None:
    """Start a program that talks to the terminal itself."""
    done = _started(command, is_quiet=False)
    if done.returncode:
        raise _failed(command, done.returncode, "")


def _started(command: Command, is_quiet: bool) -> "subprocess.CompletedProcess[str]":
    program = shutil.which(command.argv[0])
    if program is None:
        raise NotFound(
            f"program {command.argv[0]}", "is not installed, or not on the PATH.", command.why
        )
    return subprocess.run(
        [program, *command.argv[1:]],
        cwd=command.folder,
        env=environment_with(command.environ),
        capture_output=is_quiet,
        text=True,
        check=False,
    )


def _failed(command: Command, code: int, said: str) -> Unavailable:
    words = " ".join(said.split())[-LAST_WORDS:]
    ended = f"ended with code {code}" + (f": {words}" if words else ".")
    return Unavailable(" ".join(command.argv[:3]), ended, f"It was to {command.why}.")
