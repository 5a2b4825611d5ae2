"""`modelyard users`: who has an account, and what they may."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.accounts import open_desk, read_password, say_aside
from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option
from modelyard.errors import Conflict

if TYPE_CHECKING:
    from modelyard.accounts.user import User
    from modelyard.cli.accounts import Desk

ROLE = click.Choice(["owner", "analyst", "viewer"])
PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def users() -> None:
    """Add people, change their roles, shut them out."""


@users.command()
@click.argument("email")
@click.option("--role", type=ROLE, help="What they may.  [default: viewer; owner for the first]")
@click.option("--name", default="", help="What pages call them.")
@click.option("--invite", is_flag=True, help="Print a link with which they set their password.")
@PASSWORD_STDIN
@workspace_option
def add(email: str, workspace: Path | None, **options: Any) -> None:
    """Add a person.

    The password is asked for twice. With --invite a link is printed instead: it works once,
    within 7 days, for this address.
    """
    from modelyard.accounts.user import clean_email

    if options["invite"] and options["password_stdin"]:
        raise click.UsageError("--invite and --password-stdin exclude each other.")
    address = clean_email(email)
    with open_desk(workspace) as desk:
        _warn_of_nothing(desk)
        role = _role(desk, options["role"], address)
        if desk.accounts.users.find_by_email(address) is not None:
            raise Conflict("email", f"{address} has an account already.")
        if options["invite"]:
            link = desk.link("invite", address, role)
            say_aside(
                f"With this link {address} becomes {role} of {desk.folder}, once, within 7 days:"
            )
            click.echo(link)
            desk.say_for_whom_links_are()
            return
        password = read_password(options["password_stdin"], address)
        user = desk.accounts.users.add(
            address, role, by=desk.actor, password=password, name=options["name"]
        )
        click.echo(f"Added {user.email} as {user.role} to {desk.folder}.")


@users.command("list")
@workspace_option
@json_option
def list_users(workspace: Path | None, as_json: bool) -> None:
    """List everybody who has an account, and who is invited."""
    with open_desk(workspace) as desk:
        found, folder = desk.accounts.users.list_users(), desk.folder
        invited = desk.accounts.invitations.list_open()
    if as_json:
        content = {"users": [_content(user) for user in found]}
        print_json(content | {"invitations": [asdict(one) for one in invited]})
        return
    from modelyard.cli.screen.accounts import show_invitations, show_users
    from modelyard.cli.screen.console import open_console

    show_users(open_console(), found, folder)
    show_invitations(open_console(), invited)


@users.command()
@click.argument("email")
@workspace_option
def withdraw(email: str, workspace: Path | None) -> None:
    """Make an invitation useless that was not used yet."""
    with open_desk(workspace) as desk:
        desk.accounts.invitations.withdraw(email, by=desk.actor)
    click.echo(f"The invitation of {email.strip().lower()} is withdrawn.")


@users.command()
@click.argument("email")
@workspace_option
def disable(email: str, workspace: Path | None) -> None:
    """Shut a person out at once: their sessions end, their tokens are refused."""
    with open_desk(workspace) as desk:
        user = desk.accounts.users.disable(desk.get_user(email).id, by=desk.actor)
    click.echo(f"{user.email} is disabled.")


@users.command()
@click.argument("email")
@workspace_option
def enable(email: str, workspace: Path | None) -> None:
    """Let a person in again."""
    with open_desk(workspace) as desk:
        user = desk.accounts.users.enable(desk.get_user(email).id, by=desk.actor)
    click.echo(f"{user.email} may sign in again.")


@users.command("role")
@click.argument("email")
@click.argument("role", type=ROLE)
@workspace_option
def set_role(email: str, role: str, workspace: Path | None) -> None:
    """Give a person another role; it counts at once, for their tokens too."""
    with open_desk(workspace) as desk:
        user = desk.accounts.users.set_role(desk.get_user(email).id, role, by=desk.actor)
    click.echo(f"{user.email} is {user.role} now.")


@users.command()
@click.argument("email")
@PASSWORD_STDIN
@workspace_option
def reset(email: str, password_stdin: bool, workspace: Path | None) -> None:
    """Print a link with which a person sets a new password.

    It works once, within a day. With --password-stdin the password is set here instead, and all
    their sessions end.
    """
    with open_desk(workspace) as desk:
        user = desk.get_user(email)
        if not password_stdin:
            if not user.is_active:
                cure = f"First: modelyard users enable {user.email} -w {desk.folder}"
                raise Conflict(user.email, "is disabled: the link would not work.", cure)
            link = desk.link("reset", user.email, user.role)
            say_aside(f"With this link {user.email} sets a new password, once, within a day:")
            click.echo(link)
            desk.say_for_whom_links_are()
            return
        password = read_password(True, user.email)
        desk.accounts.users.set_password(user.id, password, by=desk.actor)
        click.echo(f"{user.email} has a new password, and is signed out everywhere.")


def _warn_of_nothing(desk: "Desk") -> None:
    if desk.is_of_nothing:
        say_aside(
            f"Warning: {desk.folder} has neither a modelyard.toml nor tables. "
            "Another workspace is named with -w FOLDER."
        )


def _role(desk: "Desk", asked: str | None, address: str) -> str:
    """Choose the role; the first person must be an owner, or nobody could manage the service."""
    if desk.accounts.users.has_any():
        return asked or "viewer"
    if asked == "owner":
        return asked
    awaited = _awaited_owner(desk)
    if awaited and awaited != address:
        raise Conflict(
            "role",
            f"{awaited} is invited as owner and has not used the link yet; until then only owners "
            "can be added.",
            f"Wait for {awaited}, say --role owner, or take it back: modelyard users withdraw "
            f"{awaited} -w {desk.folder}",
        )
    if asked is not None:
        raise Conflict("role", "the first person is the owner.", "Leave --role out.")
    return "owner"


def _awaited_owner(desk: "Desk") -> str:
    """Give who was invited as owner by name, and is not here yet; empty where nobody was."""
    links = desk.accounts.invitations.list_open()
    return next((one.email for one in links if one.role == "owner" and one.email), "")


def _content(user: "User") -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "active": user.is_active,
        "has_password": user.has_password,
        "created_at": user.created_at,
        "last_seen_at": user.last_seen_at,
    }
