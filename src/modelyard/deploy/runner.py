"""The one place that does what a plan says: it starts programs and writes files."""

import shutil
import subprocess
from collections.abc import Callable

from modelyard.deploy.steps import Command, Plan, RemoveFile, Step, WriteFile
from modelyard.errors import NotFound, Unavailable
from modelyard.settings import environment_with


def run(plan: Plan, say: Callable[[Step], None] = lambda _: None) -> None:
    """Do all steps in order; `say` hears of each before it is begun.

    Raises Unavailable at the first that fails, and NotFound where its program is not here.
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


def _run_command(command: Command) -> None:
    """Start a program that talks to the terminal itself."""
    program = shutil.which(command.argv[0])
    if program is None:
        raise NotFound(
            f"program {command.argv[0]}", "is not installed, or not on the PATH.", command.why
        )
    done = subprocess.run(
        [program, *command.argv[1:]],
        cwd=command.folder,
        env=environment_with(command.environ),
        check=False,
    )
    if done.returncode:
        raise Unavailable(
            " ".join(command.argv[:3]),
            f"ended with code {done.returncode}.",
            f"It was to {command.why}; what it said stands above.",
        )
