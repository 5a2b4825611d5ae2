"""Operations as a list, then what is wrong."""

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.table import Column, show_table
from modelyard.functions.catalogue import Functions

HOW_TO_START = "No functions yet. Put an openapi.yml and Python files into the folder."


def show_functions(functions: Functions) -> None:
    """Write the operations, then the faults, each a sentence of its own."""
    console = open_console()
    found = list(functions.values())
    if found:
        columns = [
            Column("name", tuple(one.name for one in found), style="cyan", most=40, least=16),
            Column("verb", tuple(one.method for one in found)),
            Column("path", tuple(one.path for one in found), least=16),
            Column("summary", tuple(one.summary for one in found), rank=2, least=16),
        ]
        show_table(console, columns)
    elif not functions.faults:
        say(console, HOW_TO_START)
    for fault in functions.faults:
        say(console, f"Fault: {fault}", "red")
