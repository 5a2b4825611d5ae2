"""What-if models and their answers as text."""

from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.table import Column, say_left_out, show_table
from modelyard.scenarios.values import shown

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.scenarios.catalogue import Scenarios
    from modelyard.scenarios.execute import Answer
    from modelyard.scenarios.output import Output
    from modelyard.scenarios.parameter import Parameter
    from modelyard.scenarios.what_if import WhatIf

HOW_TO_START = "No models yet. Put a Python file or an .xlsx into the folder scenarios."
MOST_ROWS = 24


def show_models(found: "Scenarios") -> None:
    """Write the models, then the faults, each a sentence of its own."""
    console = open_console()
    models = list(found.values())
    if models:
        columns = [
            Column("name", tuple(one.name for one in models), style="cyan", most=40),
            Column("title", tuple(one.shown_title for one in models), least=16),
            Column("parameters", tuple(str(len(one.parameters)) for one in models), True, rank=1),
            Column("outputs", tuple(str(len(one.outputs)) for one in models), True, rank=2),
            Column("file", tuple(_file(one) for one in models), rank=3, least=16),
        ]
        show_table(console, columns)
    elif not found.faults:
        say(console, HOW_TO_START)
    for fault in found.faults.values():
        say(console, f"Fault: {fault}", "red")


def show_model(what_if: "WhatIf") -> None:
    """Write what a model takes and gives."""
    console = open_console()
    say(console, what_if.shown_title, "bold")
    if what_if.description:
        say(console, what_if.description)
    say(console, "")
    items = what_if.parameters
    show_table(
        console,
        [
            Column("parameter", tuple(one.name for one in items), style="cyan"),
            Column("kind", tuple(one.kind for one in items), rank=3),
            Column("value", tuple(shown(one, one.default) for one in items), True),
            Column("from", tuple(_limit(one, one.minimum) for one in items), rank=2),
            Column("to", tuple(_limit(one, one.maximum) for one in items), rank=2),
            Column("access", tuple(one.access for one in items), rank=1),
            Column("help", tuple(one.help for one in items), rank=4, least=16),
        ],
    )
    say(console, "")
    outputs = what_if.outputs
    show_table(
        console,
        [
            Column("output", tuple(one.name for one in outputs), style="cyan"),
            Column("kind", tuple(one.kind for one in outputs)),
            Column("unit", tuple(one.unit for one in outputs), rank=1),
            Column("accuracy", tuple(one.accuracy for one in outputs), rank=2, least=16),
        ],
    )
    for note in what_if.notes:
        say(console, f"Note: {note}", "yellow")


def show_answer(what_if: "WhatIf", answer: "Answer") -> None:
    """Write inputs and outputs; of a table its first rows."""
    console = open_console()
    say(console, what_if.shown_title, "bold")
    inputs = what_if.parameters
    show_table(
        console,
        [
            Column("input", tuple(one.name for one in inputs), style="cyan"),
            Column("value", tuple(shown(one, answer.values[one.name]) for one in inputs), True),
        ],
    )
    say(console, "")
    single = [output for output in what_if.outputs if output.kind != "table"]
    if single:
        show_table(
            console,
            [
                Column("output", tuple(one.name for one in single), style="cyan"),
                Column(
                    "value", tuple(shown(one, answer.outputs[one.name]) for one in single), True
                ),
            ],
        )
    for output in what_if.outputs:
        if output.kind == "table":
            _show_rows(console, output, answer.outputs[output.name])


def _show_rows(console: "Console", output: "Output", rows: list[dict[str, Any]]) -> None:
    say(console, "")
    say(console, output.shown_title, "bold")
    columns = [
        Column(
            column.name,
            tuple(shown(column, row[column.name]) for row in rows[:MOST_ROWS]),
            column.is_numeric,
            rank=place,
        )
        for place, column in enumerate(output.columns)
    ]
    say_left_out(console, show_table(console, columns))
    if len(rows) > MOST_ROWS:
        say(console, f"{MOST_ROWS} of {len(rows)} rows; --json gives them all.", "dim")


def _file(what_if: "WhatIf") -> str:
    return what_if.source.file if what_if.source else ""


def _limit(parameter: "Parameter", limit: Any) -> str:
    if limit is None:
        return ""
    return str(limit) if hasattr(limit, "text") else shown(parameter, limit)
