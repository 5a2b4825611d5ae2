"""By which ids a request is known: its own, and the trace of which it is a part (W3C)."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUEST_ID = re.compile(r"[A-Za-z0-9._:/=+-]{1,128}")
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
NO_TRACE = "0" * 32
NO_SPAN = "0" * 16


@dataclass(frozen=True, slots=True)
class RequestIds:
    """The ids of one request."""

    request: str
    """What the caller named it, or a name of ours."""
    trace: str
    """32 hexadecimal digits; the caller's, or ours."""
    span: str
    """16 hexadecimal digits, which name what this service does for it."""
    flags: str = "00"
    """Whether the caller keeps its trace: `01`."""

    @property
    def traceparent(self) -> str:
        """What is sent to those who are asked on behalf of this request."""
        return f"00-{self.trace}-{self.span}-{self.flags}"


def ids_of(
    environ: Mapping[str, Any], trace: str = "", span: str = "", flags: str = "00"
) -> RequestIds:
    """Take over the ids that were sent, where they are well formed; make those that are missing.

    Where the request is a span already, `trace`, `span` and `flags` are those of it.
    """
    if not trace:
        trace, flags = _sent_trace(environ)
    sent = environ.get("HTTP_X_REQUEST_ID", "")
    request = sent if REQUEST_ID.fullmatch(sent) else trace
    return RequestIds(request, trace, span or secrets.token_hex(8), flags)


def _sent_trace(environ: Mapping[str, Any]) -> tuple[str, str]:
    found = TRACE.fullmatch(environ.get("HTTP_TRACEPARENT", "").strip())
    is_whole = found is not None and found[1] != NO_TRACE and found[2] != NO_SPAN
    if found is None or not is_whole or found[0].startswith("ff"):
        return secrets.token_hex(16), "00"
    return found[1], found[3]
