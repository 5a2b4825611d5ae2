"""`modelyard functions`: the operations of a workspace from the terminal."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.functions.catalogue import Functions
    from modelyard.functions.description import Description
    from modelyard.functions.request import Reply
    from modelyard.wiring import Services


@click.group()
def functions() -> None:
    """List, call, mock and compare operations."""


@functions.command("list")
@workspace_option
@json_option
def list_functions(workspace: Path | None, as_json: bool) -> None:
    """List the operations, and what is wrong with those that are not served."""
    from modelyard.cli.inventory import fault_as_json

    found = _opened(workspace).functions
    if as_json:
        operations = [_content(one.description) for one in found.values()]
        print_json({"functions": operations, "faults": [*map(fault_as_json, found.faults)]})
        return
    from modelyard.cli.screen.functions import show_functions

    show_functions(found)


@functions.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@workspace_option
def call(name: str, values: tuple[str, ...], workspace: Path | None) -> None:
    """Call an operation and print its answer.

    NAME is its operationId, or the last part of it. KEY is a parameter, a property of the body, or
    `body`. The exit code is 1 where the answer is an error.
    """
    from modelyard.accounts.actor import LAPTOP
    from modelyard.functions.asking import request_of

    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    services = _opened(workspace)
    operation = services.functions.get_operation(name)
    request = request_of(operation.description, _pairs(values), LAPTOP)
    reply = operation.call(request)
    _print(reply)
    workers = services.functions.tools.workers
    if workers is not None:
        workers.stop()
    if reply.status >= 400:
        raise SystemExit(1)


@functions.command()
@click.argument("name")
@click.option("--status", default="", help="Which answer, such as 404. Default: the good one.")
@workspace_option
def mock(name: str, status: str, workspace: Path | None) -> None:
    """Print the answer that the document's examples and schema give.

    The function need not be written yet.
    """
    from modelyard.functions.mock import mock as mocked

    _print(mocked(_described(_opened(workspace).functions, name), status))


@functions.command()
@click.option("--dry-run", is_flag=True, help="Show what would be written.")
@workspace_option
def new(dry_run: bool, workspace: Path | None) -> None:
    """Write the functions that a document names and no file has, as stubs."""
    from modelyard.functions.stubs import missing_stubs, write_stubs

    services = _opened(workspace)
    stubs = missing_stubs(services.functions)
    if not dry_run:
        write_stubs(services.workspace.root, stubs)
    for stub in stubs:
        click.echo(stub.code if dry_run else f"Wrote {stub.name} into {stub.file}")
    if not stubs:
        click.echo("No function is missing.")


@functions.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Compare two OpenAPI documents.

    The exit code is 1 where a program written for OLD would break with NEW.
    """
    from modelyard.functions.diff import compare

    changes = compare(old, new)
    if as_json:
        listed = [
            {"breaking": one.is_breaking, "where": one.where, "what": one.what} for one in changes
        ]
        print_json({"changes": listed})
    else:
        for one in changes:
            click.echo(f"{'Breaks' if one.is_breaking else 'Keeps '}  {one.where}: {one.what}")
        if not changes:
            click.echo("Nothing has changed.")
    raise SystemExit(1 if any(one.is_breaking for one in changes) else 0)


def _opened(workspace: Path | None) -> "Services":
    from modelyard import wiring

    return wiring.open_folder(workspace)


def _content(description: "Description") -> dict[str, Any]:
    return {
        "name": description.name,
        "method": description.method,
        "path": description.path,
        "summary": description.summary,
        "run": description.is_run,
        "where": description.file_and_line,
    }


def _described(found: "Functions", name: str) -> "Description":
    """Find what the documents say of an operation, also of one that has no function yet."""
    named = [one for one in found.descriptions if one.name == name]
    named = named or [one for one in found.descriptions if one.name.rpartition(".")[2] == name]
    return named[0] if len(named) == 1 else found.get_operation(name).description


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in values:
        key, mark, value = text.partition("=")
        if not mark:
            raise Invalid(text, "is not KEY=VALUE.")
        pairs[key] = value
    return pairs


def _print(reply: "Reply") -> None:
    """Write the answer as it is; its status is told where it is not the plain 200."""
    if reply.status != 200:
        click.echo(f"Status {reply.status}", err=True)
    parts = [reply.whole()] if isinstance(reply.body, bytes | Path) else reply.body
    ends_line = True
    for part in parts:
        click.echo(part, nl=False)
        ends_line = part.endswith(b"\n") or not part
    if not ends_line:
        click.echo()
