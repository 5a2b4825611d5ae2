"""`If-Match` and `If-None-Match` of a request that changes something one has seen before."""

from collections.abc import Callable

from flask import request


def expected_tag() -> Callable[[str], bool] | None:
    """Give what tells whether the thing is still as the caller saw it; None where they do not care.

    It takes the present tag, which is empty for what is not there.
    """
    match, none_match = request.if_match, request.if_none_match
    if not match and not none_match:
        return None

    def is_as_seen(tag: str) -> bool:
        if match and (not tag or tag not in match):
            return False
        return not none_match or not tag or tag not in none_match

    return is_as_seen
