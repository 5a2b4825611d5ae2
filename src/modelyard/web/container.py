"""The container around this process, if there is one, as the kernel tells it."""

from pathlib import Path

MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
GROUPS = Path("/proc/1/cgroup")
NAMES = ("docker", "kubepods", "containerd", "libpod", "lxc")
LIMITS = Path("/sys/fs/cgroup")
ENDLESS = 2**60
"""Bytes from which the older cgroups mean that there is no limit."""


def is_in_container() -> bool:
    """Tell whether this process is in a container."""
    groups = _read(GROUPS)
    return any(mark.exists() for mark in MARKS) or any(name in groups for name in NAMES)


def memory_limit(root: Path = LIMITS) -> int | None:
    """Give the most memory that may be used, in bytes; None where there is no limit."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        text = _read(root / name).strip()
        if text.isdecimal() and int(text) < ENDLESS:
            return int(text)
    return None


def processor_limit(root: Path = LIMITS) -> float | None:
    """Give how many processors may be used; None where there is no limit."""
    quota, _, period = _read(root / "cpu.max").strip().partition(" ")
    if not period:
        quota = _read(root / "cpu/cpu.cfs_quota_us").strip()
        period = _read(root / "cpu/cpu.cfs_period_us").strip()
    if quota.isdecimal() and period.isdecimal() and int(period):
        return int(quota) / int(period)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
