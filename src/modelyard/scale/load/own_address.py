"""Whether an address is the user's own: nobody else's service is to be put under load."""

import ipaddress
from urllib.parse import urlsplit

from modelyard.errors import Denied, Invalid, Unavailable

PATIENCE_S = 10.0
CURE = (
    "A load is sent to this machine, or to a Modelyard that knows your token as an owner's: "
    "--token-from VARIABLE."
)


def own_origin(address: str, token: str = "") -> str:
    """Give scheme, host and port of an address that is the user's own.

    That is one of this machine, or one of a Modelyard to whose owners the token belongs. Raises
    Invalid for what is no such address, and Denied for what is somebody else's.
    """
    parts = urlsplit(address if "//" in address else f"http://{address}")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("address", f"'{address[:80]}' is no address.") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise Invalid("address", f"'{address[:80]}' is no http or https address.")
    if parts.path not in {"", "/"} or parts.query:
        raise Invalid("address", "has a path.", "Name paths by --route 'GET /path'.")
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
    if is_this_machine(host):
        return origin.replace("//localhost", "//127.0.0.1")
    if not token:
        raise Denied(origin, "is not this machine.", CURE)
    _refuse_others(origin, token)
    return origin


def is_this_machine(host: str) -> bool:
    """Tell whether a host is a loopback address; names other than localhost may lead anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_others(origin: str, token: str) -> None:
    """Raise Denied unless a Modelyard there says that the token is an owner's."""
    import requests

    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        answer = requests.get(
            f"{origin}/api/v1/me", headers=headers, timeout=PATIENCE_S, allow_redirects=False
        )
        told = answer.json() if answer.status_code == 200 else {}
    except ValueError:  # also where it is JSON's, which is one of requests' as well
        told = {}
    except requests.RequestException as fault:
        raise Unavailable(origin, f"does not answer: {type(fault).__name__}.") from None
    role = told.get("role") if isinstance(told, dict) else None
    if role != "owner":
        raise Denied(origin, "does not say that this token is an owner's.", CURE)
