"""Schedules on the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelyard.cli.screen.console import say
from modelyard.cli.screen.runs import state_words, time_words
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.runs.planned import Planned


def show_schedules(console: "Console", schedules: "Sequence[Planned]") -> None:
    """Write a list of schedules, and below it what keeps some from starting."""
    if not schedules:
        say(console, "Nothing starts by the clock. modelyard.toml takes [schedules.NAME] sections.")
        return
    show_table(
        console,
        [
            Column("name", tuple(each.name for each in schedules), style="cyan", least=8),
            Column("due", tuple(time_words(each.due_at) or "never" for each in schedules)),
            Column("last run", tuple(_last(each) for each in schedules), rank=1),
            Column(
                "rule", tuple(f"{each.config.cron} {each.config.timezone}" for each in schedules)
            ),
            Column("starts", tuple(_title(each) for each in schedules), rank=2, least=12),
        ],
    )
    for each in schedules:
        if each.fault:
            place = f"schedules.{each.name}.{'.'.join(each.fault.key)}"
            words = f"{each.fault.error.why} {each.fault.error.cure}".rstrip()
            say(console, f"Fault: {place}: {words}", "red")


def _last(planned: "Planned") -> str:
    return (
        f"{state_words(planned.last)}, {time_words(planned.last.created_at)}"
        if planned.last
        else ""
    )


def _title(planned: "Planned") -> str:
    return planned.checked.title if planned.checked else planned.config.run
