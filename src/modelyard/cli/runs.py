"""`modelyard runs`: ask for long work from the terminal, and see how it stands."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option
from modelyard.cli.progress_bar import progress_bar
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.runs.run import Run
    from modelyard.runs.runs import Runs
    from modelyard.wiring import Services

STARTED_BY = "command line"
LOOK_S = 0.3


@click.group()
def runs() -> None:
    """Start long work, follow it, end it, repeat it."""


@runs.command("list")
@click.option("--state", default="", help="Only those in this state, such as running.")
@click.option("--kind", default="", help="Only those of this kind, such as outliers.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@workspace_option
@json_option
def list_runs(state: str, kind: str, limit: int, workspace: Path | None, as_json: bool) -> None:
    """List runs, the newest first."""
    found = _runs(workspace).list_runs(state=state, kind=kind, limit=limit)
    if as_json:
        from modelyard.runs.run_json import short

        print_json({"runs": [short(run) for run in found]})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.runs import show_runs

    show_runs(open_console(), found)


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
@json_option
def show(run_id: str, workspace: Path | None, as_json: bool) -> None:
    """Show one run, with its passport once it is done."""
    _show(_runs(workspace).get_run(run_id), as_json)


@runs.command()
@click.argument("kind")
@click.argument("fields", metavar="FIELD=VALUE...", nargs=-1)
@click.option("--wait", is_flag=True, help="Wait until it is over; exit code 1 if it fails.")
@click.option("--key", help="The same key gives the same run, however often it is sent.")
@workspace_option
@json_option
def start(kind: str, fields: tuple[str, ...], wait: bool, key: str | None, **options: Any) -> None:
    """Ask for a run: statistics, correlation, outliers, benchmark, fetch, echo.

    Fields are those that the kind takes, such as dataset=flights seed=1.
    """
    asked = _runs(options["workspace"])
    run, _ = asked.submit(kind, _request(fields), started_by=STARTED_BY, idempotency_key=key)
    if wait:
        _wait(asked, run, options["as_json"])
    _show(run, options["as_json"])


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
@json_option
def wait(run_id: str, workspace: Path | None, as_json: bool) -> None:
    """Wait until a run is over; the exit code is 1 if it failed."""
    asked = _runs(workspace)
    _wait(asked, asked.get_run(run_id), as_json)


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
@json_option
def cancel(run_id: str, workspace: Path | None, as_json: bool) -> None:
    """End a run."""
    _show(_runs(workspace).cancel(run_id, by=STARTED_BY), as_json)


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--wait", is_flag=True, help="Wait until it is over; exit code 1 if it fails.")
@workspace_option
@json_option
def retry(run_id: str, wait: bool, workspace: Path | None, as_json: bool) -> None:
    """Ask for the same again, as a new run."""
    asked = _runs(workspace)
    run, _ = asked.retry(run_id, started_by=STARTED_BY)
    if wait:
        _wait(asked, run, as_json)
    _show(run, as_json)


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
def result(run_id: str, workspace: Path | None) -> None:
    """Print the result of a run, one JSON document."""
    click.echo(_runs(workspace).result(run_id))


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
@json_option
def logs(run_id: str, workspace: Path | None, as_json: bool) -> None:
    """Print what happened to a run."""
    asked, after = _runs(workspace), 0
    found = []
    while events := asked.events(run_id, after):
        found += events
        after = events[-1].number
    if as_json:
        from modelyard.runs.run_json import event

        print_json({"events": [event(each) for each in found]})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.runs import show_events

    show_events(open_console(), found)


@runs.command()
@click.argument("run_id", metavar="ID")
@workspace_option
@json_option
def replay(run_id: str, workspace: Path | None, as_json: bool) -> None:
    """Compute a run again, without what is known, and compare.

    It says that the result is identical, or shows the first difference; the exit code is 1 then.
    """
    from modelyard.runs.replay import replay as compare

    with progress_bar() as progress:
        comparison = compare(_runs(workspace), run_id, progress)
    if as_json:
        print_json(comparison)
    else:
        from modelyard.cli.screen.console import open_console
        from modelyard.cli.screen.runs import show_comparison

        show_comparison(open_console(), comparison)
    raise SystemExit(0 if comparison.is_identical else 1)


@runs.command()
@workspace_option
@json_option
def schedules(workspace: Path | None, as_json: bool) -> None:
    """List what starts by the clock: when it is due, its last run, what keeps it back."""
    from modelyard import wiring
    from modelyard.runs.planned import plan

    services = wiring.open_folder(workspace)
    found = plan(services.workspace.config.schedules, _opened(services))
    if as_json:
        from modelyard.runs.run_json import schedule

        print_json({"schedules": [schedule(planned) for planned in found]})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.schedules import show_schedules

    show_schedules(open_console(), found)


def _runs(workspace: Path | None) -> "Runs":
    from modelyard import wiring

    return _opened(wiring.open_folder(workspace))


def _opened(services: "Services") -> "Runs":
    from modelyard import wiring
    from modelyard.db.migrate import migrate

    records = wiring.open_records(services)
    migrate(records.database)
    return records.runs


def _request(fields: tuple[str, ...]) -> dict[str, Any]:
    """Read FIELD=VALUE; a value is JSON where it can be, else text."""
    request: dict[str, Any] = {}
    for text in fields:
        name, is_there, value = text.partition("=")
        if not is_there or not name:
            raise Invalid(f"'{text}'", "is not FIELD=VALUE.", "Such as dataset=flights")
        try:
            request[name] = json.loads(value)
        except ValueError:
            request[name] = value
    return request


def _wait(asked: "Runs", run: "Run", as_json: bool) -> None:
    """Follow a run to its end, show it, and end with its exit code."""
    from modelyard.cli.hint import say_when_nobody_works

    say_when_nobody_works(asked)
    with progress_bar() as progress:
        while not run.is_over:
            progress(run.done, run.label or run.state)
            run = asked.wait(run.id, LOOK_S)
    _show(run, as_json)
    raise SystemExit(0 if run.state == "succeeded" else 1)


def _show(run: "Run", as_json: bool) -> None:
    if as_json:
        from modelyard.runs.run_json import whole

        print_json(whole(run))
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.runs import show_run

    show_run(open_console(), run)
