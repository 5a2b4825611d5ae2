"""`modelyard tokens`: what programs sign in with."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.accounts import open_desk, say_aside
from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.accounts.resource import Resource
    from modelyard.accounts.tokens import Token
    from modelyard.cli.accounts import Desk
    from modelyard.settings.quota import Quota

LONGEST_DAYS = 3650


@click.group()
def tokens() -> None:
    """Make, list, bound and revoke the tokens of programs."""


@tokens.command()
@click.option("--user", "email", required=True, metavar="EMAIL", help="Whose token it is.")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["read", "run", "write", "admin"]),
    help="What it may do; may be repeated.",
)
@click.option("--only", metavar="KIND/NAME", help="One resource, such as dataset/flights.")
@click.option(
    "--expires",
    default="90d",
    show_default=True,
    metavar="WHEN",
    help="30d, the last day 2027-01-31, or never.",
)
@click.option("--quota", metavar="N/SPAN", help="How often it may ask: 600/minute, 100000/day.")
@workspace_option
def create(email: str, workspace: Path | None, **options: Any) -> None:
    """Make a token and print it, once.

    It never may more than its person: their role and what is shared with them decide too.
    """
    expires_at = expiry_of(options["expires"], datetime.now(UTC))
    with open_desk(workspace) as desk:
        token, secret = desk.accounts.tokens.create(
            desk.get_user(email),
            options["name"],
            options["scopes"],
            only=_resource(desk, options["only"]),
            expires_at=expires_at,
            quota=_quota(options["quota"]),
            by=desk.actor,
        )
        address = desk.address
    until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "without an end"
    say_aside(f"Token {token.id} of {token.user_email}, {until}. It is not shown again:")
    click.echo(secret)
    say_aside(f'Try it: curl -H "Authorization: Bearer $TOKEN" {address}/api/v1/datasets')


@tokens.command("list")
@click.option("--user", "email", metavar="EMAIL", help="Those of one person.")
@workspace_option
@json_option
def list_tokens(email: str | None, workspace: Path | None, as_json: bool) -> None:
    """List tokens: whose they are, what they may, when they were last used."""
    with open_desk(workspace) as desk:
        user_id = desk.get_user(email).id if email else None
        found = desk.accounts.tokens.list_tokens(user_id)
    if as_json:
        print_json({"tokens": [_content(token) for token in found]})
        return
    from modelyard.cli.screen.accounts import show_tokens
    from modelyard.cli.screen.console import open_console

    show_tokens(open_console(), found)


@tokens.command()
@click.argument("token_id", metavar="ID")
@click.argument("requests", metavar="N/SPAN")
@workspace_option
def quota(token_id: str, requests: str, workspace: Path | None) -> None:
    """Change how often a token may ask: 600/minute, 20000/hour, 100000/day, or none.

    What is asked beyond it is answered 429, until the next minute, hour or day begins.
    """
    wanted = None if requests == "none" else _quota(requests)
    with open_desk(workspace) as desk:
        token = desk.accounts.tokens.set_quota(token_id, wanted, by=desk.actor)
        usual = desk.services.settings.token_quota
    now = token.quota or usual
    until = f"may ask {now}" if now else "may ask as often as it likes"
    click.echo(f"Token {token.id} ({token.name}) of {token.user_email} {until}.")


@tokens.command()
@click.argument("token_id", metavar="ID")
@workspace_option
def revoke(token_id: str, workspace: Path | None) -> None:
    """Make a token useless, for good."""
    with open_desk(workspace) as desk:
        token = desk.accounts.tokens.revoke(token_id, by=desk.actor)
    click.echo(f"Token {token.id} ({token.name}) of {token.user_email} is revoked.")


def expiry_of(text: str, now: datetime) -> datetime | None:
    """Read when a token ends: `30d`, the last day it is good for (UTC), or `never`.

    Raises Invalid for anything else.
    """
    if text == "never":
        return None
    if text.endswith("d") and text[:-1].isascii() and text[:-1].isdigit():
        days = int(text[:-1][:6])
        if 1 <= days <= LONGEST_DAYS:
            return now + timedelta(days=days)
    else:
        try:
            last = date.fromisoformat(text)
            return datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
        except (ValueError, OverflowError):
            pass
    known = f"Write 1d to {LONGEST_DAYS}d, a day such as 2027-01-31, or never."
    raise Invalid("--expires", f"'{text[:40]}' is not understood.", known)


def _quota(text: str | None) -> "Quota | None":
    """Read a quota; raises Invalid."""
    from modelyard.settings.quota import read_quota

    return None if text is None else read_quota("--quota", text)


def _resource(desk: "Desk", text: str | None) -> "Resource | None":
    """Read the one resource of a token; raises NotFound where there is none of that name."""
    from modelyard.accounts.resource import Resource

    if text is None:
        return None
    kind, _, name = text.partition("/")
    if kind != "dataset" or not name:
        raise Invalid("--only", f"'{text[:80]}' is not known.", "Write it as dataset/NAME.")
    return Resource(kind, desk.services.datasets.get_dataset(name).name)


def _content(token: "Token") -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "user": token.user_email,
        "scopes": list(token.scopes),
        "only": str(token.only) if token.only else None,
        "state": token.state_at(datetime.now(UTC)),
        "created_at": token.created_at,
        "quota": str(token.quota) if token.quota else None,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
