"""Tensors of the Open Inference Protocol, in JSON or binary, into the rows of a model."""

from itertools import chain
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelyard.errors import LONGEST_ECHO
from modelyard.models.description import Field
from modelyard.models.input_faults import BadInput, bad
from modelyard.models.rows import Rows
from modelyard.models.signature import Reader

DTYPES: dict[str, str] = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
NUMBERS = frozenset({int, float})


class Tensor(msgspec.Struct, frozen=True):
    """One input as it came."""

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = {}
    data: Any = None

    def bad(self, why: str, cure: str = "", row: int | None = None) -> BadInput:
        """Make an exception about this tensor."""
        return bad(why, cure, self.name[:LONGEST_ECHO], row)


Values = list[Any] | NDArray[Any]


def rows_of_tensors(reader: Reader, given: list[tuple[Tensor, Values]], content_type: str) -> Rows:
    """Read tensors: one with a row of all inputs, or one with a column for each input.

    Raises BadInput.
    """
    if not given:
        raise bad("there are no inputs.", "Send at least one tensor.")
    names = reader.signature.names
    if len(given) == 1 and content_type != "pd":
        tensor, values = given[0]
        if len(names) == 1 and _is_column(tensor):
            return reader.columns({names[0]: _cells(values)})
        if tensor.name not in names or (len(names) > 1 and not _is_column(tensor)):
            return _rows_of_table(reader, tensor, values)
    columns: dict[str, Any] = {}
    for tensor, values in given:
        if tensor.name in columns:
            raise tensor.bad("stands there twice.")
        if not _is_column(tensor):
            raise tensor.bad(f"has the shape {tensor.shape}; one value per row is [rows, 1].")
        columns[tensor.name] = _cells(values)
    return reader.columns(columns)


def values_of(tensor: Tensor) -> Values:
    """Give what stands in a tensor as JSON, nested or flat, in one list. Raises BadInput."""
    _check(tensor)
    values: list[Any] = tensor.data
    if not isinstance(values, list):
        raise tensor.bad("has no list 'data'.")
    for _ in tensor.shape[1:]:
        if values and type(values[0]) is list:
            try:
                values = list(chain.from_iterable(values))
            except TypeError:
                raise tensor.bad("is nested here and flat there.") from None
    if len(values) != prod(tensor.shape):
        raise tensor.bad(
            f"has {len(values)} values; its shape {tensor.shape} has {prod(tensor.shape)}."
        )
    kind = tensor.datatype
    if kind.startswith(("INT", "UINT")) and float in set(map(type, values)):
        place = next(n for n, value in enumerate(values) if type(value) is float)
        row = place // max(1, prod(tensor.shape[1:]))
        raise tensor.bad(f"{values[place]!r} is not of the type {kind}.", row=row)
    return values


def values_of_bytes(tensor: Tensor, content: bytes) -> Values:
    """Give what stands in a binary tensor. Raises BadInput."""
    _check(tensor)
    count = prod(tensor.shape)
    if tensor.datatype == "BYTES":
        return _texts(tensor, content, count)
    dtype = np.dtype(DTYPES[tensor.datatype])
    if len(content) != count * dtype.itemsize:
        raise tensor.bad(
            f"has {len(content)} bytes; its shape {tensor.shape} of {tensor.datatype} "
            f"takes {count * dtype.itemsize}."
        )
    return np.frombuffer(content, dtype)


def _check(tensor: Tensor) -> None:
    if tensor.datatype not in DTYPES and tensor.datatype != "BYTES":
        known = ", ".join([*DTYPES, "BYTES"])
        raise tensor.bad(f"has the type '{tensor.datatype[:40]}'.", f"Known: {known}.")
    if not tensor.shape or any(size < 0 for size in tensor.shape):
        raise tensor.bad(f"has the shape {tensor.shape[:8]}.", "Say [rows, 1].")


def _texts(tensor: Tensor, content: bytes, count: int) -> list[str]:
    """Read texts that have their length in four bytes before them."""
    found: list[str] = []
    place = 0
    while place + 4 <= len(content) and len(found) < count:
        end = place + 4 + int.from_bytes(content[place : place + 4], "little")
        if end > len(content):
            break
        try:
            found.append(content[place + 4 : end].decode())
        except UnicodeDecodeError:
            raise tensor.bad("is not UTF-8.", row=len(found)) from None
        place = end
    if place != len(content) or len(found) != count:
        raise tensor.bad(f"does not hold {count} texts with their lengths.")
    return found


def _is_column(tensor: Tensor) -> bool:
    return prod(tensor.shape[1:]) == 1


def _cells(values: Values) -> Values:
    """Give values as columns take them: true and false of a binary tensor as such."""
    if isinstance(values, list) or values.dtype.kind in "iuf":
        return values
    return list(values.tolist())


def _rows_of_table(reader: Reader, tensor: Tensor, values: Values) -> Rows:
    """Read a tensor that holds one row of all inputs after the other."""
    wanted = len(reader.signature.fields)
    if len(tensor.shape) != 2 or tensor.shape[1] != wanted:
        raise tensor.bad(f"has the shape {tensor.shape}; the model takes [rows, {wanted}].")
    if isinstance(values, list):
        if not set(map(type, values)) <= NUMBERS or not _is_matrix(reader.signature.fields):
            return reader.table(
                [values[begin : begin + wanted] for begin in range(0, len(values), wanted)]
            )
        try:
            values = np.fromiter(values, np.float64, len(values))
        except OverflowError:
            raise tensor.bad("holds a number that is too large.") from None
    return reader.table(values.reshape(-1, wanted))


def _is_matrix(fields: tuple[Field, ...]) -> bool:
    return all(field.kind == "number" for field in fields)
