"""A whole measurement: the knee, what the service used meanwhile, and the settings that follow."""

import os
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from modelyard.scale.load.knee import Report, Search
from modelyard.scale.load.own_address import is_this_machine
from modelyard.scale.load.processes import find_use
from modelyard.scale.load.suggesting import cpu_per_request, curve_of, suggested_for
from modelyard.version import VERSION
from modelyard.workspace.measured import Measured, Measurement

if TYPE_CHECKING:
    from modelyard.scale.load.processes import Use
    from modelyard.scale.load.sending import Sender


def measure(
    sender: "Sender", step_s: int, p99_s: float, start_s: float, report: Report
) -> Measured:
    """Find the knee of a service and what goes with it.

    The processors and the memory that it uses are seen where it runs on this machine. Raises
    Unavailable for a service that does not answer, or dies.
    """
    before = _use(sender.origin)
    search = Search(sender, step_s, p99_s, report)
    knee = search.find()
    after = _use(sender.origin)
    processors = float(os.cpu_count() or 1) if before else 1.0
    curve = curve_of(search.steps, search.light, processors, start_s)
    if before and after:
        cpu_s = cpu_per_request(before, after, search.steps, step_s)
        curve = msgspec.structs.replace(curve, cpu_s=cpu_s, memory_bytes=after.memory_bytes)
    about = Measurement(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        service=sender.origin,
        version=VERSION,
        machine=f"{platform.machine()}, {processors:g} processors" if before else "",
        routes=tuple(str(route) for route in sender.routes),
        p99_bound_s=search.p99_s,
        sender_was_late=search.sender_was_late,
    )
    return Measured(measured=about, curve=curve, suggested=suggested_for(curve, knee))


def _use(origin: str) -> "Use | None":
    parts = urlsplit(origin)
    if not is_this_machine(parts.hostname or ""):
        return None
    return find_use(parts.port or (443 if parts.scheme == "https" else 80))
