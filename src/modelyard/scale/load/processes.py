"""What the processes behind a port of this machine use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """What they have used so far."""

    cpu_s: float
    memory_bytes: int


def find_use(port: int) -> Use | None:
    """Give what those who listen on a port use, with their children; None where it is not told."""
    import psutil

    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        try:
            listens = any(
                one.status == psutil.CONN_LISTEN and one.laddr.port == port
                for one in process.net_connections(kind="tcp")
            )
            if listens:
                found |= {one.pid: one for one in (process, *process.children(recursive=True))}
        except psutil.Error:
            continue
    return _sum(list(found.values())) if found else None


def _sum(processes: list) -> Use:  # type: ignore[type-arg]
    import psutil

    cpu_s, memory = 0.0, 0
    for process in processes:
        try:
            times = process.cpu_times()
            cpu_s += times.user + times.system
            full = process.memory_full_info()
            memory += getattr(full, "pss", 0) or full.rss
        except psutil.Error:
            continue
    return Use(cpu_s, memory)
