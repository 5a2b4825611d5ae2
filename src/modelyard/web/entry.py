"""Letting somebody in, and out: the one place where a session begins and ends."""

from flask import Response, request

from modelyard.accounts.user import User
from modelyard.web import cookies
from modelyard.web.live import live
from modelyard.web.pages.page import led_to

LONGEST_AGENT = 300


def let_in(user: User, path: str) -> Response:
    """Begin a session and go on to `path`.

    A new secret is made each time: one that somebody planted in the browser before gives nothing,
    and the session that was there before ends.
    """
    sessions = live().records.accounts.sessions
    _end_present()
    secret = sessions.open(user, agent=request.user_agent.string[:LONGEST_AGENT])
    answer = led_to(path)
    cookies.set_cookie(answer, cookies.SESSION, secret)
    return answer


def let_out() -> Response:
    """End the session, and have the browser forget its cookie."""
    _end_present()
    answer = led_to("/sign-in")
    cookies.drop_cookie(answer, cookies.SESSION)
    return answer


def _end_present() -> None:
    secret = request.cookies.get(cookies.session_name())
    if secret:
        live().records.accounts.sessions.close(secret)
