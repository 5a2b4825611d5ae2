"""API tokens: shown once, kept as a digest, never more than their person may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update

from modelyard.accounts.actor import SCOPES_OF, Actor
from modelyard.accounts.footprints import EVERY
from modelyard.accounts.ground import Ground
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.quotas import Quotas
from modelyard.accounts.resource import Resource
from modelyard.accounts.secret_text import digest_of, new_id, new_secret
from modelyard.accounts.tables import TOKENS
from modelyard.accounts.token import Token, all_tokens, only_of, quota_of, token_of
from modelyard.accounts.token_rules import (
    clean_name,
    clean_scopes,
    detail_of,
    refused,
    require_own,
    require_possible,
    require_within_role,
)
from modelyard.accounts.user import User
from modelyard.accounts.user_rows import get_row
from modelyard.errors import Denied, NotFound
from modelyard.settings.quota import Quota

__all__ = ["PREFIX", "Token", "Tokens", "clean_scopes"]

PREFIX = "myd_"
"""By which scanners for leaked secrets recognise them."""


@dataclass
class Found:
    """A token that holds, as it was a moment ago."""

    actor: Actor
    used_at: datetime | None
    expires_at: datetime | None
    quota: Quota | None


@dataclass(frozen=True)
class Tokens:
    """The tokens of all people."""

    ground: Ground
    quotas: Quotas

    def create(  # noqa: PLR0913
        self,
        user: User,
        name: str,
        scopes: Iterable[str],
        *,
        only: Resource | None = None,
        expires_at: datetime | None = None,
        quota: Quota | None = None,
        by: Actor,
    ) -> tuple[Token, str]:
        """Make a token for a person, and give it with its secret, which cannot be shown again.

        Raises Invalid for a missing name, unknown scopes or a time that is over, and Denied for
        scopes beyond those of the person or of the token with which they ask, or a quota above
        what the service gives to tokens.
        """
        self._require_unbounded(by)
        self._require_usual(quota, by)
        wanted = clean_scopes(scopes)
        require_own(user, wanted, only, by)
        require_possible(only, expires_at, self.ground.clock())
        secret = new_secret(PREFIX)
        values = {
            "id": new_id(),
            "hash": digest_of(secret),
            "user_id": user.id,
            "name": clean_name(name),
            "hint": secret[len(PREFIX) : len(PREFIX) + 4],
            "scopes": list(wanted),
            "resource_kind": only.kind if only else "",
            "resource_name": only.name if only else "",
            "created_at": self.ground.clock(),
            "expires_at": expires_at,
            "quota": str(quota) if quota else None,
        }
        with self.ground.change(by) as connection:
            require_within_role(get_row(connection, user.id, for_update=True), wanted)
            connection.execute(insert(TOKENS).values(values))
            detail = detail_of(values, only)
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
        token = self._get_changeable(id, by)
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

    def set_quota(self, id: str, quota: Quota | None, *, by: Actor) -> Token:
        """Change how often a token may ask; None takes the bound away.

        Its person may lower it; owners may do anything. Raises NotFound where there is none that
        one may change, and Denied for more than it had.
        """
        self._require_unbounded(by)
        token = self._get_changeable(id, by)
        is_less = quota is not None and (token.quota is None or quota.per_s <= token.quota.per_s)
        if "admin" not in by.scopes and not is_less:
            raise Denied("quota", "is raised by an owner alone.")
        self._require_usual(quota, by)
        with self.ground.change(by) as connection:
            values = {"quota": str(quota) if quota else None}
            connection.execute(update(TOKENS).where(TOKENS.c.id == id).values(values))
            detail = {"token": id, "name": token.name, "quota": str(quota or "none")}
            self.ground.audit.note(connection, by, "token.quota", token.user_email, detail)
        return self.get_token(id)

    def spend(self, secret: str) -> None:
        """Count one request of a token.

        Raises Throttled where its quota is used up, and what `find_actor` raises.
        """
        found = self._found(secret)
        if found.quota is not None or self.quotas.usual is not None:
            self.quotas.take(found.actor.credential, found.quota)

    def find_actor(self, secret: str) -> Actor:
        """Give the person of a token, with what both the token and their role allow.

        Raises SignInNeeded, saying why, for one that is not known, expired or revoked, or whose
        person is disabled. What another process changed is seen after a second.
        """
        found = self._found(secret)
        now = self.ground.clock()
        if found.expires_at is not None and now >= found.expires_at:
            raise refused("has expired.")
        if found.used_at is None or now - found.used_at >= EVERY:
            found.used_at = now
            actor = found.actor
            self.ground.footprints.leave("token", actor.credential, actor.user_id, now)
        return found.actor

    def _found(self, secret: str) -> Found:
        hashed = digest_of(secret)
        return self.ground.memory.recall(("token", hashed), lambda: self._read(hashed))

    def _get_changeable(self, id: str, by: Actor) -> Token:
        """Give a token of one's own, or anybody's for those who manage people."""
        token = self.get_token(id)
        is_own = bool(by.user_id) and by.user_id == token.user_id and by.only is None
        if not is_own and ("admin" not in by.scopes or by.only is not None):
            raise NotFound(f"token '{clean_text(id, 40)}'", "is not here.")
        return token

    def _require_unbounded(self, by: Actor) -> None:
        """Raise Denied for a token with a quota: by other tokens it would ask beyond it."""
        if by.kind == "token" and self.get_token(by.credential).quota is not None:
            raise Denied("token", "has a quota, and so can neither make tokens nor change quotas.")

    def _require_usual(self, quota: Quota | None, by: Actor) -> None:
        """Raise Denied for more than the service gives to tokens, where no owner asks."""
        usual = self.quotas.usual
        if usual is None or quota is None or ("admin" in by.scopes and by.kind != "token"):
            return
        if quota.per_s > usual.per_s:
            raise Denied("quota", f"is more than {usual}, which tokens have here.")

    def _read(self, hashed: bytes) -> Found:
        with self.ground.database.reading() as connection:
            row = connection.execute(all_tokens().where(TOKENS.c.hash == hashed)).first()
        if row is None:
            raise refused("is not known.")
        if row.revoked_at is not None:
            raise refused("was revoked.")
        if not row.is_active:
            raise refused("is of a person whose account is disabled.")
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
        return Found(actor, row.last_used_at, row.expires_at, quota_of(row))
