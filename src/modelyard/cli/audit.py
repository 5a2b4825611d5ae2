"""`modelyard audit`: who changed what, and when."""

from pathlib import Path
from typing import Any, cast

import click

from modelyard.cli.accounts import open_desk
from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option


@click.group()
def audit() -> None:
    """Read the log of who changed what."""


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--action", default="", help="Entries of one kind only, such as user.add.")
@click.option("--actor", default="", help="What one person did only.")
@workspace_option
@json_option
def list_entries(workspace: Path | None, as_json: bool, **options: Any) -> None:
    """Show the newest entries."""
    with open_desk(workspace) as desk:
        entries = desk.accounts.audit.entries(
            limit=options["limit"], action=options["action"], actor=options["actor"]
        )
    if as_json:
        print_json({"entries": [entry.as_dict() for entry in entries]})
        return
    from modelyard.cli.screen.accounts import show_entries
    from modelyard.cli.screen.console import open_console

    show_entries(open_console(), entries, bool(options["action"] or options["actor"]))


@audit.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="One JSON object per line, or a table.",
)
@workspace_option
def export(kind: str, workspace: Path | None) -> None:
    """Write the whole log to standard output, oldest first."""
    from modelyard.accounts.audit_file import Format, audit_lines

    with open_desk(workspace) as desk:
        for line in audit_lines(desk.accounts.audit, cast("Format", kind)):
            click.echo(line, nl=False)
