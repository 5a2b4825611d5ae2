"""Addresses of this service: for links that leave it, and to come back to after signing in."""

import re
from urllib.parse import urlsplit

from flask import request

from modelyard.settings import LOOPBACK
from modelyard.web.headers import host_name
from modelyard.web.live import services

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared with, not bound to)
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
LONGEST = 2000


def own_address() -> str:
    """Give the address that others reach this service at; empty where nobody has said it.

    The Host header is the caller's word, so it counts on this machine's own names only: else
    somebody could have a link with an invitation written that leads to another host.
    """
    settings = services().settings
    if settings.public_url:
        return settings.public_url
    if host_name(request.host) in LOOPBACK | set(settings.allowed_hosts):
        return request.host_url.rstrip("/")
    if settings.host in EVERYWHERE or settings.is_loopback:
        return ""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{request.scheme}://{host}:{settings.port}"


def own_path(text: str) -> str:
    """Give a path of this service to go on to, or the start page for anything else.

    `//host`, `/\\host`, other schemes and control characters would lead a browser elsewhere.
    """
    if len(text) > LONGEST or not OWN_PATH.fullmatch(text):
        return "/"
    return "/" if urlsplit(text).path in {"/sign-in", "/sign-out"} else text
