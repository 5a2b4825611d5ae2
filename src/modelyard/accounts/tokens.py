"""API tokens: shown once, kept as a digest, never more than their person may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, cast

from sqlalchemy import Select, insert, select, update

from modelyard.accounts.actor import SCOPES, SCOPES_OF, Actor, Scope
from modelyard.accounts.footprints import EVERY
from modelyard.accounts.ground import Ground
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.resource import Resource
from modelyard.accounts.secret_text import digest_of, new_id, new_secret
from modelyard.accounts.sharing import require_keepable
from modelyard.accounts.tables import TOKENS, USERS
from modelyard.accounts.user import User
from modelyard.errors import Denied, Invalid, NotFound, SignInNeeded

PREFIX = "myd_"
"""By which scanners for leaked secrets recognise them."""
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, without its secret."""

    id: str
    name: str
    hint: str
    """How its secret begins, after the prefix."""
    scopes: tuple[Scope, ...]
    only: Resource | None
    """The one resource that it is for; None for all that its person may see."""
    user_id: str
    user_email: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state_at(self, now: datetime) -> str:
        """Say whether it is `revoked`, `expired` or `active`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "active"


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
        title, now = clean_text(name, LONGEST_NAME), self.ground.clock()
        if not title:
            raise Invalid("name", "is missing.", "Say what the token is for.")
        if only is not None:
            require_keepable(only)
        if expires_at is not None and expires_at <= now:
            raise Invalid("expires_at", "is over already.")
        secret = new_secret(PREFIX)
        values = {
            "id": new_id(),
            "hash": digest_of(secret),
            "user_id": user.id,
            "name": title,
            "hint": secret[len(PREFIX) : len(PREFIX) + 4],
            "scopes": list(wanted),
            "resource_kind": only.kind if only else "",
            "resource_name": only.name if only else "",
            "created_at": now,
            "expires_at": expires_at,
        }
        with self.ground.change() as connection:
            row = connection.execute(
                select(USERS).where(USERS.c.id == user.id).with_for_update()
            ).first()
            _require_within_role(row, wanted)
            connection.execute(insert(TOKENS).values(values))
            detail = {
                "name": title,
                "scopes": list(wanted),
                "only": str(only) if only else "",
                "expires_at": expires_at.isoformat() if expires_at else "never",
                "token": values["id"],
            }
            self.ground.audit.note(connection, by, "token.create", user.email, detail)
        return self.get_token(str(values["id"])), secret

    def get_token(self, id: str) -> Token:
        """Give a token; raises NotFound."""
        question = _tokens().where(TOKENS.c.id == id)
        with self.ground.database.reading() as connection:
            row = connection.execute(question).first() if is_keepable(id, 32) else None
        if row is None:
            raise NotFound(f"token '{clean_text(id, 40)}'", "is not here.")
        return _token_of(row)

    def list_tokens(self, user_id: str | None = None) -> list[Token]:
        """List tokens, newest first: of one person, or of all."""
        question = _tokens().order_by(TOKENS.c.created_at.desc(), TOKENS.c.id)
        if user_id is not None:
            question = question.where(TOKENS.c.user_id == user_id)
        with self.ground.database.reading() as connection:
            return [_token_of(row) for row in connection.execute(question)]

    def revoke(self, id: str, *, by: Actor) -> Token:
        """Make a token useless, for good; one's own, or anybody's for those who manage people.

        Raises NotFound where there is none that one may revoke.
        """
        token = self.get_token(id)
        is_own = bool(by.user_id) and by.user_id == token.user_id and by.only is None
        if not is_own and ("admin" not in by.scopes or by.only is not None):
            raise NotFound(f"token '{clean_text(id, 40)}'", "is not here.")
        with self.ground.change() as connection:
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
            row = connection.execute(_tokens().where(TOKENS.c.hash == hashed)).first()
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
            only=_only_of(row),
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


def _require_own(user: User, wanted: tuple[Scope, ...], only: Resource | None, by: Actor) -> None:
    """Raise Denied for a token in another's name, or one that may more than the present one."""
    if by.kind == "laptop":
        return
    if by.user_id != user.id:
        raise Denied("token", "is made by its person alone.")
    if by.kind == "token" and not (set(wanted) <= by.scopes and by.only in {None, only}):
        raise Denied("token", "cannot make one that may do more than itself.")


def _require_within_role(row: Any, wanted: tuple[Scope, ...]) -> None:
    if row is None or not row.is_active:
        raise Denied("token", "is of a person whose account is disabled.")
    beyond = [scope for scope in wanted if scope not in SCOPES_OF[row.role]]
    if beyond:
        raise Denied("scopes", f"the role '{row.role}' does not include '{beyond[0]}'.")


def _refused(why: str) -> SignInNeeded:
    return SignInNeeded("token", why, "Make another on the page Tokens of your account.")


def _tokens() -> Select[Any]:
    people = (USERS.c.email, USERS.c.name.label("user_name"), USERS.c.role, USERS.c.is_active)
    return select(TOKENS, *people).join(USERS, USERS.c.id == TOKENS.c.user_id)


def _only_of(row: Any) -> Resource | None:
    return Resource(row.resource_kind, row.resource_name) if row.resource_kind else None


def _token_of(row: Any) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=cast("tuple[Scope, ...]", tuple(row.scopes)),
        only=_only_of(row),
        user_id=row.user_id,
        user_email=row.email,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
