"""Counts as the bytes that a sample keeps: only what is not zero."""

import zlib

import msgspec

from modelyard.metrics.families import Counts, length_of
from modelyard.metrics.reading import add_to

Sparse = list[tuple[tuple[str, ...], dict[int, float]]]


def packed(counts: Counts) -> bytes:
    """Give the bytes."""
    sparse: Sparse = [
        (key, {place: number for place, number in enumerate(numbers) if number})
        for key, numbers in counts.items()
    ]
    return zlib.compress(msgspec.msgpack.encode(sparse), 6)


def unpacked(content: bytes) -> Counts:
    """Read them again; a sample that cannot be read is as if it were empty."""
    counts: Counts = {}
    try:
        sparse = msgspec.msgpack.decode(zlib.decompress(content), type=Sparse)
    except (zlib.error, msgspec.MsgspecError):
        return counts
    for key, known in sparse:
        length = max(length_of(key[0]), max(known, default=0) + 1)
        numbers = [0.0] * length
        for place, number in known.items():
            numbers[place] = number
        add_to(counts, {key: numbers})
    return counts
