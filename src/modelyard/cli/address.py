"""May this address be served, and is it free?"""

import errno
import shlex
import socket
from pathlib import Path

from modelyard.errors import Conflict, Invalid, ModelyardError, Unavailable

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared with, not bound to)
TRIED_PORTS = 20


def numeric_address(host: str) -> str:
    """Give the IP address of a host's name; version 4 where there are both.

    Raises Invalid where there is none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Invalid(f"host {host}", "has no address.", "Try 127.0.0.1.") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])


def refuse_taken(address: str, port: int, folder: Path | None = None) -> None:
    """Raise Conflict where another program listens on this port.

    It says what to type instead, with a free port and the folder that was typed.
    """
    fault = _find_fault(address, port)
    if fault is None:
        return
    if fault.errno == errno.EADDRINUSE:
        free = _find_free_port(address, port + 1)
        typed = "" if folder is None else f" {shlex.quote(str(folder))}"
        cure = f", or choose another: modelyard serve{typed} --port {free}" if free else ""
        raise Conflict(f"port {port}", "is in use by another program.", f"Stop it{cure}")
    raise _words(address, port, fault)


def url_of(host: str, port: int) -> str:
    """Give the address that a browser on this machine opens."""
    if host in EVERYWHERE or host in {"127.0.0.1", "::1"}:
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _words(address: str, port: int, fault: OSError) -> ModelyardError:
    if fault.errno in {errno.EACCES, errno.EPERM}:
        return Unavailable(
            f"port {port}", "may not be used by this user.", "Choose one above 1023, such as 8080."
        )
    if fault.errno == errno.EADDRNOTAVAIL:
        return Invalid(f"host {address}", "is not an address of this machine.", "Try 127.0.0.1.")
    why = fault.strerror or str(fault)
    return Unavailable(f"{address}, port {port}", f"cannot be listened on: {why}.")


def _find_free_port(address: str, start: int) -> int | None:
    ports = range(start, min(start + TRIED_PORTS, 65536))
    return next((port for port in ports if _find_fault(address, port) is None), None)


def _find_fault(address: str, port: int) -> OSError | None:
    """Listen for a moment; without SO_REUSEPORT, with which two servers could share a port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as fault:
        return fault
    return None
