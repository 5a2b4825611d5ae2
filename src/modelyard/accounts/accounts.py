"""Accounts: people, how they prove who they are, what they may see, and what they did."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from modelyard.accounts.audit import AuditLog
from modelyard.accounts.footprints import Footprints
from modelyard.accounts.ground import Ground
from modelyard.accounts.kept_secrets import KeptSecrets
from modelyard.accounts.links import Links
from modelyard.accounts.memory import Memory
from modelyard.accounts.passwords import Hasher, Passwords
from modelyard.accounts.pending import Pending
from modelyard.accounts.quotas import Quotas
from modelyard.accounts.sessions import Sessions
from modelyard.accounts.sharing import SharingTable
from modelyard.accounts.throttle import Throttle
from modelyard.accounts.tokens import Tokens
from modelyard.accounts.users import Users
from modelyard.db import Database
from modelyard.settings.quota import Quota


@dataclass(frozen=True)
class Accounts:
    """The parts of the accounts, on one database."""

    users: Users
    sessions: Sessions
    tokens: Tokens
    links: Links
    invitations: Pending
    sharing: SharingTable
    audit: AuditLog
    throttle: Throttle
    secrets: KeptSecrets
    footprints: Footprints


def now() -> datetime:
    """Give the time, aware and in UTC."""
    return datetime.now(UTC)


def open_accounts(
    database: Database,
    clock: Callable[[], datetime] = now,
    *,
    ticks: Callable[[], float] = time.monotonic,
    hasher: Hasher | None = None,
    token_quota: Quota | None = None,
) -> Accounts:
    """Join the parts; nothing is asked of the database yet.

    `ticks` is the clock, in seconds, of what is remembered for a second; `hasher` takes the place
    of Argon2id; `token_quota` is the quota of tokens that have none of their own.
    """
    audit, throttle = AuditLog(database, clock), Throttle(database, clock)
    footprints = Footprints(database)
    ground = Ground(
        database=database,
        clock=clock,
        memory=Memory(ticks=ticks),
        audit=audit,
        passwords=Passwords(hasher),
        throttle=throttle,
        footprints=footprints,
    )
    return Accounts(
        users=Users(ground),
        sessions=Sessions(ground),
        tokens=Tokens(ground, Quotas(throttle, token_quota)),
        links=Links(ground),
        invitations=Pending(ground),
        sharing=SharingTable(ground),
        audit=audit,
        throttle=throttle,
        secrets=KeptSecrets(database),
        footprints=footprints,
    )
