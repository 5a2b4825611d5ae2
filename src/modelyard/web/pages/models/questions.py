"""A form made from what a model takes, and the record that a filled form means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelyard.models.description import Description, Field, Value
from modelyard.models.input_faults import InputFault
from modelyard.web.numerals import figure

MOST_OPTIONS = 60
"""Known values that stand in a select; more are suggestions while one types."""
MOST_SUGGESTED = 300
SHOWN_VALUES = 6
TRUTHS = {"true": True, "false": False}
OWN_MARK = "_"
"""How the form's own parameters begin; inputs that begin so get one more."""
NULL = "_null"


@dataclass(frozen=True)
class Question:
    """One input of a model in its form."""

    field: Field
    key: str
    """What the form calls it."""
    control: str
    """`select`, `number`, `text`, or `long` for a text of several lines."""
    options: tuple[str, ...]
    """The values of a select, or suggestions."""
    hint: str
    text: str
    """What stands in it."""
    is_null: bool
    has_null_box: bool
    """Whether "not known" needs a box of its own, as no text means it."""
    faults: tuple[InputFault, ...] = ()


def key_of(field: Field) -> str:
    """Give the name of an input in forms and addresses."""
    return OWN_MARK + field.name if field.name.startswith(OWN_MARK) else field.name


def keys_of(fields: Sequence[Field]) -> tuple[str, ...]:
    """Give the names of all inputs in forms and addresses."""
    return tuple(key_of(field) for field in fields)


def questions_of(
    found: Description, record: Mapping[str, Any], faults: Sequence[InputFault] = ()
) -> list[Question]:
    """Make the form, filled with a record."""
    is_long = found.signature.shape == "texts"
    return [
        _question(field, record.get(field.name), is_long, faults)
        for field in found.signature.fields
    ]


def record_of(fields: Sequence[Field], given: Any, nulls: Sequence[str]) -> dict[str, Any]:
    """Read a record from a form; what fits no input is left for the model to refuse."""
    record = {}
    for field in fields:
        text = given.get(key_of(field))
        if text is None and field.name not in nulls:
            continue
        value = None if field.name in nulls else read_value(field, text)
        if value is not None or field.is_used or field.is_nullable:
            record[field.name] = value
    return record


def read_value(field: Field, text: str) -> Any:
    """Read a typed text as an input means it; None for nothing."""
    if field.kind == "text":
        return None if not text and _empty_is_null(field) else text
    plain = text.strip()
    if not plain:
        return None
    if field.kind == "boolean":
        return TRUTHS.get(plain.lower(), text)
    return read_number(plain)


def read_number(text: str) -> Any:
    """Read a number, with a comma or a point before its fraction; else give the text back."""
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        digits = plain.lstrip("+-")
        return int(plain) if digits.isascii() and digits.isdigit() else float(plain)
    except ValueError:
        return text


def written(value: Any) -> str:
    """Write a value as one types it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def nulls_of(fields: Sequence[Field], record: Mapping[str, Any]) -> list[str]:
    """Name the inputs that are null where the empty text does not say so."""
    return [one.name for one in fields if record.get(one.name, 0) is None and _has_box(one)]


def _question(field: Field, value: Any, is_long: bool, faults: Sequence[InputFault]) -> Question:
    options = _options(field)
    control: str = "select" if _is_select(field, options) else field.kind
    if control == "text" and is_long:
        control = "long"
    text = written(value)
    if control == "select" and text and text not in options:
        options = (*options, text)
    return Question(
        field=field,
        key=key_of(field),
        control="text" if control == "number" and options else control,
        options=options[:MOST_SUGGESTED],
        hint=_hint(field),
        text=text,
        is_null=value is None,
        has_null_box=_has_box(field),
        faults=tuple(fault for fault in faults if fault.field == field.name),
    )


def _options(field: Field) -> tuple[str, ...]:
    if field.kind == "boolean":
        return ("true", "false")
    return tuple(written(value) for value in field.categories)


def _is_select(field: Field, options: Sequence[str]) -> bool:
    if field.kind == "boolean":
        return True
    return field.refuses_unknown and 0 < len(options) <= MOST_OPTIONS


def _empty_is_null(field: Field) -> bool:
    """Tell whether nothing means null: an empty text is a value where the model may know it."""
    return field.is_nullable and field.refuses_unknown and "" not in field.categories


def _has_box(field: Field) -> bool:
    return field.kind == "text" and field.is_nullable and not _empty_is_null(field)


def _hint(field: Field) -> str:
    parts = []
    if field.is_integer and not field.categories:
        parts.append("whole number")
    if field.low is not None or field.high is not None:
        parts.append(_range(field))
    elif field.categories and field.kind != "boolean":
        parts.append(_known(field.categories))
    if field.is_nullable and not _has_box(field):
        parts.append("may be empty")
    if not field.is_used:
        parts.append("not used by the model")
    return ", ".join(parts)


def _range(field: Field) -> str:
    if field.low is None or field.high is None:
        bound, word = (field.high, "up to") if field.low is None else (field.low, "from")
        return f"seen {word} {figure(bound)}"
    return f"seen {figure(field.low)} to {figure(field.high)}"


def _known(categories: Sequence[Value]) -> str:
    shown = ", ".join(written(value) or "(empty)" for value in categories[:SHOWN_VALUES])
    more = len(categories) - SHOWN_VALUES
    return f"known: {shown}{f' and {more} more' if more > 0 else ''}"
