"""A word to those who would wait for nothing."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modelyard.runs.runs import Runs


def say_when_nobody_works(runs: "Runs") -> None:
    """Say on standard error that no worker is there, where none is."""
    if not runs.has_workers():
        from modelyard.runs.presence import nobody_works

        click.echo(nobody_works(), err=True)
