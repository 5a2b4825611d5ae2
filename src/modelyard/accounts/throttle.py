"""How often something may be tried: counted in the database, so in all processes together."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from modelyard.accounts.tables import ATTEMPTS
from modelyard.db import Database
from modelyard.errors import Throttled

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400


@dataclass(frozen=True)
class Limit:
    """So many attempts in each span of time."""

    bucket: str
    most: int
    window_s: int


def bucket_of(purpose: str, *parts: str) -> str:
    """Name a bucket; whose it is cannot be read from the name."""
    text = "\n".join(parts).encode("utf-8", "surrogatepass")
    return f"{purpose}:{hashlib.sha256(text).hexdigest()[:40]}"


@dataclass(frozen=True)
class Throttle:
    """Counts attempts by bucket and span of time; past spans are removed on the way."""

    database: Database
    clock: Callable[[], datetime]
    _swept: dict[str, int] = field(default_factory=dict)

    def take(self, limits: Sequence[Limit]) -> None:
        """Count one attempt in every bucket, before it is made, so that many at once count too.

        Raises Throttled, and counts in none, where one of them is full.
        """
        for limit in limits:
            self.refuse_if_full(limit.bucket, limit.most, limit.window_s)
        with self.database.transaction() as connection:
            for limit in sorted(limits, key=lambda limit: limit.bucket):
                if self._count(connection, limit.bucket, limit.window_s) > limit.most:
                    raise self._full(limit.window_s)
        self._sweep()

    def give_back(self, connection: Connection, limits: Sequence[Limit]) -> None:
        """Count one attempt less: it was a good one."""
        for limit in sorted(limits, key=lambda limit: limit.bucket):
            connection.execute(
                update(ATTEMPTS)
                .where(
                    ATTEMPTS.c.bucket == limit.bucket,
                    ATTEMPTS.c.window == self.end_of(limit.window_s),
                    ATTEMPTS.c.count > 0,
                )
                .values(count=ATTEMPTS.c.count - 1)
            )

    def refuse_if_full(self, bucket: str, most: int, window_s: int) -> None:
        """Raise Throttled where `most` attempts were counted; counts nothing itself."""
        question = select(ATTEMPTS.c.count).where(
            ATTEMPTS.c.bucket == bucket, ATTEMPTS.c.window == self.end_of(window_s)
        )
        with self.database.reading() as connection:
            counted = connection.execute(question).scalar() or 0
        if counted >= most:
            raise self._full(window_s)

    def count(self, bucket: str, window_s: int, many: int = 1) -> int:
        """Count attempts and give how many there were in this span of time."""
        self._sweep()
        with self.database.transaction() as connection:
            return self._count(connection, bucket, window_s, many)

    def mark(self, connection: Connection, bucket: str, lives_s: int) -> None:
        """Remember something for at least `lives_s` seconds."""
        end = self.end_of(DAY_S) + lives_s
        older = (ATTEMPTS.c.bucket == bucket) & (ATTEMPTS.c.window < end)
        connection.execute(delete(ATTEMPTS).where(older))
        self._upsert(connection, bucket, end)

    def is_marked(self, bucket: str) -> bool:
        """Whether something is remembered."""
        question = select(ATTEMPTS.c.count).where(
            ATTEMPTS.c.bucket == bucket, ATTEMPTS.c.window > self._now()
        )
        with self.database.reading() as connection:
            return connection.execute(question.limit(1)).first() is not None

    def _count(self, connection: Connection, bucket: str, window_s: int, many: int = 1) -> int:
        return self._upsert(connection, bucket, self.end_of(window_s), many)

    def _upsert(self, connection: Connection, bucket: str, end: int, many: int = 1) -> int:
        added = self.database.insert(ATTEMPTS).values(bucket=bucket, window=end, count=many)
        more = added.on_conflict_do_update(
            index_elements=["bucket", "window"], set_={"count": ATTEMPTS.c.count + many}
        )
        counted = connection.execute(more.returning(ATTEMPTS.c.count)).scalar_one()
        return int(counted)

    def _sweep(self) -> None:
        """Remove the past, at most once a minute in this process."""
        now = self._now()
        if now // MINUTE_S == self._swept.get("minute"):
            return
        self._swept["minute"] = now // MINUTE_S
        with self.database.transaction() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.window <= now))

    def _full(self, window_s: int) -> Throttled:
        wait_s = self.end_of(window_s) - self.clock().timestamp()
        return Throttled(
            "sign-in",
            "too many attempts.",
            f"Wait {_span(wait_s)}, then try again.",
            wait_s=max(1.0, wait_s),
        )

    def _now(self) -> int:
        return int(self.clock().timestamp())

    def end_of(self, window_s: int) -> int:
        """Give the end of the present span, in seconds since 1970."""
        return (self._now() // window_s + 1) * window_s


def _span(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return f"{whole} second{'s' if whole != 1 else ''}"
    return f"{round(whole / 60)} minutes"
