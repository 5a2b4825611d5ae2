"""What the commands for people, tokens and the audit log share."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.errors import NotFound

if TYPE_CHECKING:
    from modelyard.accounts.accounts import Accounts
    from modelyard.accounts.actor import Actor
    from modelyard.accounts.links import Purpose
    from modelyard.accounts.user import User
    from modelyard.wiring import Records, Services


@dataclass(frozen=True)
class Desk:
    """The accounts of a workspace, and who is at the command line."""

    services: "Services"
    records: "Records"
    accounts: "Accounts"
    actor: "Actor"

    def get_user(self, email: str) -> "User":
        """Give the person with this address; raises NotFound with what may be meant."""
        from difflib import get_close_matches

        users = self.accounts.users
        user = users.find_by_email(email)
        if user is not None:
            return user
        known = [one.email for one in users.list_users()]
        near = get_close_matches(email.strip().lower(), known, 1)
        listing = f"See modelyard users list -w {self.folder}"
        cure = f"Did you mean '{near[0]}'?" if near else listing
        raise NotFound(f"user '{email}'", "is not here.", cure)

    def link(self, purpose: "Purpose", email: str, role: str) -> str:
        """Make a one-time link and give its whole address."""
        from modelyard.accounts.links import PATHS

        secret = self.accounts.links.create(purpose, email, role, by=self.actor)
        return self.address + PATHS[purpose] + secret

    @property
    def folder(self) -> str:
        """The folder of the workspace as a word of a command."""
        from modelyard.workspace.shown import shown_folder

        return shown_folder(self.services.workspace.root)

    @property
    def is_of_nothing(self) -> bool:
        """Whether the folder has neither a modelyard.toml nor tables: perhaps it is a wrong one."""
        return not self.services.workspace.has_file and not len(self.services.datasets)

    def say_for_whom_links_are(self) -> None:
        """Say on standard error how links get another address, where nobody has said it."""
        if not self.services.settings.public_url:
            say_aside(
                f"It leads to {self.address}. Where people type another address, or serve listens "
                "on another port, set MODELYARD_PUBLIC_URL or MODELYARD_PORT for this command too."
            )

    @property
    def address(self) -> str:
        """Where people reach the service, as far as the settings tell."""
        from modelyard.cli.address import url_of

        settings = self.services.settings
        return settings.public_url or url_of(settings.host, settings.port)


@contextmanager
def open_desk(workspace: Path | None) -> Iterator[Desk]:
    """Open the accounts of a workspace, with the database in its newest shape."""
    from modelyard import wiring
    from modelyard.accounts.actor import command_line
    from modelyard.db.migrate import migrate

    services = wiring.open_folder(workspace)
    records = wiring.open_records(services)
    try:
        migrate(records.database)
        yield Desk(services, records, records.accounts, command_line(_login()))
    finally:
        records.database.close()


def read_password(from_stdin: bool, email: str) -> str:
    """Read a password: a line of standard input, or typed twice.

    Raises Invalid for one that is too easy to guess.
    """
    from modelyard.accounts.passwords import require_good

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = str(
            click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        )
    require_good(password, email)
    return password


def say_aside(text: str) -> None:
    """Say something that is not the answer, on standard error."""
    from modelyard.cli.clean import clean_line

    click.echo(clean_line(text), err=True)


def _login() -> str:
    """Give the name of the user of this process, as the system knows it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
