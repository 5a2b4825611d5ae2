"""Forms that show a secret: sent again, as by loading the page again, they make nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from modelyard.accounts.throttle import Limit, bucket_of
from modelyard.errors import Conflict, ModelyardError, Throttled
from modelyard.web import guard
from modelyard.web.live import live

WINDOW_S = 7 * 86_400


@contextmanager
def once() -> Iterator[None]:
    """Do what the form of this request asks, the first time that it comes with its key.

    Raises Conflict where it was done already. A form with a fault may be sent again.
    """
    key = request.form.get("key", "")[:64]
    if not key:
        yield
        return
    throttle = live().records.accounts.throttle
    limits = [Limit(bucket_of("form", guard.asker().user_id, key), 1, WINDOW_S)]
    try:
        throttle.take(limits)
    except Throttled:
        raise Conflict(
            "form", "it was made already, and was shown once.", "Send the form anew for another."
        ) from None
    try:
        yield
    except ModelyardError:
        with throttle.database.transaction() as connection:
            throttle.give_back(connection, limits)
        raise
