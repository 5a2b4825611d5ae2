"""Where faults leave the program: one sentence and an exit code, never a traceback."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from modelyard.cli.clean import clean_line
from modelyard.errors import ModelyardError

INTERRUPTED = 130
DEBUG = "MODELYARD_DEBUG"
PASSED_ON = (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit, GeneratorExit)
"""What click itself turns into words and an exit code."""


class EdgeGroup(click.Group):
    """A group of commands whose faults end in words."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        with faults_in_words():
            return super().invoke(ctx)


@contextmanager
def faults_in_words() -> Iterator[None]:
    """Turn whatever ends a command into what click shows: exit code 1, or 130 for Ctrl-C."""
    try:
        yield
    except PASSED_ON:
        raise
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None
    except ModelyardError as fault:
        raise click.ClickException(clean_line(str(fault))) from None
    except BaseException as fault:  # the edge; a panic of Polars is no Exception
        if _is_closed_pipe(fault) or os.environ.get(DEBUG, "") not in {"", "0"}:
            raise
        raise click.ClickException(_unexpected(fault)) from None


def _is_closed_pipe(fault: BaseException) -> bool:
    """Tell whether the reader of our output went away, as `| head` does; click ends quietly."""
    return isinstance(fault, OSError) and fault.errno == errno.EPIPE


def _unexpected(fault: BaseException) -> str:
    said = clean_line(str(fault))[:300].rstrip(". ") or "no more was said"
    return (
        f"{type(fault).__name__}: {said}. This is not expected: run with {DEBUG}=1 for the trace."
    )
