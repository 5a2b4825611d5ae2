"""Cookies that only this service can set and read, and whether the way to it is encrypted."""

from urllib.parse import urlsplit

from flask import Response, request

from modelyard.settings import LOOPBACK
from modelyard.web.live import live

SESSION = "modelyard"
OPEN_ID = "modelyard-oidc"
NINETY_DAYS_S = 90 * 86_400
ENCRYPTED = frozenset({"https", "wss"})
"""Schemes of addresses over TLS."""


def is_https() -> bool:
    """Tell whether the browser reaches the service over TLS."""
    return is_encrypted(request.scheme, live().services.settings.public_url)


def is_encrypted(scheme: str, public_url: str) -> bool:
    """Tell whether the way to the service is encrypted, here or at a proxy in front."""
    return scheme in ENCRYPTED or public_url.startswith("https://")


def is_far(url: str) -> bool:
    """Tell whether an address leads to another name than this machine's own."""
    return bool(url) and (urlsplit(url).hostname or "") not in LOOPBACK


def name_of(name: str) -> str:
    """Give the full name of a cookie of this service."""
    return full_name(name, is_https())


def full_name(name: str, is_https: bool) -> str:
    """Give the full name: over TLS no other host, and no unencrypted page, can set `__Host-`."""
    return f"__Host-{name}" if is_https else name


def session_name() -> str:
    """Give the name of the cookie of a session."""
    return name_of(SESSION)


def set_cookie(answer: Response, name: str, value: str, age_s: int = NINETY_DAYS_S) -> None:
    """Set a cookie that no script reads and no other site's form sends along."""
    answer.set_cookie(
        name_of(name),
        value,
        max_age=age_s,
        path="/",
        secure=is_https(),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(answer: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    answer.delete_cookie(name_of(name), path="/", secure=is_https(), httponly=True, samesite="Lax")
