"""A filter of system calls that a process puts on itself and can never take off again.

It lists what is allowed, and everything else is answered with EPERM. What is allowed is to compute
in memory that the process has, to start threads, and to read from and write to open pipes: no
file, no socket, no process, no signal to others. It needs no privilege, so it holds in containers.
"""

import ctypes
import errno
import platform
import struct
import sys

from modelyard.errors import Unavailable

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_TSYNC = 1
CLONE_THREAD = 0x00010000
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM
UNKNOWN = 0x00050000 | errno.ENOSYS
KILL = 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16

X86_64 = {
    **{"read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9},
    **{"mprotect": 10, "munmap": 11, "brk": 12, "rt_sigprocmask": 14},
    **{"rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35},
    **{"getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98, "sysinfo": 99},
    **{"times": 100, "getuid": 102, "sigaltstack": 131, "gettid": 186, "futex": 202},
    **{"sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228},
    **{"clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "get_mempolicy": 239},
    **{"ppoll": 271, "set_robust_list": 273, "getcpu": 309, "getrandom": 318},
    **{"membarrier": 324, "rseq": 334},
}
AARCH64 = {
    **{"close": 57, "lseek": 62, "read": 63, "write": 64, "ppoll": 73, "fstat": 80, "exit": 93},
    **{"exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101},
    **{"clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115},
    **{"restart_syscall": 128, "sched_getaffinity": 123, "sched_yield": 124, "sigaltstack": 132},
    **{"rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153},
    **{"getrusage": 165, "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getuid": 174},
    **{"gettid": 178, "sysinfo": 179, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222},
    **{"mprotect": 226, "madvise": 233, "get_mempolicy": 236, "getrandom": 278},
    **{"membarrier": 283, "rseq": 293},
}
"""The numbers of the system calls that are allowed, of each processor."""


class Machine:
    """What differs between processors."""

    def __init__(
        self, audit: int, allowed: dict[str, int], clone: int, clone3: int, seccomp: int
    ) -> None:
        self.audit = audit
        self.allowed = frozenset(allowed.values())
        self.clone = clone
        self.clone3 = clone3
        self.seccomp = seccomp


MACHINES = {
    "x86_64": Machine(0xC000003E, X86_64, clone=56, clone3=435, seccomp=317),
    "aarch64": Machine(0xC00000B7, AARCH64, clone=220, clone3=435, seccomp=277),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def find_machine() -> Machine | None:
    """Give what is known of this processor; None where there is no filter for it."""
    return MACHINES.get(platform.machine()) if sys.platform == "linux" else None


def program(machine: Machine) -> bytes:
    """Write the filter in the kernel's own small language (classic BPF)."""
    numbers = sorted(machine.allowed)
    steps = [
        _step(LOAD, ARCH_AT),
        _step(EQUAL, machine.audit, 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER_AT),
        _step(AT_LEAST, 0x40000000, 0, 1),  # the other calling convention of x86-64
        _step(RETURN, KILL),
        _step(EQUAL, machine.clone3, 0, 1),
        _step(RETURN, UNKNOWN),  # the C library falls back to clone, whose flags can be seen
        _step(EQUAL, machine.clone, 0, 4),
        _step(LOAD, FIRST_ARGUMENT_AT),
        _step(ANY_BIT, CLONE_THREAD, 0, 1),
        _step(RETURN, ALLOW),
        _step(RETURN, REFUSE),
    ]
    for number in numbers:
        steps += [_step(EQUAL, number, 0, 1), _step(RETURN, ALLOW)]
    steps.append(_step(RETURN, REFUSE))
    return b"".join(steps)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def lock() -> None:
    """Put the filter on every thread of this process.

    Raises Unavailable where the kernel has none.
    """
    machine = find_machine()
    if machine is None:
        raise Unavailable("jail", f"there is no filter for {sys.platform} {platform.machine()}.")
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise Unavailable("jail", "the kernel does not keep privileges from growing.")
    steps = program(machine)
    kept = ctypes.create_string_buffer(steps, len(steps))
    described = _Program(len(steps) // 8, ctypes.addressof(kept))
    done = library.syscall(
        machine.seccomp,
        SECCOMP_SET_MODE_FILTER,
        SECCOMP_FILTER_FLAG_TSYNC,
        ctypes.byref(described),
    )
    if done != 0:
        raise Unavailable("jail", f"the kernel took no filter (error {ctypes.get_errno()}).")
