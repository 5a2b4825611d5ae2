"""The terminal that answers are written on."""

import shutil
from typing import TYPE_CHECKING

from modelyard.cli.clean import clean_line

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_A_FILE = 200
"""How wide answers are where they go into a file or another program."""


def open_console() -> "Console":
    """Give the console on standard output."""
    from rich.console import Console

    width = shutil.get_terminal_size((WIDTH_OF_A_FILE, 24)).columns
    return Console(width=width, highlight=False, emoji=False)


def say(console: "Console", text: str, style: str = "") -> None:
    """Write a line of text, broken between words where the window is narrow."""
    from rich.text import Text

    console.print(Text(clean_line(text), style=style))
