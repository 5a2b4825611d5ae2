"""`modelyard migrate`: the database in the shape that this version needs."""

from pathlib import Path

import click

from modelyard.cli.options import FOLDER

PATIENCE_S = 120.0
"""How long a database that cannot be reached is waited for."""


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--invite-owner", is_flag=True, help="Without users, print the link for the owner.")
def migrate(folder: Path | None, invite_owner: bool) -> None:
    """Bring the database to the shape that this version needs, once, before it is served.

    `serve` and `worker` do so themselves; several that start at one time wait for each other.
    FOLDER is the workspace; by default MODELYARD_WORKSPACE, else this one.
    """
    from modelyard import wiring
    from modelyard.cli.address import url_of
    from modelyard.db.migrate import HEAD, migrate_when_reachable

    services = wiring.open_folder(folder)
    records = wiring.open_records(services)
    try:
        changed = migrate_when_reachable(
            records.database, PATIENCE_S, lambda text: click.echo(text, err=True)
        )
        secret = records.accounts.links.ensure_owner_link() if invite_owner else None
    finally:
        records.database.close()
    done = "is now in" if changed else "was already in"
    click.echo(f"{records.database.shown} {done} the shape {HEAD}.")
    if secret is not None:
        settings = services.settings
        url = settings.public_url or url_of(settings.host, settings.port)
        click.echo(
            f"There are no users yet. This link makes the owner, once:\n  {url}/welcome/{secret}"
        )
