"""What every answer carries, and which host names are answered at all."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.datastructures import Headers

from modelyard.errors import Denied
from modelyard.settings import LOOPBACK, Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
TLS_ONLY = "max-age=31536000"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install(app: Flask, settings: Settings) -> None:
    """Add the security headers, and refuse host names that are not this service's.

    A service on a laptop has no login. A page on the web could have its own name resolve to
    127.0.0.1 and read that service through the visitor's browser (DNS rebinding); the browser
    then sends that page's host name, so only known names are answered.
    """
    known = LOOPBACK | set(settings.allowed_hosts) | _host_of(settings.public_url)
    restricted = settings.is_loopback and not settings.public
    is_https = settings.public_url.startswith("https://")

    @app.before_request
    def refuse_strange_hosts() -> None:
        if restricted and host_name(request.host) not in known:
            raise Denied(
                "Host header",
                "this service answers on localhost only.",
                "Add the name to MODELYARD_ALLOWED_HOSTS.",
            )

    @app.before_request
    def refuse_other_sites() -> None:
        if restricted and is_from_another_site(request.headers):
            raise Denied("Sec-Fetch-Site header", "another web site may not use this service.")

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(HEADERS)
        if is_https or request.is_secure:
            response.headers["Strict-Transport-Security"] = TLS_ONLY
        if "Cache-Control" not in response.headers and _is_personal():
            response.headers["Cache-Control"] = "no-store"
        return response


def _is_personal() -> bool:
    """Tell whether the answer was made for somebody; the laptop's own are nobody else's."""
    found = g.get("asker")
    return found is not None and found.kind not in {"laptop", "visitor"}


def _host_of(url: str) -> set[str]:
    return {urlsplit(url).hostname or ""} if url else set()


def is_from_another_site(headers: Headers) -> bool:
    """Tell whether a page of another site asks in the background, as with an <img>.

    Its answer would not be shown to that page, but the work would be done. A link that somebody
    follows is no such request.
    """
    crosses = headers.get("Sec-Fetch-Site") == "cross-site"
    return crosses and headers.get("Sec-Fetch-Mode") != "navigate"


def host_name(host: str) -> str:
    """Give the name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
