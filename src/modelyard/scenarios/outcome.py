"""What a model gave, held against what it promised."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.output import Output

MOST_ROWS = 1_000_000
ROUND = "Round it in the model, with cents()."


def read_outputs(where: str, outputs: Sequence[Output], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the outputs in the order promised, each of its kind.

    Tables become lists of rows. Raises Invalid, naming the output, for what is missing, was not
    promised, or is of another shape; for figures that are not finite; and for money that is not
    exact.
    """
    names = [output.name for output in outputs]
    for name in given:
        if name not in names:
            raise Invalid(where, f"the model gave '{name}', which it did not declare.")
    for name in names:
        if name not in given:
            raise Invalid(where, f"the model did not give the output '{name}'.")
    return {
        output.name: read_output(f"{where}/{output.name}", output, given[output.name])
        for output in outputs
    }


def read_output(where: str, output: Output, value: Any) -> Any:
    """Give one output of its kind."""
    if value is None:
        if output.is_optional:
            return None
        raise Invalid(where, "has no value.", "Declare it as `... | None` where that may be.")
    if output.kind == "table":
        return _table(where, output, value)
    if output.kind == "date":
        if isinstance(value, datetime) or not isinstance(value, date):
            raise Invalid(where, _not_a(value, "date"))
        return value
    if output.is_numeric:
        return _number(where, output, value)
    if not isinstance(value, str):
        raise Invalid(where, _not_a(value, "text"))
    return value


def _number(where: str, output: Output, value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Invalid(where, _not_a(value, f"number ({output.kind})"))
    if isinstance(value, float) and output.is_exact:
        raise Invalid(where, f"{value!r} is a float, and this output is exact.", "Give a Decimal.")
    if not isinstance(value, int) and not math.isfinite(value):
        raise Invalid(
            where, f"is {value}: it overflowed, or something was divided by zero on the way."
        )
    if output.kind == "integer":
        if value != int(value):
            raise Invalid(where, f"{value} is not a whole number.")
        return int(value)
    return _exact(where, output, Decimal(value)) if output.is_exact else _float(where, value)


def _exact(where: str, output: Output, exact: Decimal) -> Decimal:
    if output.places is not None:
        exponent = exact.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > output.places:
            rounded = round(exact, output.places)
            if rounded != exact:
                why = f"{exact:.12f} has more than {output.places} decimals."
                raise Invalid(where, why, ROUND)
            return rounded
        return exact.quantize(Decimal(1).scaleb(-output.places))
    return exact


def _float(where: str, value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Invalid(where, "is too large: it overflowed.") from None


def _table(where: str, output: Output, value: Any) -> list[dict[str, Any]]:
    rows = _rows(where, value)
    if len(rows) > MOST_ROWS:
        raise Invalid(where, f"has {len(rows):,} rows; the most is {MOST_ROWS:,}.")
    names = [column.name for column in output.columns]
    read = []
    for number, row in enumerate(rows, start=1):
        cells = _cells(row, names)
        if cells is None:
            raise Invalid(f"{where}, row {number}", f"has not the columns {', '.join(names)}.")
        place = f"{where}, row {number}"
        read.append(
            {
                column.name: read_output(f"{place}, {column.name}", column, cells[column.name])
                for column in output.columns
            }
        )
    return read


def _rows(where: str, value: Any) -> Sequence[Any]:
    if hasattr(value, "to_dicts"):
        rows: list[dict[str, Any]] = value.to_dicts()
        return rows
    if isinstance(value, Mapping):
        columns = {name: list(cells) for name, cells in value.items()}
        lengths = {len(cells) for cells in columns.values()}
        if len(lengths) > 1:
            raise Invalid(where, f"its columns differ in length: {sorted(lengths)}.")
        return [
            dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
        ]
    if not isinstance(value, list | tuple):
        raise Invalid(where, _not_a(value, "table (a list of rows)"))
    return value


def _cells(row: Any, names: Sequence[str]) -> Mapping[str, Any] | None:
    if hasattr(row, "__dataclass_fields__"):
        row = {name: getattr(row, name) for name in row.__dataclass_fields__}
    elif hasattr(row, "_asdict"):
        row = row._asdict()
    if not isinstance(row, Mapping) or set(row) != set(names):
        return None
    return row


def _not_a(value: Any, wanted: str) -> str:
    shape = f" of shape {value.shape}" if getattr(value, "shape", ()) else ""
    return f"is a {type(value).__name__}{shape}, and a {wanted} was declared."
