"""The processor time that a server spends, which other programs on the machine do not change."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Give the processor time of a process and of all that it started, in seconds (Linux)."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
        used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    found, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        found += used.get(one, 0.0)
        waiting += parents.get(one, [])
    return found
