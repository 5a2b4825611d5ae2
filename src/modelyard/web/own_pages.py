"""What changes something must come from our own pages, or from a program that sends a token."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.wsgi import get_host

from modelyard.errors import Denied
from modelyard.settings import Settings
from modelyard.web.askers import bearer_token, session_secret
from modelyard.web.live import services

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CURE = "Open the page of this service itself, and send the form from there."


def install(app: Flask) -> None:
    """Refuse what another site has somebody's browser send (cross-site request forgery)."""

    @app.before_request
    def refuse_foreign_forms() -> None:
        environ = request.environ
        if environ["REQUEST_METHOD"] not in SAFE and bearer_token(environ) is None:
            refuse_others(environ, services().settings)


def refuse_others(environ: dict[str, Any], settings: Settings) -> None:
    """Raise Denied unless the request comes from a page of ours, or from no browser at all.

    Browsers say in `Sec-Fetch-Site` or `Origin` which page sends a form, and no page can change
    either. A program sends neither; it must not come with a browser's cookie.
    """
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Denied("Sec-Fetch-Site header", "this came from another web site.", CURE)
    elif origin is not None:
        if not _is_own(origin, environ, settings):
            raise Denied("Origin header", "this came from another web site.", CURE)
    elif session_secret(environ, settings):
        raise Denied(
            "Origin header",
            "is missing, so it cannot be told which page sent this.",
            "A program sends a token in the Authorization header instead of a cookie.",
        )


def _is_own(origin: str, environ: dict[str, Any], settings: Settings) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    public = urlsplit(settings.public_url)
    if parts.netloc == public.netloc:
        return parts.scheme == public.scheme
    return (parts.scheme, parts.netloc) == (environ["wsgi.url_scheme"], get_host(environ))
