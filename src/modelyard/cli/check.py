"""`modelyard check`: is everything in the folder fit to be served?"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.options import FOLDER, json_option
from modelyard.cli.progress_bar import progress_bar
from modelyard.errors import ModelyardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from modelyard.cli.inventory import Entry
    from modelyard.cli.not_read import NotRead
    from modelyard.wiring import Services

MOST_NOT_READ = 20


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@json_option
def check(folder: Path | None, as_json: bool) -> None:
    """Check a workspace without serving it.

    Reads modelyard.toml strictly, every dataset once, the OpenAPI documents, imports the
    functions that they name, opens trained models in the jail, loads the what-if models, and looks
    whether schedules can start their runs. The exit code is 1 where there is a fault.
    """
    try:
        services = _opened(folder)
    except ModelyardError as fault:
        if as_json:
            _print_unopened(fault)
        raise
    is_sound = _check_all(services, as_json)
    raise SystemExit(0 if is_sound else 1)


def _check_all(services: "Services", as_json: bool) -> bool:
    from modelyard.cli.inventory import faults_of, schedule_faults, take_inventory
    from modelyard.cli.model_check import model_faults
    from modelyard.cli.not_read import list_not_read

    with progress_bar() as progress:
        entries = take_inventory(services.datasets, progress)
        of_models = model_faults(services, progress)
    used = {str(path) for path in services.functions.stamps}
    not_read = [
        item
        for item in list_not_read(services.workspace, services.datasets)
        if not item.file.endswith(".py") and str(services.workspace.root / item.file) not in used
    ]
    faults = {
        "functions": faults_of(services.functions),
        "models": of_models,
        "scenarios": list(services.scenarios.faults.values()),
        "schedules": schedule_faults(services),
    }
    if as_json:
        print_json(_content(services, entries, not_read, faults))
    else:
        _show(services, entries, not_read, faults)
    return not any(faults.values()) and not any(entry.fault for entry in entries)


def _opened(folder: Path | None) -> "Services":
    """Open the folder with its functions as the service would have them."""
    from dataclasses import replace

    from modelyard import wiring
    from modelyard.functions.opening import open_functions
    from modelyard.web.own_addresses import all_own_addresses

    services = wiring.open_folder(folder)
    tools = wiring.tools_for(services)
    functions = open_functions(services.workspace, tools, all_own_addresses())
    return replace(services, live_functions=lambda: functions)


def _print_unopened(fault: ModelyardError) -> None:
    from modelyard.cli.inventory import fault_as_json

    print_json({"ok": False, "fault": fault_as_json(fault), "datasets": [], "not_read": []})


def _content(
    services: "Services",
    entries: "Sequence[Entry]",
    not_read: "Sequence[NotRead]",
    faults: "Mapping[str, Sequence[ModelyardError]]",
) -> dict[str, Any]:
    from modelyard.cli.inventory import fault_as_json
    from modelyard.cli.model_check import model_names
    from modelyard.datasets.source import printable

    workspace = services.workspace
    return {
        "ok": not any(faults.values()) and not any(entry.fault for entry in entries),
        "workspace": {
            "folder": printable(str(workspace.root)),
            "title": workspace.title,
            "has_file": workspace.has_file,
        },
        "datasets": [entry.as_json() for entry in entries],
        **{
            room: {
                "names": names,
                "faults": [fault_as_json(fault) for fault in faults[room]],
            }
            for room, names in (
                ("functions", list(services.functions)),
                ("models", model_names(services.workspace)),
                ("scenarios", list(services.scenarios)),
                ("schedules", list(workspace.config.schedules)),
            )
        },
        "not_read": [{"file": item.file, "why": item.why} for item in not_read],
    }


def _show(
    services: "Services",
    entries: "Sequence[Entry]",
    not_read: "Sequence[NotRead]",
    room_faults: "Mapping[str, Sequence[ModelyardError]]",
) -> None:
    from modelyard.cli.screen.console import open_console, say
    from modelyard.cli.screen.listing import show_entries

    console = open_console()
    say(console, services.workspace.title, "bold")
    say(console, "")
    show_entries(console, entries)
    _show_not_read(console, not_read)
    others = [fault for faults in room_faults.values() for fault in faults]
    for fault in others:
        say(console, f"Fault: {fault}", "red")
    say(console, "")
    number = sum(entry.fault is not None for entry in entries) + len(others)
    say(console, _verdict(number), "red" if number else "green")


def _show_not_read(console: "Console", not_read: "Sequence[NotRead]") -> None:
    from modelyard.cli.screen.console import say

    if not_read:
        say(console, "")
    for item in not_read[:MOST_NOT_READ]:
        say(console, f"Not read: {item.file} ({item.why})", "yellow")
    if len(not_read) > MOST_NOT_READ:
        say(console, f"and {len(not_read) - MOST_NOT_READ:,} more files; --json lists them all.")


def _verdict(faults: int) -> str:
    if not faults:
        return "No faults."
    return "1 fault." if faults == 1 else f"{faults} faults."
