"""How a process and its child in the jail talk: a mark, a length, and the bytes."""

import os
import select
import struct
import time
from typing import BinaryIO

import msgspec

from modelyard.errors import Conflict, Invalid, ModelyardError, NotFound, Unavailable

ANSWER, FAULT = b"a", b"f"
HEAD = struct.Struct("<cQ")
KINDS = {kind.__name__: kind for kind in (Invalid, NotFound, Conflict, Unavailable)}
LONGEST_WHY = 2000


class Late(Exception):
    """The other side did not answer in time."""


class _Fault(msgspec.Struct, frozen=True):
    kind: str
    where: str
    why: str
    cure: str


def send(stream: BinaryIO, mark: bytes, content: bytes) -> None:
    """Write one message; the child's side."""
    stream.write(HEAD.pack(mark, len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None where the parent has gone. The child's side."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    return stream.read(HEAD.unpack(head)[1])


def write_within(descriptor: int, content: bytes, until: float) -> None:
    """Write one message to a child that may not be reading; the pipe does not block.

    Raises Late at `until`, a time of `time.monotonic`, and OSError where the child has gone.
    """
    rest = memoryview(HEAD.pack(ANSWER, len(content)) + content)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            _wait(descriptor, select.POLLOUT, until)


def read_within(descriptor: int, most_bytes: int, until: float) -> tuple[bytes, bytes] | None:
    """Read one message of a child that may say anything or nothing; None where it has gone.

    Raises Late at `until`, and Invalid where the message is longer than `most_bytes`.
    """
    head = _exactly(descriptor, HEAD.size, until)
    if head is None:
        return None
    mark, length = HEAD.unpack(head)
    if length > most_bytes:
        raise Invalid("model", f"gave an answer of {length} bytes; the most are {most_bytes}.")
    content = _exactly(descriptor, length, until)
    return None if content is None else (mark, content)


def _exactly(descriptor: int, length: int, until: float) -> bytes | None:
    parts: list[bytes] = []
    while length:
        _wait(descriptor, select.POLLIN, until)
        part = os.read(descriptor, min(length, 1 << 20))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _wait(descriptor: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        raise Late


def write_fault(fault: BaseException) -> bytes:
    """Put any exception into plain words, as data."""
    if not isinstance(fault, ModelyardError):
        fault = _plain(fault)
    kind = type(fault).__name__
    known = kind if kind in KINDS else "Invalid"
    return msgspec.json.encode(_Fault(known, fault.where, fault.why[:LONGEST_WHY], fault.cure))


def read_fault(content: bytes) -> ModelyardError:
    """Make the exception again; what cannot be read is a fault as well."""
    try:
        told = msgspec.json.decode(content, type=_Fault)
    except msgspec.DecodeError:
        return Invalid("model", "was refused, in words that cannot be read.")
    return KINDS.get(told.kind, Invalid)(told.where, told.why, told.cure)


def _plain(fault: BaseException) -> ModelyardError:
    if isinstance(fault, MemoryError):
        return Invalid("model", "takes more memory than it may.")
    if isinstance(fault, PermissionError):
        return Invalid("model", "tried to open a file, a connection or a process, and may not.")
    if isinstance(fault, RecursionError):
        return Invalid("model", "is nested too deeply.")
    text = " ".join(str(fault).split())[:600]
    return Invalid("model", f"{type(fault).__name__}: {text or 'no reason given'}")
