"""The peak memory of the process this runs in."""

import re
import sys
from pathlib import Path


def find_peak_bytes() -> int | None:
    """Return the largest resident size so far in bytes, or None where the system does not tell.

    On Linux this is VmHWM: getrusage would carry over the peak of the parent process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(found[1]) * 1024 if found else None
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None
