"""From what a caller sends to checked rows: the quick way for what is right.

What differs per model is worked out once, when the reader is made. A reader looks at whole batches
with few steps; only where one of them fails does it look at each value, to say what is wrong.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelyard.errors import Invalid
from modelyard.models.batch import column_of, rows_of_columns, rows_of_table
from modelyard.models.description import Field, Signature
from modelyard.models.input_faults import (
    BadInput,
    InputFault,
    bad,
    faults_of_names,
    faults_of_records,
)
from modelyard.models.rows import Rows, are_modest

MOST_ROWS = 100_000
NUMBERS = frozenset({int, float})
Record = Mapping[str, Any]


class Reader:
    """Reads the inputs of one model, in every form that callers have. Threads may share it."""

    def __init__(self, signature: Signature, most_rows: int = MOST_ROWS) -> None:
        self.signature = signature
        self.most_rows = most_rows
        self._names = signature.names
        self._count = len(self._names)
        self._is_matrix = signature.shape == "matrix"
        strict = any(field.refuses_unknown and field.categories for field in signature.fields)
        self._is_quick = self._is_matrix and not strict
        self._pick = _picker(self._names)
        self._pack = struct.Struct(f"{self._count}d").pack
        self._shape, self._decode = _decoder(signature)

    def records(self, given: Record | Sequence[Record]) -> Rows:
        """Read one record or a list of records. Raises BadInput."""
        is_single = isinstance(given, Mapping)
        records: list[Any] = [given] if is_single else list(given)
        self.check_count(len(records))
        rows = self._quick_matrix(records) if self._is_matrix else self._quick_columns(records)
        if rows is not None:
            return rows
        faults = faults_of_records(records, self.signature, is_single=is_single)
        if faults:
            raise BadInput(faults)
        return self._by_columns({name: [one.get(name) for one in records] for name in self._names})

    def json(self, body: bytes) -> Rows:
        """Read one record, a list of records, or columns from JSON. Raises BadInput."""
        try:
            decoded = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._any_form(_any_json(body))
        if isinstance(decoded, self._shape):
            decoded = [decoded]
        self.check_count(len(decoded))
        values = list(map(msgspec.structs.astuple, decoded))
        if self._is_matrix:
            matrix = self._matrix(values)
            if are_modest(matrix) or np.isfinite(matrix).all():
                return Rows(len(matrix), matrix)
            if self._allows_missing(matrix):
                return Rows(len(matrix), matrix, (), has_missing=True)
            return self.records(_any_json(body))
        return self._by_columns(dict(zip(self._names, zip(*values, strict=True), strict=True)))

    def columns(self, given: Mapping[str, Any]) -> Rows:
        """Read named columns of the same length: lists or arrays. Raises BadInput."""
        faults = faults_of_names(given, self.signature, None)
        if faults:
            raise BadInput(faults)
        lists = {name: _listed(name, given[name]) for name in given}
        lengths = {len(column) for column in lists.values()}
        if len(lengths) > 1:
            told = ", ".join(f"'{name}' has {len(column)}" for name, column in lists.items())
            raise bad(f"the columns have different lengths: {told[:300]}.")
        self.check_count(lengths.pop() if lengths else 0)
        return self._by_columns(lists)

    def table(self, given: Any) -> Rows:
        """Read rows of values in the order of the inputs: a list of lists or an array."""
        self.check_count(len(given))
        rows = self._quick_table(given) if self._is_quick else None
        return rows_of_table(given, self.signature) if rows is None else rows

    def _any_form(self, given: Any) -> Rows:
        """Read records, or columns: lists by name, as they are or under `columns`."""
        if not isinstance(given, dict):
            return self.records(given)
        inner = given.get("columns")
        if isinstance(inner, dict) and len(given) == 1 and "columns" not in self._names:
            return self.columns(inner)
        if given and all(isinstance(column, list) for column in given.values()):
            return self.columns(given)
        return self.records(given)

    def _quick_table(self, given: Any) -> Rows | None:
        """Read what is all finite numbers, of the right width; None for anything else."""
        if isinstance(given, np.ndarray):
            if given.ndim != 2 or given.shape[1] != self._count or given.dtype.kind not in "iuf":
                return None
            matrix = given.astype(np.float64)
        else:
            try:
                if any(len(row) != self._count for row in given):
                    return None
                if not set(map(type, chain.from_iterable(given))) <= NUMBERS:
                    return None
                matrix = self._matrix(given)
            except (TypeError, OverflowError):
                return None
        return Rows(len(matrix), matrix) if np.isfinite(matrix).all() else None

    def _quick_matrix(self, records: list[Any]) -> Rows | None:
        try:
            values = [self._pick(record) for record in records]
            kinds = set(map(type, chain.from_iterable(values)))
            if not kinds <= NUMBERS or any(len(record) != self._count for record in records):
                return None
            matrix = self._matrix(values)
        except (LookupError, TypeError, OverflowError):
            return None
        finite = are_modest(matrix) or np.isfinite(matrix).all()
        return Rows(len(values), matrix) if finite else None

    def _quick_columns(self, records: list[Any]) -> Rows | None:
        try:
            values = [self._pick(record) for record in records]
            if any(len(record) != self._count for record in records):
                return None
            return self._by_columns(dict(zip(self._names, zip(*values, strict=True), strict=True)))
        except (LookupError, TypeError, BadInput):
            return None

    def _matrix(self, values: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Put rows of numbers together; packed, since NumPy takes twice as long to look at each."""
        try:
            packed = bytearray().join([self._pack(*row) for row in values])
        except struct.error:  # some are missing
            return np.array(values, dtype=np.float64)
        return np.frombuffer(packed).reshape(len(values), self._count)

    def _by_columns(self, lists: Mapping[str, Any]) -> Rows:
        count = len(next(iter(lists.values())))
        made = []
        faults: list[InputFault] = []
        for field in self.signature.fields:
            column, found = column_of(lists.get(field.name, [None] * count), field)
            faults += found
            made.append(column)
        if faults:
            raise BadInput(sorted(faults, key=lambda fault: fault.row or 0))
        return rows_of_columns(count, made, self.signature)

    def check_count(self, count: int) -> None:
        """Raise BadInput for no rows, and for more than are read at once."""
        if count == 0:
            raise bad("there are no rows.", "Send at least one.")
        if count > self.most_rows:
            raise bad(
                f"there are {count} rows; the most at once are {self.most_rows}.",
                "Send several requests, or score the table as a run.",
            )

    def _allows_missing(self, matrix: NDArray[np.float64]) -> bool:
        """Say whether all that is not finite is missing where that is allowed."""
        allowed = np.array([field.is_nullable for field in self.signature.fields])
        return bool((np.isfinite(matrix) | (np.isnan(matrix) & allowed)).all())


def _any_json(body: bytes) -> Any:
    """Read any JSON; NaN and Infinity, which are none, are read to be refused by field."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise bad(f"is not JSON: {fault}.") from None
    if not isinstance(given, dict | list):
        raise bad("is neither a record nor a list of records.")
    return given


def _picker(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Give what takes all values out of a record at once."""
    if len(names) == 1:
        name = names[0]
        return lambda record: (record[name],)
    return itemgetter(*names)


def _decoder(signature: Signature) -> tuple[type[msgspec.Struct], Callable[[bytes], Any]]:
    """Make a decoder that reads and checks the JSON of this model in one go."""
    attributes = [f"f{place}" for place in range(len(signature.fields))]
    shape = msgspec.defstruct(
        "Record",
        [_attribute(name, field) for name, field in zip(attributes, signature.fields, strict=True)],
        rename=dict(zip(attributes, signature.names, strict=True)),
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )
    return shape, msgspec.json.Decoder(shape | list[shape]).decode  # type: ignore[valid-type]


def _attribute(name: str, field: Field) -> Any:
    kind: Any = {"number": float, "text": str, "boolean": bool}[field.kind]
    if field.is_nullable or not field.is_used:
        kind = kind | None
    return (name, kind) if field.is_used else (name, kind, None)


def _listed(name: str, column: Any) -> Any:
    if isinstance(column, list | tuple | np.ndarray):
        return column
    raise Invalid(f"'{name}'", "is not a list of values.", "Send one value per row.")
