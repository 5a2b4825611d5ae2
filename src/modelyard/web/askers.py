"""Who asks, told from the environ of a request alone: for Flask's views and for doors beside them.

The environ is as `ProxyFix` leaves it: doors stand inside it, where the caller's address is known.
"""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.sansio.http import parse_cookie

from modelyard.accounts.actor import ANONYMOUS, LAPTOP, VISITOR, Actor
from modelyard.errors import Denied
from modelyard.settings import Settings
from modelyard.web import cookies
from modelyard.web.live import LiveServices

OF_PROXIES = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)
"""What a proxy adds: who asks then is elsewhere, however near the proxy is."""


ASKED_BY = "modelyard.asked_by"
"""Where the environ says for whom an answer is made; nobody's rights are taken from there."""


def find_actor(environ: dict[str, Any], live: LiveServices) -> Actor:
    """Say who asks, and from which network address: a token goes before a session.

    It is found out anew at each call, and noted under `ASKED_BY`.

    Raises SignInNeeded where a token was sent that does not hold, Denied where a proxy stands in
    front of a laptop's service, and Unavailable where the database does not answer.
    """
    actor = environ[ASKED_BY] = _at(_who_asks(environ, live), environ.get("REMOTE_ADDR") or "")
    return actor


def bearer_token(environ: Mapping[str, Any]) -> str | None:
    """Give the token that was sent in the header; None where none was."""
    sent = environ.get("HTTP_AUTHORIZATION")
    if not sent:
        return None
    scheme, _, token = sent.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def session_secret(environ: Mapping[str, Any], settings: Settings) -> str | None:
    """Give the secret in the cookie of a session; None where none was sent."""
    sent = environ.get("HTTP_COOKIE", "")
    is_https = cookies.is_encrypted(environ["wsgi.url_scheme"], settings.public_url)
    name = cookies.full_name(cookies.SESSION, is_https)
    return parse_cookie(sent).get(name) if name in sent else None


def _who_asks(environ: Mapping[str, Any], live: LiveServices) -> Actor:
    accounts = live.records.accounts
    token = bearer_token(environ)
    if token is not None:
        return accounts.tokens.find_actor(token)
    settings = live.services.settings
    secret = session_secret(environ, settings)
    found = accounts.sessions.find_actor(secret) if secret else None
    if found is not None:
        return found
    if accounts.users.has_any():
        return ANONYMOUS
    return _without_users(environ, settings)


def _without_users(environ: Mapping[str, Any], settings: Settings) -> Actor:
    """Say who somebody is in a service that has no users yet.

    A service on loopback that is meant for others, behind a proxy, is nobody's laptop. Raises
    Denied for what came through a proxy of which nobody has told.
    """
    if settings.public:
        return VISITOR
    is_fronted = settings.proxies > 0 or cookies.is_far(settings.public_url)
    if is_fronted or not settings.is_loopback:
        return ANONYMOUS
    if any(name in environ for name in OF_PROXIES):
        raise Denied(
            "service", "a proxy stands in front.", "Set MODELYARD_PROXIES, and make the first user."
        )
    return LAPTOP


@functools.lru_cache(maxsize=4096)
def _at(actor: Actor, address: str) -> Actor:
    """Give an actor with the address from which they ask; made once, not at every request."""
    return replace(actor, address=address)
