"""Versions and saved scenarios as text."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import open_console, say
from modelyard.cli.screen.runs import time_words
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from modelyard.scenarios.actuals import Against
    from modelyard.scenarios.record import Change, Record, Saved, Version


def show_saved(found: "Sequence[Saved]") -> None:
    """Write saved scenarios."""
    console = open_console()
    if not found:
        say(console, "Nothing is saved yet. modelyard scenarios save MODEL NAME PARAMETER=VALUE")
        return
    columns = [
        Column("id", tuple(one.id for one in found), style="cyan", least=26),
        Column("name", tuple(one.name for one in found), least=12),
        Column("model", tuple(one.model for one in found)),
        Column("version", tuple(str(one.version or "") for one in found), True, rank=2),
        Column("changed", tuple(time_words(one.changed_at) for one in found), rank=1),
        Column("by", tuple(one.changed_by for one in found), rank=3),
    ]
    show_table(console, columns)


def show_versions(record: "Record", found: "Sequence[Version]") -> None:
    """Write the history of a managed model."""
    console = open_console()
    needs = "needs a second person's approval" if record.needs_approval else "counts at once"
    say(console, f"{record.name}: version {record.served} is used; a change {needs}.")
    columns = [
        Column("version", tuple(str(one.number) for one in found), True, style="cyan"),
        Column("state", tuple(one.state for one in found)),
        Column("made", tuple(time_words(one.created_at) for one in found)),
        Column("by", tuple(one.created_by for one in found), rank=1),
        Column("why", tuple(one.why for one in found), rank=2, least=12),
        Column("decided by", tuple(one.decided_by for one in found), rank=3),
    ]
    show_table(console, columns)


def show_changes(changes: "Sequence[Change]") -> None:
    """Write what differs between two versions."""
    console = open_console()
    if not changes:
        say(console, "They say the same.")
        return
    columns = [
        Column("what", tuple(one.path for one in changes), style="cyan", least=16),
        Column("before", tuple(_text(one.before) for one in changes), least=10),
        Column("now", tuple(_text(one.now) for one in changes), least=10),
    ]
    show_table(console, columns)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def show_against(found: "Against") -> None:
    """Write plan and actuals side by side."""
    rows = [*found.rows, found.together]
    columns = [
        Column(found.join.key, tuple(str(row.key) for row in rows), style="cyan"),
        Column("plan", tuple(_figure(row.plan) for row in rows), True),
        Column("actual", tuple(_figure(row.actual) for row in rows), True),
        Column("difference", tuple(_figure(row.difference) for row in rows), True),
        Column("percent", tuple(_percent(row.share) for row in rows), True),
    ]
    show_table(open_console(), columns)


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:+.1%}"
