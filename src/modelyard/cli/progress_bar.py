"""A bar for long work, on a terminal's standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modelyard.cli.clean import clean_line
from modelyard.progress import Progress, silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

LONGEST_LABEL = 40


class Bar:
    """Appears when the work first says how far it is, and leaves nothing behind."""

    def __init__(self) -> None:
        self._display: RichProgress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: float, label: str) -> None:
        """Show the share that is done and what happens next."""
        words = clean_line(label)[:LONGEST_LABEL]
        if self._display is None or self._task is None:
            self._display = _new_display()
            self._task = self._display.add_task(words, total=1.0)
            self._display.start()
        self._display.update(self._task, completed=done, description=words)

    def close(self) -> None:
        """Take the bar away."""
        if self._display is not None:
            self._display.stop()


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a bar that is told of progress; where nobody watches, nothing is written."""
    if not sys.stderr.isatty():
        yield silent
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()


def _new_display() -> "RichProgress":
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    return Display(
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
