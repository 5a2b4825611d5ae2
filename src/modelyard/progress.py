"""How long work says how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Is told how much of a piece of work is done."""

    def __call__(self, done: float, label: str) -> None:
        """Say that the share `done` (0 to 1) is finished and what happens next."""


def silent(done: float, label: str) -> None:
    """Tell nobody."""
