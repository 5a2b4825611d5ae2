"""Datasets as a list: what they are, or why they cannot be read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import NOTHING, bytes_text, count_text
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.cli.inventory import Entry

HOW_TO_START = "No datasets yet. Put Parquet or CSV files into the folder datasets."


def show_entries(console: "Console", entries: Sequence["Entry"]) -> None:
    """Write the datasets, then the faults, each a sentence of its own."""
    if not entries:
        say(console, HOW_TO_START)
        return
    shapes = [entry.shape for entry in entries]
    rows = (count_text(shape.rows) if shape else NOTHING for shape in shapes)
    columns = (count_text(len(shape.columns)) if shape else NOTHING for shape in shapes)
    sizes = (bytes_text(shape.bytes) if shape else NOTHING for shape in shapes)
    table = [
        Column("name", tuple(entry.name for entry in entries), style="cyan", most=32, least=16),
        Column("rows", tuple(rows), is_number=True),
        Column("columns", tuple(columns), is_number=True),
        Column("size", tuple(sizes), is_number=True, rank=1),
        Column("source", tuple(entry.address for entry in entries), rank=2, least=16),
    ]
    if any(entry.fault for entry in entries):
        states = ("fault" if entry.fault else "ok" for entry in entries)
        table.insert(1, Column("state", tuple(states)))
    if any(entry.title != entry.name for entry in entries):
        table.append(Column("title", tuple(entry.title for entry in entries), rank=3, least=16))
    show_table(console, table)
    show_faults(console, entries)


def show_faults(console: "Console", entries: Sequence["Entry"]) -> None:
    """Write each fault as a sentence."""
    faults = [entry.fault for entry in entries if entry.fault]
    if faults:
        say(console, "")
    for fault in faults:
        say(console, f"Fault: {fault}", "red")
