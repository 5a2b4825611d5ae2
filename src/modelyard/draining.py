"""Whether the service is about to stop: one byte that the command and its web processes share.

A balancer that asks `/health/ready` then sends no more requests here, while those that still come
are answered.
"""

import mmap


class _Shared:
    """The byte; there is none where another server runs the application."""

    byte: mmap.mmap | None = None
    is_asked: bool = False
    """Whether somebody asked for it on the page of the fleet, which can be taken back."""


def share() -> None:
    """Make the byte, before the processes that share it are forked."""
    _Shared.byte = mmap.mmap(-1, 1)


def begin() -> None:
    """Say that the service is about to stop."""
    if _Shared.byte is not None:
        _Shared.byte[0] = 1


def ask(is_asked: bool) -> None:
    """Say whether somebody wants this process to take no more requests."""
    _Shared.is_asked = is_asked


def is_draining() -> bool:
    """Tell whether it is about to stop, or was asked to take no more requests."""
    return _Shared.is_asked or (_Shared.byte is not None and _Shared.byte[0] == 1)
