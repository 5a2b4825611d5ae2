"""What `modelyard scale load` shows."""

from collections.abc import Sequence

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.scale import span
from modelyard.cli.screen.table import Column, say_left_out, show_table
from modelyard.workspace.measured import FILE_NAME, Measured, Step

LATE_S = 0.02
HEADINGS = ("sent/s", "answered/s", "in flight", "p50", "p95", "p99", "errors")


def show_load(
    whole: Step, windows: Sequence[Step], statuses: dict[str, int], late_s: float
) -> None:
    """Show a load part by part, and as a whole."""
    console = open_console()
    rows = [_cells(step) for step in windows]
    columns = [
        Column(name, tuple(row[place] for row in rows), True, rank)
        for place, (name, rank) in enumerate(zip(HEADINGS, (0, 0, 2, 1, 1, 0, 0), strict=True))
    ]
    say_left_out(console, show_table(console, columns))
    said = ", ".join(f"{count:,} x {status}" for status, count in statuses.items())
    say(console, f"Altogether p50 {span(whole.p50_s)}, p99 {span(whole.p99_s)}; {said}.")
    if late_s > LATE_S:
        say(
            console,
            f"The sender itself was late by up to {span(late_s)}: this machine sends no more. "
            "These times count as waits.",
            "yellow",
        )


def show_step(step: Step, is_first: bool) -> None:
    """Show one step of a search as soon as it is done."""
    console = open_console()
    widths = (10, 11, 10, 9, 9, 9, 7)
    if is_first:
        line = "".join(name.rjust(width) for name, width in zip(HEADINGS, widths, strict=True))
        say(console, line, "bold")
    cells = zip(_cells(step), widths, strict=True)
    console.print("".join(cell.rjust(width) for cell, width in cells))


def show_knee(found: Measured) -> None:
    """Show what was found, and what follows for an instance."""
    console = open_console()
    curve, suggested = found.curve, found.suggested
    say(console, f"At most {curve.capacity_per_s:,.1f} answers per second.")
    if found.measured.sender_was_late:
        said = (
            "The sender itself was late, so the service may answer more than could be sent here: "
            f"{FILE_NAME} is left as it was. Try when this machine has less to do, or from another."
        )
        say(console, said, "yellow")
        return
    if suggested is None:
        return
    say(
        console,
        f"The knee, with p99 within {span(found.measured.p99_bound_s)}: "
        f"{suggested.rate_per_instance / 0.8:,.1f} per second.",
    )
    say(
        console,
        f"For an instance like this: {suggested.workers} workers of {suggested.threads} threads, "
        f"concurrency {suggested.concurrency}, at most {suggested.rate_per_instance:,.1f} requests "
        f"per second, CPU target {suggested.cpu_target:.0%}, {suggested.memory_mib:,} MiB.",
    )


def _cells(step: Step) -> tuple[str, ...]:
    numbers = (step.offered_per_s, step.answered_per_s, step.in_flight)
    times = (step.p50_s, step.p95_s, step.p99_s)
    return (*(f"{one:,.1f}" for one in numbers), *(span(one) for one in times), f"{step.errors:,}")
