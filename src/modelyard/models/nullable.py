"""Which inputs may be missing: the model is asked, one input at a time. Only in the jail."""

from typing import Any

import msgspec
import numpy as np

from modelyard.models.asking import ask_estimator
from modelyard.models.description import Description, Signature
from modelyard.models.examples import example_rows
from modelyard.models.rows import Rows, to_estimator

ONE_BY_ONE = 64


def with_nullable(estimator: Any, description: Description) -> Signature:
    """Mark the inputs that the model answers without."""
    signature = description.signature
    if signature.shape == "texts":
        return signature
    row = example_rows(estimator, signature, 2)
    everywhere = range(len(signature.fields))
    if _answers(estimator, description, row, everywhere):
        nullable = set(everywhere)
    elif len(signature.fields) <= ONE_BY_ONE:
        nullable = {place for place in everywhere if _answers(estimator, description, row, [place])}
    else:
        nullable = set()
    fields = tuple(
        msgspec.structs.replace(field, is_nullable=place in nullable)
        for place, field in enumerate(signature.fields)
    )
    return msgspec.structs.replace(signature, fields=fields)


def _answers(estimator: Any, description: Description, row: Rows, places: Any) -> bool:
    signature = description.signature
    try:
        ask_estimator(
            estimator, description.task, to_estimator(_without(row, places, signature), signature)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _without(row: Rows, places: Any, signature: Signature) -> Rows:
    """Take the values of some columns away."""
    if row.matrix is not None:
        matrix = row.matrix.copy()
        matrix[:, list(places)] = np.nan
        return Rows(row.count, matrix)
    columns = [column.copy() for column in row.columns]
    for place in places:
        columns[place][:] = np.nan if signature.fields[place].kind == "number" else None
    return Rows(row.count, None, tuple(columns))
