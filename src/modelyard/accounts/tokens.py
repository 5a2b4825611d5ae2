"""API tokens: shown once, kept as a digest, never more than their person may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import insert, update

from modelyard.accounts.actor import SCOPES, SCOPES_OF, Actor, Scope
from modelyard.accounts.footprints import EVERY
from modelyard.accounts.ground import Ground
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.resource import Resource
from modelyard.accounts.secret_text import digest_of, new_id, new_secret
from modelyard.accounts.sharing import require_keepable
from modelyard.accounts.tables import TOKENS
from modelyard.accounts.token import Token, all_tokens, only_of, token_of
from modelyard.accounts.user import User
from modelyard.accounts.user_rows import get_row
from modelyard.errors import Denied, Invalid, NotFound, SignInNeeded

__all__ = ["PREFIX", "Token", "Tokens", "clean_scopes"]

PREFIX = "myd_"
"""By which scanners for leaked secrets recognise them."""
LONGEST_NAME = 100


@dataclass
class Found:
    """A token that holds, as it was a moment ago."""

    actor: Actor
    used_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Tokens:
    """The tokens of all people."""

    ground: Ground

    def create(  # noqa: PLR0913
        self,
        user: User,
        name: str,
        scopes: Iterable[str],
        *,
        only: Resource | None = None,
        expires_at: datetime | None = None,
        by: Actor,
    ) -> tuple[Token, str]:
        """Make a token for a person, and give it with its secret, which cannot be shown again.

        Raises Invalid for a missing name, unknown scopes or a time that is over, and Denied for
        scopes beyond those of the person or of the token with which they ask.
        """
        wanted = clean_scopes(scopes)
        _require_own(user, wanted, only, by)
        _require_possible(only, expires_at, self.ground.clock())
        secret = new_secret(PREFIX)
        values = {
            "id": new_id(),
            "hash": digest_of(secret),
            "user_id": user.id,
            "name": _clean_name(name),
            "hint": secret[len(PREFIX) : len(PREFIX) + 4],
            "scopes": list(wanted),
            "resource_kind": only.kind if only else "",
            "resource_name": only.name if only else "",
            "created_at": self.ground.clock(),
            "expires_at": expires_at,
        }
        with self.ground.change(by) as connection:
            _require_within_role(get_row(connection, user.id, for_update=True), wanted)
            connection.execute(insert(TOKENS).values(values))
            detail = _detail(values, only)
            self.ground.audit.note(connection, by, "token.create", user.email, detail)
        return self.get_token(str(values["id"])), secret

    def get_token(self, id: str) -> Token:
        """Give a token; raises NotFound."""
        question = all_tokens().where(TOKENS.c.id == id)
        with self.ground.database.reading() as connection:
            row = connection.execute(question).first() if is_keepable(id, 32) else None
        if row is None:
            raise NotFound(f"token '{clean_text(id, 40)}'", "is not here.")
        return token_of(row)

    def list_tokens(self, user_id: str | None = None) -> list[Token]:
        """List tokens, newest first: of one person, or of all."""
        question = all_tokens().order_by(TOKENS.c.created_at.desc(), TOKENS.c.id)
        if user_id is not None:
            question = question.where(TOKENS.c.user_id == user_id)
        with self.ground.database.reading() as connection:
            return [token_of(row) for row in connection.execute(question)]

    def revoke(self, id: str, *, by: Actor) -> Token:
        """Make a token useless, for good; one's own, or anybody's for those who manage people.

        Raises NotFound where there is none that one may revoke.
        """
        token = self.get_token(id)
        is_own = bool(by.user_id) and by.user_id == token.user_id and by.only is None
        if not is_own and ("admin" not in by.scopes or by.only is not None):
            raise NotFound(f"token '{clean_text(id, 40)}'", "is not here.")
        with self.ground.change(by) as connection:
            revoked = connection.execute(
                update(TOKENS)
                .where(TOKENS.c.id == id, TOKENS.c.revoked_at.is_(None))
                .values(revoked_at=self.ground.clock())
            )
            if revoked.rowcount:
                detail = {"token": id, "name": token.name}
                self.ground.audit.note(connection, by, "token.revoke", token.user_email, detail)
        return self.get_token(id)

    def find_actor(self, secret: str) -> Actor:
        """Give the person of a token, with what both the token and their role allow.

        Raises SignInNeeded, saying why, for one that is not known, expired or revoked, or whose
        person is disabled. What another process changed is seen after a second.
        """
        hashed = digest_of(secret)
        found = self.ground.memory.recall(("token", hashed), lambda: self._read(hashed))
        now = self.ground.clock()
        if found.expires_at is not None and now >= found.expires_at:
            raise _refused("has expired.")
        if found.used_at is None or now - found.used_at >= EVERY:
            found.used_at = now
            actor = found.actor
            self.ground.footprints.leave("token", actor.credential, actor.user_id, now)
        return found.actor

    def _read(self, hashed: bytes) -> Found:
        with self.ground.database.reading() as connection:
            row = connection.execute(all_tokens().where(TOKENS.c.hash == hashed)).first()
        if row is None:
            raise _refused("is not known.")
        if row.revoked_at is not None:
            raise _refused("was revoked.")
        if not row.is_active:
            raise _refused("is of a person whose account is disabled.")
        actor = Actor(
            kind="token",
            scopes=frozenset(row.scopes) & SCOPES_OF[row.role],
            user_id=row.user_id,
            email=row.email,
            name=row.user_name,
            role=row.role,
            only=only_of(row),
            credential=row.id,
        )
        return Found(actor, row.last_used_at, row.expires_at)


def clean_scopes(scopes: Iterable[str]) -> tuple[Scope, ...]:
    """Give the scopes in their usual order; raises Invalid for none, or unknown ones."""
    given = list(scopes)
    for scope in given:
        if scope not in SCOPES:
            near = get_close_matches(scope, SCOPES, 1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            known = f"{hint}Known: {', '.join(SCOPES)}."
            raise Invalid("scopes", f"'{clean_text(scope, 40)}' is not known.", known)
    if not given:
        raise Invalid("scopes", "are missing.", f"Known: {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in given)


def _clean_name(text: str) -> str:
    name = clean_text(text, LONGEST_NAME)
    if not name:
        raise Invalid("name", "is missing.", "Say what the token is for.")
    return name


def _require_possible(only: Resource | None, expires_at: datetime | None, now: datetime) -> None:
    if only is not None:
        require_keepable(only)
    if expires_at is not None and expires_at <= now:
        raise Invalid("expires_at", "is over already.")


def _detail(values: dict[str, Any], only: Resource | None) -> dict[str, Any]:
    """Give what the audit log says of a token: never its secret, nor what is kept of it."""
    expires_at = values["expires_at"]
    return {
        "name": values["name"],
        "scopes": values["scopes"],
        "only": str(only) if only else "",
        "expires_at": expires_at.isoformat() if expires_at else "never",
        "token": values["id"],
    }


def _require_own(user: User, wanted: tuple[Scope, ...], only: Resource | None, by: Actor) -> None:
    """Raise Denied for a token in another's name, or one that may more than the present one."""
    if by.kind == "laptop":
        return
    if by.user_id != user.id:
        raise Denied("token", "is made by its person alone.")
    if by.kind == "token" and not (set(wanted) <= by.scopes and by.only in {None, only}):
        raise Denied("token", "cannot make one that may do more than itself.")


def _require_within_role(row: Any, wanted: tuple[Scope, ...]) -> None:
    if not row.is_active:
        raise Denied("token", "is of a person whose account is disabled.")
    beyond = [scope for scope in wanted if scope not in SCOPES_OF[row.role]]
    if beyond:
        raise Denied("scopes", f"the role '{row.role}' does not include '{beyond[0]}'.")


def _refused(why: str) -> SignInNeeded:
    return SignInNeeded("token", why, "Make another on the page of your account.")
