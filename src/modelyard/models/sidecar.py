"""The file beside a model, churn.toml for churn.joblib, that says what the model file cannot."""

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from modelyard.errors import Invalid
from modelyard.models.description import Description, Field, Signature
from modelyard.models.input_faults import BadInput
from modelyard.models.signature import Reader


class FieldNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one input."""

    description: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None


class Sidecar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a model."""

    title: str = ""
    description: str = ""
    outputs: tuple[str, ...] = ()
    """Names for what is predicted, in order."""
    names: tuple[str, ...] = ()
    """Names for the inputs, in order, of a model that has none."""
    fields: dict[str, FieldNote] = {}
    example: dict[str, Any] = {}


def parse_sidecar(text: str, where: str) -> Sidecar:
    """Read the text of a sidecar strictly; `where` names the file.

    Raises Invalid with the dotted path of the first fault.
    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(where, f"is not TOML: {fault}.") from None
    _refuse_unknown(where, raw, Sidecar.__struct_fields__)
    fields = raw.get("fields", {})
    for name, note in fields.items() if isinstance(fields, dict) else ():
        if isinstance(note, dict):
            _refuse_unknown(f"{where}, fields.{name}", note, FieldNote.__struct_fields__)
    try:
        sidecar = msgspec.convert(raw, Sidecar)
    except msgspec.ValidationError as fault:
        why, _, path = str(fault).partition(" - at ")
        raise Invalid(f"{where}, {path.strip('`$.')}", f"{why}.") from None
    for name, note in sidecar.fields.items():
        if note.low is not None and note.high is not None and note.low > note.high:
            raise Invalid(
                f"{where}, fields.{name}", f"low {note.low:g} is above high {note.high:g}."
            )
    return sidecar


def apply_sidecar(description: Description, sidecar: Sidecar, where: str) -> Description:
    """Add what a sidecar says to what was found in the model.

    Raises Invalid where it speaks of inputs or outputs that the model does not have.
    """
    signature = _named(description.signature, sidecar.names, where)
    _refuse_unknown(f"{where}, fields", sidecar.fields, signature.names)
    fields = tuple(_noted(field, sidecar.fields.get(field.name)) for field in signature.fields)
    signature = msgspec.structs.replace(signature, fields=fields)
    outputs = description.outputs
    if sidecar.outputs:
        if len(sidecar.outputs) != len(outputs):
            raise Invalid(
                f"{where}, outputs",
                f"names {len(sidecar.outputs)}; the model has {len(outputs)}.",
            )
        outputs = sidecar.outputs
    example = _example(description, signature, sidecar, where)
    return msgspec.structs.replace(
        description, signature=signature, outputs=outputs, example=example
    )


def _named(signature: Signature, names: tuple[str, ...], where: str) -> Signature:
    if not names:
        return signature
    if len(names) != len(signature.fields) or len(set(names)) != len(names):
        raise Invalid(
            f"{where}, names",
            f"must be {len(signature.fields)} different names, one for each input in order.",
        )
    if signature.is_named and names != signature.names:
        raise Invalid(f"{where}, names", "the model has names of its own.", "Leave names out.")
    pairs = zip(signature.fields, names, strict=True)
    fields = tuple(msgspec.structs.replace(field, name=name) for field, name in pairs)
    return msgspec.structs.replace(signature, fields=fields, is_named=True)


def _noted(field: Field, note: FieldNote | None) -> Field:
    if note is None:
        return field
    return msgspec.structs.replace(
        field,
        description=note.description,
        unit=note.unit,
        low=field.low if note.low is None else note.low,
        high=field.high if note.high is None else note.high,
    )


def _example(
    description: Description, signature: Signature, sidecar: Sidecar, where: str
) -> dict[str, Any]:
    if not sidecar.example:
        return dict(zip(signature.names, description.example.values(), strict=False))
    try:
        Reader(signature).records(sidecar.example)
    except BadInput as fault:
        raise Invalid(f"{where}, example", f"{fault.where} {fault.why}", fault.cure) from None
    return sidecar.example


def _refuse_unknown(where: str, given: Mapping[str, object], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {shown}."
            raise Invalid(f"{where}, {key}", "is not known.", cure)
