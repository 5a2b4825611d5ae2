"""What `modelyard serve` sees to before it serves: the database, and who may be let in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from modelyard.errors import Denied

if TYPE_CHECKING:
    from modelyard.settings import Settings
    from modelyard.wiring import Services

PATIENCE_S = 30.0
"""How long a database that cannot be reached is waited for."""


@dataclass(frozen=True)
class People:
    """Whether there are users, and else the link with which the owner's account is made."""

    exist: bool
    owner_path: str = ""


def open_for_people(services: "Services") -> People:
    """Bring the database to the newest shape, and see whether there are users.

    Raises Unavailable where it cannot be reached in half a minute, and Denied where the service
    would be open to others without users.
    """
    from modelyard import wiring
    from modelyard.db.migrate import migrate_when_reachable

    records = wiring.open_records(services)
    try:
        migrate_when_reachable(
            records.database, PATIENCE_S, lambda text: click.echo(text, err=True)
        )
        if records.accounts.users.has_any():
            return People(exist=True)
        if not services.settings.invite_owner:
            refuse_strangers(services.settings)
        secret = records.accounts.links.ensure_owner_link()
    finally:
        records.database.close()
    return People(exist=False, owner_path=f"/welcome/{secret}" if secret else "")


def refuse_strangers(settings: "Settings") -> None:
    """Raise Denied for an address that others can reach, unless that was asked for."""
    from modelyard.workspace.shown import shown_folder

    if not settings.is_loopback and not settings.public:
        shown = shown_folder(settings.workspace.resolve())
        raise Denied(
            f"host {settings.host}",
            "everybody who can reach this address could read the data, and there are no users yet.",
            f"Make one with modelyard users add you@example.com --role owner -w {shown}; "
            "or say --public, if everybody may read it.",
        )


def open_to_whom(settings: "Settings") -> str:
    """Say who may look into a service without users."""
    if settings.public:
        return "everybody who can reach it"
    return "you at this computer" if settings.is_loopback else "nobody"


def invitation(people: People, url: str, open_to: str) -> list[str]:
    """Say how the first account is made, where there is none."""
    if people.exist or not people.owner_path:
        return []
    return [
        f"  It is open to {open_to}: there are no users yet. This link makes the owner, once:",
        f"    {click.style(url + people.owner_path, fg='cyan')}",
    ]
