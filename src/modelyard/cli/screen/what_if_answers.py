"""Comparisons, tornadoes, grids and simulations as text."""

from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.numbers import NOTHING, count_text, seconds_text
from modelyard.cli.screen.table import Column, say_left_out, show_table
from modelyard.scenarios.values import shown

if TYPE_CHECKING:
    from modelyard.scenarios.comparison import Comparison
    from modelyard.scenarios.grid import Grid
    from modelyard.scenarios.monte_carlo import Simulation
    from modelyard.scenarios.output import Output
    from modelyard.scenarios.parameter import Parameter
    from modelyard.scenarios.sensitivity import Tornado
    from modelyard.scenarios.what_if import WhatIf

BAR = 24
PERCENTILES = ("5", "25", "50", "75", "95")


def show_comparison(what_if: "WhatIf", comparison: "Comparison") -> None:
    """Write one row per scenario: inputs that differ, then outputs."""
    console = open_console()
    columns = [
        Column("scenario", tuple(column.name for column in comparison.columns), style="cyan")
    ]
    answers = [column.answer for column in comparison.columns]
    for name in comparison.differing:
        parameter = what_if.get_parameter(name)
        cells = tuple(_cell(parameter, answer and answer.values[name]) for answer in answers)
        columns.append(Column(name, cells, True, rank=len(columns)))
    for name in comparison.outputs:
        output = what_if.get_output(name)
        cells = tuple(_cell(output, answer and answer.outputs[name]) for answer in answers)
        columns.append(Column(name, cells, True, rank=len(columns)))
    say_left_out(console, show_table(console, columns))
    for column in comparison.columns:
        if column.fault:
            say(console, f"{column.name}: {column.fault}", "red")


def show_tornado(what_if: "WhatIf", found: "Tornado") -> None:
    """Write one bar per parameter, the longest first."""
    console = open_console()
    output = what_if.get_output(found.output)
    say(console, f"{output.shown_title}: {shown(output, found.middle)}", "bold")
    longest = max((bar.swing for bar in found.bars), default=0.0) or 1.0
    parameters = [what_if.get_parameter(bar.parameter) for bar in found.bars]
    pairs = list(zip(parameters, found.bars, strict=True))
    show_table(
        console,
        [
            Column("parameter", tuple(bar.parameter for bar in found.bars), style="cyan"),
            Column("down", tuple(_cell(one, bar.low_value) for one, bar in pairs), True, rank=2),
            Column("gives", tuple(_cell(output, bar.low) for bar in found.bars), True),
            Column("up", tuple(_cell(one, bar.high_value) for one, bar in pairs), True, rank=2),
            Column("gives", tuple(_cell(output, bar.high) for bar in found.bars), True),
            Column(
                "swing", tuple("█" * round(BAR * bar.swing / longest) for bar in found.bars), rank=1
            ),
        ],
    )
    for bar in found.bars:
        for fault in bar.faults:
            say(console, f"{bar.parameter}: {fault}", "red")


def show_grid(what_if: "WhatIf", found: "Grid", output: "Output") -> None:
    """Write one output for all combinations; with two parameters the second goes across."""
    console = open_console()
    say(console, output.shown_title, "bold")
    first, *more = found.axes
    rows = found.axes[first]
    across = found.axes[more[0]] if more else (None,)
    labels = tuple(_cell(what_if.get_parameter(first), value) for value in rows)
    columns = [Column(first, labels, True, style="cyan")]
    figures = [_cell(output, value) for value in found.column(output.name)]
    for place, value in enumerate(across):
        heading = output.name
        if more:
            heading = f"{more[0]} {_cell(what_if.get_parameter(more[0]), value)}"
        columns.append(
            Column(heading, tuple(figures[place :: len(across)]), True, rank=place, most=60)
        )
    say_left_out(console, show_table(console, columns))
    faults = list(dict.fromkeys(cell.fault for cell in found.cells if cell.fault))
    for fault in faults[:3]:
        say(console, fault, "red")


def show_simulation(what_if: "WhatIf", found: "Simulation") -> None:
    """Write the spread of each output."""
    console = open_console()
    spreads = {name: spread for name, spread in found.spreads.items() if spread is not None}
    outputs = [what_if.get_output(name) for name in spreads]
    pairs = list(zip(outputs, spreads.values(), strict=True))
    columns = [
        Column("output", tuple(spreads), style="cyan"),
        Column("mean", tuple(_cell(one, spread.mean) for one, spread in pairs), True),
        Column("± 95 %", tuple(_cell(one, 1.96 * two.standard_error) for one, two in pairs), True,
               rank=3),
        Column("std", tuple(_cell(one, spread.std) for one, spread in pairs), True, rank=2),
    ]  # fmt: skip
    for percentile in PERCENTILES:
        cells = tuple(_cell(one, spread.percentiles[percentile]) for one, spread in pairs)
        columns.append(Column(f"{percentile} %", cells, True, rank=1))
    say_left_out(console, show_table(console, columns))
    draws = f"{count_text(found.draws)} draws, seed {found.seed}, {found.way}"
    say(console, f"{draws}, {seconds_text(found.duration_s)}.", "dim")
    for name, count in found.redrawn.items():
        if count:
            say(console, f"{name}: {count_text(count)} draws outside its bounds were drawn again.")
    if found.failed:
        say(console, f"{count_text(found.failed)} draws failed: {found.fault}", "red")


def _cell(described: "Output | Parameter", value: Any) -> str:
    if value is None:
        return NOTHING
    if described.kind == "integer" and isinstance(value, float):
        text = f"{value:,.6g}"
        return f"{text} {described.unit}".rstrip()
    return shown(described, value)
