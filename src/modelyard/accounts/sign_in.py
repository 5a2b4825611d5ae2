"""Signing in with a password."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Connection, select, update

from modelyard.accounts.actor import Actor
from modelyard.accounts.ground import Ground
from modelyard.accounts.passwords import MOST_BYTES
from modelyard.accounts.tables import USERS
from modelyard.accounts.throttle import DAY_S, HOUR_S, MINUTE_S, Limit, bucket_of
from modelyard.accounts.user import User, clean_email, user_of
from modelyard.errors import Denied, Invalid, Throttled

KNOWN_S = 90 * DAY_S
"""How long an address counts as one from which a person has signed in."""


@dataclass(frozen=True)
class SignIn:
    """Looks at an address and a password, with as much work whatever the outcome."""

    ground: Ground

    def check(self, email: str, password: str, address: str) -> User:
        """Give the person; see `Users.check_password`."""
        account, network = _account_of(email), network_of(address)
        mark = bucket_of("known", account, network)
        is_known = self.ground.throttle.is_marked(mark)
        limits = limits_of(account, network, is_known)
        self.ground.throttle.take(limits)
        row = self._find(account)
        try:
            is_right = self._matches(row, password, is_known)
        except Throttled:
            self._give_back(limits)
            raise
        if row is None or not is_right or not row.is_active:
            self._note_refusal(account, address, row, is_right)
            raise refusal()
        outdated = self.ground.passwords.is_outdated(row.password_hash)
        fresh = self.ground.passwords.hash(password) if outdated else ""
        with self.ground.database.transaction() as connection:
            user = self._let_in(connection, row, fresh, address)
            self.ground.throttle.mark(connection, mark, KNOWN_S)
            self.ground.throttle.give_back(connection, limits)
        return user

    def _find(self, account: str) -> Any:
        with self.ground.database.reading() as connection:
            return connection.execute(select(USERS).where(USERS.c.email == account)).first()

    def _matches(self, row: Any, password: str, is_known: bool) -> bool:
        if len(password) > MOST_BYTES:
            return False
        kept = row.password_hash if row else ""
        return self.ground.passwords.matches(kept, password, is_stranger=not is_known)

    def _give_back(self, limits: list[Limit]) -> None:
        with self.ground.database.transaction() as connection:
            self.ground.throttle.give_back(connection, limits)

    def _let_in(self, connection: Connection, row: Any, fresh: str, address: str) -> User:
        """Look once more, in the transaction: the account may have changed in the meantime."""
        question = select(USERS).where(USERS.c.id == row.id).with_for_update()
        now = connection.execute(question).first()
        if now is None or not now.is_active or now.password_hash != row.password_hash:
            raise refusal()
        values: dict[str, Any] = {"last_seen_at": self.ground.clock()}
        if fresh:
            values["password_hash"] = fresh
        connection.execute(update(USERS).where(USERS.c.id == row.id).values(values))
        user = user_of(now)
        who = user.as_actor(address=address)
        self.ground.audit.note(connection, who, "sign-in", user.email, {"with": "password"})
        return user

    def _note_refusal(self, account: str, address: str, row: Any, is_right: bool) -> None:
        reason = "unknown account" if row is None else "wrong password"
        if is_right:
            reason = "disabled account"
        who = Actor(kind="anonymous", address=address)
        self.ground.audit.record(who, "sign-in.refused", account, {"reason": reason})


def refusal() -> Denied:
    """Say no in the one way that tells nothing about the account."""
    return Denied("sign-in", "the e-mail address or the password is not right.")


def limits_of(account: str, network: str, is_known: bool) -> list[Limit]:
    """Give what an attempt counts against.

    From where a person has signed in before, others' attempts do not count: nobody is locked out
    by somebody elsewhere. From elsewhere one network may try 20 times an hour for an account, all
    together 100 times, and one network 30 times a minute for all accounts. What is refused is not
    counted, so that attempts against one account never use up what others at that address have.
    """
    limits = [
        Limit(bucket_of("pair-minute", account, network), 5, MINUTE_S),
        Limit(bucket_of("pair-hour", account, network), 20, HOUR_S),
    ]
    if not is_known:
        limits += [
            Limit(bucket_of("network", network), 30, MINUTE_S),
            Limit(bucket_of("account", account), 100, HOUR_S),
        ]
    return limits


def network_of(address: str) -> str:
    """Give what one subscriber has: the address, or the /64 network of IPv6."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def _account_of(email: str) -> str:
    """Give the address as it is kept; what is none (a password, by mistake) is written nowhere."""
    try:
        return clean_email(email)
    except Invalid:
        return ""
