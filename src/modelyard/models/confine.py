"""What a child process does to itself before it touches a file that nobody vouches for."""

import contextlib
import errno
import fcntl
import os
import resource
import signal
import socket
from pathlib import Path

from modelyard.errors import Unavailable
from modelyard.models.seccomp import lock

KEPT = 5
"""Open files that stay: questions, two that lead nowhere, the pipe of the parent, answers."""


def end_with_parent(descriptor: int) -> None:
    """Have the kernel end this process when the other end of a pipe is closed.

    The signal cannot be held back, so it also ends a process that never comes back from native
    code.
    """
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Bound the memory that may be taken on top of what is taken now, and the processor's time."""
    _bound(resource.RLIMIT_AS, _address_space() + memory_bytes)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    if cpu_s:
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + cpu_s
        _bound(resource.RLIMIT_CPU, seconds, seconds + 1)  # a signal first, so that it has a name


def close_the_doors() -> None:
    """Close every file but the pipes, put the filter on, and see that it holds.

    Raises Unavailable where it does not.
    """
    _forget_open_files()
    lock()
    for attempt in (_try_file, _try_socket, _try_process):
        try:
            attempt()
        except OSError as refused:
            if refused.errno == errno.EPERM:
                continue
        raise Unavailable("jail", "the filter of system calls does not hold on this machine.")


def _try_file() -> None:
    os.close(os.open("/dev/null", os.O_RDONLY))


def _try_socket() -> None:
    socket.socket().close()


def _try_process() -> None:
    if os.fork() == 0:
        os._exit(0)


def _bound(which: int, value: int, most: int | None = None) -> None:
    _, hard = resource.getrlimit(which)
    most = value if most is None else most
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (min(value, most), most))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _forget_open_files() -> None:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        if int(name) >= KEPT:
            with contextlib.suppress(OSError):
                os.close(int(name))
