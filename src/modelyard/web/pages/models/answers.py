"""An answer of a model, shaped for reading: values, shares of the classes, warnings in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.models.description import Description, Field
from modelyard.web.numerals import figure
from modelyard.web.pages.models.questions import written

if TYPE_CHECKING:
    from modelyard.models.predict import Prediction

MOST_BARS = 12
MOST_VALUES = 60
OUTLIER = {-1: "outlier", 1: "not an outlier"}


@dataclass(frozen=True)
class Bar:
    """The share of one class."""

    name: str
    share: float
    is_predicted: bool


@dataclass(frozen=True)
class Output:
    """One thing that is predicted."""

    name: str
    value: str
    exact: str
    """All digits of it; empty where the value has them."""
    unit: str = ""
    bars: tuple[Bar, ...] = ()
    more_bars: int = 0


@dataclass(frozen=True)
class Shown:
    """An answer to one record."""

    outputs: tuple[Output, ...]
    warnings: tuple[str, ...]
    score: str = ""
    more_values: int = 0


def shown_answer(found: Description, given: "Prediction") -> Shown:
    """Shape the answer to one record."""
    value = given.predictions[0]
    values = list(value) if isinstance(value, list | tuple) else [value]
    names = list(found.outputs)
    if len(names) != len(values):
        names = [
            f"{names[0] if len(names) == 1 else 'value'} {n}" for n in range(1, len(values) + 1)
        ]
    shares = _shares(found, given)
    outputs = [
        _output(name, one, found, shares[place] if place < len(shares) else ())
        for place, (name, one) in enumerate(zip(names, values, strict=True))
    ][:MOST_VALUES]
    return Shown(
        tuple(outputs),
        warnings_of(found, given),
        figure(given.scores[0]) if given.scores else "",
        max(len(values) - MOST_VALUES, 0),
    )


def warnings_of(found: Description, given: "Prediction") -> tuple[str, ...]:
    """Say in words which inputs lie outside what the model has seen."""
    fields = {field.name: field for field in found.signature.fields}
    return tuple(_warning(flag.field, flag.why, fields.get(flag.field)) for flag in given.flags)


def word_of(found: Description, value: Any) -> str:
    """Write a predicted value for reading."""
    if found.task == "outliers" and value in OUTLIER:
        return OUTLIER[value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return figure(value)
    return str(value)


def _output(name: str, value: Any, found: Description, shares: Any) -> Output:
    shown = word_of(found, value)
    exact = written(value)
    classes_of = dict(shares)
    ranked = sorted(classes_of.items(), key=lambda pair: -pair[1])
    bars = tuple(Bar(_class(one), share, one == value) for one, share in ranked[:MOST_BARS])
    return Output(
        name=name,
        value=shown,
        exact=exact if isinstance(value, float) and exact != shown else "",
        bars=bars,
        more_bars=max(len(ranked) - MOST_BARS, 0),
    )


def _class(value: Any) -> str:
    return written(value) or "(empty)"


def _shares(found: Description, given: "Prediction") -> list[list[tuple[Any, float]]]:
    """Give the classes with their probabilities, of each output."""
    if not given.probabilities:
        return []
    rows = [given.probabilities[0]]
    if len(found.classes) > 1:
        rows = [one[0] for one in given.probabilities]
    return [
        list(zip(classes, row, strict=False))
        for classes, row in zip(found.classes, rows, strict=False)
    ]


def _warning(name: str, why: str, field: Field | None) -> str:
    text = f"{name}: {why}"
    if field is None or not field.unit or not text.endswith("."):
        return text
    return f"{text[:-1]} {field.unit}."
