"""People, tokens and deeds as tables."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import NOTHING
from modelyard.cli.screen.table import Column, say_left_out, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.accounts.audit import Entry
    from modelyard.accounts.pending import Invitation
    from modelyard.accounts.tokens import Token
    from modelyard.accounts.user import User


def show_users(console: "Console", users: Sequence["User"], folder: str) -> None:
    """Write who has an account."""
    if not users:
        say(console, f"Nobody yet. The first: modelyard users add you@example.com -w {folder}")
        return
    with_password = {True: "password", False: "single sign-on"}
    table = [
        Column("email", tuple(user.email for user in users), style="cyan", most=60, least=20),
        Column("role", tuple(user.role for user in users)),
        Column("state", tuple("active" if user.is_active else "disabled" for user in users)),
        Column("last seen", tuple(moment_text(user.last_seen_at) for user in users), rank=1),
        Column("name", tuple(user.name for user in users), rank=2, least=8),
        Column("signs in by", tuple(with_password[user.has_password] for user in users), rank=3),
        Column("added", tuple(moment_text(user.created_at) for user in users), rank=4),
    ]
    say_left_out(console, show_table(console, table))


def show_invitations(console: "Console", invited: Sequence["Invitation"]) -> None:
    """Write who is invited and has no account yet; nothing where nobody is."""
    if not invited:
        return
    say(console, "Invited, and not here yet:")
    table = [
        Column("email", tuple(one.email or "anybody" for one in invited), style="cyan", most=60),
        Column("role", tuple(one.role for one in invited)),
        Column("until", tuple(moment_text(one.expires_at) for one in invited)),
    ]
    say_left_out(console, show_table(console, table))


def show_tokens(console: "Console", tokens: Sequence["Token"]) -> None:
    """Write the tokens there are."""
    if not tokens:
        say(console, "No tokens. One is made with modelyard tokens create.")
        return
    now = datetime.now(UTC)
    only = (str(token.only) if token.only else "everything" for token in tokens)
    expires = (moment_text(token.expires_at, "never") for token in tokens)
    table = [
        Column("id", tuple(token.id for token in tokens), style="cyan"),
        Column("name", tuple(token.name for token in tokens), least=8),
        Column("user", tuple(token.user_email for token in tokens), least=12),
        Column("state", tuple(token.state_at(now) for token in tokens)),
        Column("scopes", tuple(" ".join(token.scopes) for token in tokens), rank=1),
        Column("only", tuple(only), rank=2, least=10),
        Column("expires", tuple(expires), rank=3),
        Column("quota", tuple(str(token.quota or NOTHING) for token in tokens), rank=4),
        Column("last used", tuple(moment_text(token.last_used_at) for token in tokens), rank=4),
        Column("begins", tuple(f"myd_{token.hint}" for token in tokens), rank=5),
    ]
    say_left_out(console, show_table(console, table))


def show_entries(console: "Console", entries: Sequence["Entry"], is_filtered: bool) -> None:
    """Write entries of the audit log."""
    if not entries:
        say(console, "No entry matches." if is_filtered else "Nothing was done yet.")
        return
    details = (
        json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "" for entry in entries
    )
    table = [
        Column("when (UTC)", tuple(f"{entry.at:%Y-%m-%d %H:%M:%S}" for entry in entries)),
        Column("who", tuple(entry.actor for entry in entries), style="cyan", least=16),
        Column("did", tuple(entry.action for entry in entries)),
        Column("to", tuple(entry.subject for entry in entries), least=12),
        Column("how", tuple(entry.via for entry in entries), rank=3, least=10),
        Column("from", tuple(entry.address for entry in entries), rank=2),
        Column("detail", tuple(details), rank=1, most=80, least=20),
    ]
    say_left_out(console, show_table(console, table))


def moment_text(moment: datetime | None, nothing: str = NOTHING) -> str:
    """Write a time to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else nothing
