"""What changes something must come from our own pages, or from a program that sends a token."""

from urllib.parse import urlsplit

from flask import Flask, request

from modelyard.errors import Denied
from modelyard.web import cookies, guard
from modelyard.web.live import services

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CURE = "Open the page of this service itself, and send the form from there."


def install(app: Flask) -> None:
    """Refuse what another site has somebody's browser send (cross-site request forgery)."""

    @app.before_request
    def refuse_foreign_forms() -> None:
        if request.method not in SAFE and guard.bearer_token() is None:
            refuse_others()


def refuse_others() -> None:
    """Raise Denied unless the request comes from a page of ours, or from no browser at all.

    Browsers say in `Sec-Fetch-Site` or `Origin` which page sends a form, and no page can change
    either. A program sends neither; it must not come with a browser's cookie.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Denied("Sec-Fetch-Site header", "this came from another web site.", CURE)
    elif origin is not None:
        if not _is_own(origin):
            raise Denied("Origin header", "this came from another web site.", CURE)
    elif request.cookies.get(cookies.session_name()):
        raise Denied(
            "Origin header",
            "is missing, so it cannot be told which page sent this.",
            "A program sends a token in the Authorization header instead of a cookie.",
        )


def _is_own(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    public = urlsplit(services().settings.public_url)
    if parts.netloc == public.netloc:
        return parts.scheme == public.scheme
    return (parts.scheme, parts.netloc) == (request.scheme, request.host)
