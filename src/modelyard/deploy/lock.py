"""Two people who deploy at once: the second is told who is the first."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from modelyard.deploy.cloud import Cloud
from modelyard.deploy.target import Lock
from modelyard.errors import Conflict, NotFound


def lock_text(who: str, name: str, at: datetime | None = None) -> str:
    """Give what is written into a lock."""
    since = (at or datetime.now(UTC)).replace(microsecond=0).isoformat()
    return json.dumps({"who": who, "since": since, "deployment": name})


@contextmanager
def held(cloud: Cloud, lock: Lock, break_lock: bool = False) -> Iterator[None]:
    """Hold a lock meanwhile, and let it go whatever happens.

    Raises Conflict, saying who holds it since when. `break_lock` takes it from them.
    """
    if break_lock and cloud.ask(lock.holder.argv) is not None:
        cloud.do(lock.release, {})
    try:
        cloud.do(lock.take, {})
    except Conflict:
        raise _held_by(cloud.ask(lock.holder.argv)) from None
    try:
        yield
    finally:
        with suppress(NotFound):  # somebody was faster
            if cloud.ask(lock.holder.argv) is not None:  # else it went with all that was removed
                cloud.do(lock.release, {})


def _held_by(found: Any) -> Conflict:
    told = found if isinstance(found, dict) else {}
    who, since = told.get("who", "somebody"), told.get("since", "a while ago")
    return Conflict(
        "deploy",
        f"{who} deploys since {since}.",
        "Wait until they are done. If that was broken off, take it over: --break-lock",
    )
