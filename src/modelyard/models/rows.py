"""Rows on their way into a model: one matrix of numbers, or one array per column."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Field, Signature

QUICK = 4096
MODEST = 1e76


class Rows(msgspec.Struct, frozen=True, eq=False):
    """Checked inputs; exactly one of `matrix` and `columns` is there."""

    count: int
    matrix: NDArray[np.float64] | None = None
    """Numbers, one row each; what is missing is not-a-number."""
    columns: tuple[NDArray[Any], ...] = ()
    """Per field: numbers as float64, texts and booleans as objects with None for missing."""
    has_missing: bool = False

    def part(self, begin: int, end: int) -> "Rows":
        """Give some of the rows."""
        count = min(end, self.count) - begin
        if self.matrix is not None:
            return Rows(count, self.matrix[begin:end], (), self.has_missing)
        columns = tuple(one[begin:end] for one in self.columns)
        return Rows(count, None, columns, self.has_missing)


def are_modest(values: NDArray[np.float64]) -> bool:
    """Tell at little cost that all of a few numbers are finite, and fit into 32 bits.

    Where it says no, that may still be so: there are many, or one is large.
    """
    if values.size > QUICK:
        return False
    flat = values.ravel()
    return bool(flat.dot(flat) < MODEST)


def join_rows(parts: list[Rows]) -> Rows:
    """Put rows of the same model one after the other."""
    if len(parts) == 1:
        return parts[0]
    count = sum(part.count for part in parts)
    missing = any(part.has_missing for part in parts)
    if parts[0].matrix is not None:
        matrices = [part.matrix for part in parts if part.matrix is not None]
        return Rows(count, np.concatenate(matrices), (), missing)
    columns = zip(*(part.columns for part in parts), strict=True)
    return Rows(count, None, tuple(np.concatenate(column) for column in columns), missing)


def to_estimator(rows: Rows, signature: Signature) -> Any:
    """Give rows as an estimator of scikit-learn takes them: one array, or a list of texts."""
    if rows.matrix is not None:
        return rows.matrix
    if signature.shape == "texts":
        return rows.columns[0].tolist()
    table = np.empty((rows.count, len(rows.columns)), dtype=object)
    for place, (column, field) in enumerate(zip(rows.columns, signature.fields, strict=True)):
        table[:, place] = column
        if field.kind != "number":
            _mark_missing(table[:, place], field)
    return table


def _mark_missing(column: NDArray[Any], field: Field) -> None:
    if not field.null_is_none:
        column[[value is None for value in column]] = np.nan


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    count: int
    matrix: bytes | None
    columns: list[bytes | list[str | bool | None]]


def pack(rows: Rows) -> bytes:
    """Write rows for another process."""
    return msgspec.msgpack.encode(
        _Packed(
            rows.count,
            None if rows.matrix is None else np.ascontiguousarray(rows.matrix).tobytes(),
            [
                column.tobytes() if column.dtype == np.float64 else column.tolist()
                for column in rows.columns
            ],
        )
    )


def unpack_rows(content: bytes) -> Rows:
    """Read what `pack` wrote."""
    packed = msgspec.msgpack.decode(content, type=_Packed)
    if packed.matrix is not None:
        return Rows(packed.count, np.frombuffer(packed.matrix).reshape(packed.count, -1))
    return Rows(packed.count, None, tuple(_column(one) for one in packed.columns))


def _column(values: bytes | list[str | bool | None]) -> NDArray[Any]:
    if isinstance(values, bytes):
        return np.frombuffer(values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
