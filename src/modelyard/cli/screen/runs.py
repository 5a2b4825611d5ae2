"""Runs on the terminal."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelyard.cli.screen.console import say
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from modelyard.runs.replay import Comparison
    from modelyard.runs.run import Event, Run

STYLES = {"succeeded": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}
SHOWN_OF_PASSPORT = ("inputs", "versions", "seed", "result", "files")


def show_runs(console: "Console", runs: "Sequence[Run]") -> None:
    """Write a list of runs."""
    if not runs:
        say(console, "No runs yet. Start one with: modelyard runs start echo text=hello")
        return
    show_table(
        console,
        [
            Column("id", tuple(run.id for run in runs), style="cyan", least=32),
            Column("state", tuple(state_words(run) for run in runs)),
            Column("title", tuple(run.title for run in runs), least=12),
            Column("started by", tuple(_by(run) for run in runs), rank=1, least=12),
            Column("asked at", tuple(time_words(run.created_at) for run in runs), rank=2),
        ],
    )


def show_run(console: "Console", run: "Run") -> None:
    """Write all that is known of a run but its result."""
    say(console, run.title, "bold")
    say(console, state_words(run), STYLES.get(run.state, ""))
    facts = {
        "id": run.id,
        "kind": run.kind,
        "request": _plain(run.request),
        "started by": _by(run),
        "doing": run.label,
        "asked at": time_words(run.created_at),
        "began at": time_words(run.began_at),
        "ended at": time_words(run.ended_at),
        "attempt": str(run.attempt) if run.attempt > 1 else "",
        "worker": run.worker,
        "retry of": run.retry_of,
    }
    for name, value in facts.items():
        if value:
            say(console, f"  {name}: {value}")
    if run.fault is not None:
        say(console, f"Fault: {run.fault.to_error()}", "red")
    for name in SHOWN_OF_PASSPORT:
        if run.passport and run.passport.get(name):
            say(console, f"  {name}: {_plain(run.passport[name])}")


def show_events(console: "Console", events: "Sequence[Event]") -> None:
    """Write what happened, a line each."""
    for event in events:
        say(console, f"{time_words(event.at)}  {_words(event.kind, event.content)}")
    if not events:
        say(console, "Nothing has happened yet.")


def show_comparison(console: "Console", comparison: "Comparison") -> None:
    """Write whether a run gave the same again."""
    say(console, comparison.verdict, "green" if comparison.is_identical else "red")
    for line in comparison.lines():
        say(console, f"  {line}")


def state_words(run: "Run") -> str:
    """Say how a run stands."""
    if run.is_cancelling:
        return "ending"
    return f"running, {run.done:.0%}" if run.state == "running" else run.state


def _by(run: "Run") -> str:
    return f"schedule {run.schedule}" if run.schedule else run.started_by


def time_words(at: "datetime | None") -> str:
    """Write a time to the second, in UTC; nothing for none."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _words(kind: str, content: Mapping[str, Any]) -> str:
    if kind == "log":
        return str(content.get("text", ""))
    if kind == "progress":
        return f"{content.get('done', 0):.0%} {content.get('label', '')}"
    return f"{kind} {_plain(content)}"
