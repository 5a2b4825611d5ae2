"""An answer of a model on its way between processes."""

from typing import Any

import msgspec
import numpy as np

from modelyard.models.description import Outcome


class _Array(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    shape: tuple[int, ...]
    content: bytes | list[Any]


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    predictions: _Array
    probabilities: list[_Array]
    scores: _Array | None


def pack_outcome(outcome: Outcome) -> bytes:
    """Write an answer."""
    return msgspec.msgpack.encode(
        _Packed(
            _array(outcome.predictions),
            [_array(one) for one in outcome.probabilities],
            None if outcome.scores is None else _array(outcome.scores),
        )
    )


def unpack_outcome(content: bytes) -> Outcome:
    """Read what `pack_outcome` wrote."""
    packed = msgspec.msgpack.decode(content, type=_Packed)
    return Outcome(
        predictions=_values(packed.predictions),
        probabilities=tuple(_values(one) for one in packed.probabilities),
        scores=None if packed.scores is None else _values(packed.scores),
    )


def part_of(outcome: Outcome, begin: int, end: int) -> Outcome:
    """Give the answer for some of the rows."""
    return Outcome(
        predictions=outcome.predictions[begin:end],
        probabilities=tuple(one[begin:end] for one in outcome.probabilities),
        scores=None if outcome.scores is None else outcome.scores[begin:end],
    )


def _array(values: Any) -> _Array:
    array = np.asarray(values)
    if array.dtype.kind in "biuf":
        return _Array(array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())
    return _Array("", array.shape, array.ravel().tolist())


def _values(packed: _Array) -> Any:
    if isinstance(packed.content, bytes):
        return np.frombuffer(packed.content, dtype=packed.kind).reshape(packed.shape)
    filled = np.empty(len(packed.content), dtype=object)
    filled[:] = packed.content
    return filled.reshape(packed.shape)
