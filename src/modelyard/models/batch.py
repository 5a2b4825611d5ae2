"""Columns and tables of inputs, checked as wholes, with NumPy alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.models.description import Field, Signature
from modelyard.models.input_faults import (
    MOST_FAULTS,
    BadInput,
    InputFault,
    bad,
    fault_of_value,
)
from modelyard.models.rows import Rows

KINDS = {
    "number": frozenset({int, float}),
    "text": frozenset({str}),
    "boolean": frozenset({bool}),
}


def column_of(values: Any, field: Field) -> tuple[NDArray[Any], list[InputFault]]:
    """Give a column as the model's rows hold it, with what is wrong with its values."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf" and field.kind == "number":
        return _numbers(values.reshape(-1).astype(np.float64), field)
    listed = _plain_list(values)
    kinds = set(map(type, listed))
    if field.is_nullable or not field.is_used:
        kinds.discard(type(None))
    if not kinds <= KINDS[field.kind] and not (
        field.kind == "number" and kinds <= {int, float, bool}
    ):
        faults = _faults(listed, field)
        if faults:
            return np.empty(0), faults
    if field.kind == "number":
        try:
            return _numbers(np.array(listed, dtype=np.float64), field)
        except OverflowError:
            return np.empty(0), _faults(listed, field)
    column = np.empty(len(listed), dtype=object)
    column[:] = [None if isinstance(value, float) else value for value in listed]
    unknown = field.refuses_unknown and field.categories and set(listed) - {*field.categories, None}
    return column, _faults(listed, field) if unknown else []


def _numbers(column: NDArray[np.float64], field: Field) -> tuple[NDArray[Any], list[InputFault]]:
    fine = np.isfinite(column)
    if field.is_nullable or not field.is_used:
        fine |= np.isnan(column)
    known = not field.refuses_unknown or not field.categories
    if fine.all() and (known or np.isin(column[~np.isnan(column)], field.categories).all()):
        return column, []
    return column, _faults(column.tolist(), field)


def _faults(values: list[Any], field: Field) -> list[InputFault]:
    found = []
    for row, value in enumerate(values):
        fault = fault_of_value(value, field, row)
        if fault:
            found.append(fault)
            if len(found) >= MOST_FAULTS:
                break
    return found


def _plain_list(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return list(values.reshape(-1).tolist())
    return list(values)


def rows_of_table(given: Any, signature: Signature) -> Rows:
    """Read rows of values in the order of the inputs. Raises BadInput."""
    wanted = len(signature.fields)
    if isinstance(given, np.ndarray):
        if given.ndim != 2 or given.shape[1] != wanted:
            raise bad(f"has the shape {list(given.shape)}; the model takes [rows, {wanted}].")
        columns: Any = list(given.T)
    else:
        rows = list(given)
        for number, row in enumerate(rows):
            if not isinstance(row, list | tuple) or len(row) != wanted:
                what = (
                    f"{len(row)} values" if isinstance(row, list | tuple) else "no list of values"
                )
                raise bad(f"has {what}; the model takes {wanted}.", row=number)
        columns = list(zip(*rows, strict=True)) if rows else [[] for _ in range(wanted)]
    made = [
        column_of(column, field) for column, field in zip(columns, signature.fields, strict=True)
    ]
    faults = [fault for _, found in made for fault in found]
    if faults:
        raise BadInput(sorted(faults, key=lambda fault: fault.row or 0))
    return rows_of_columns(len(given), [column for column, _ in made], signature)


def rows_of_columns(count: int, columns: list[NDArray[Any]], signature: Signature) -> Rows:
    """Put checked columns together."""
    missing = any(
        bool(np.isnan(column).any()) if column.dtype.kind == "f" else None in column.tolist()
        for column, field in zip(columns, signature.fields, strict=True)
        if field.is_nullable and field.is_used
    )
    if signature.shape == "matrix":
        return Rows(count, np.column_stack(columns), (), missing)
    return Rows(count, None, tuple(columns), missing)
