"""A what-if model of a trained one: its inputs are the parameters, its answers the outputs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.models.description import Description, Field
from modelyard.scenarios.describe import output_of, parameter_of
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.what_if import WhatIf

if TYPE_CHECKING:
    from modelyard.models.predict import Prediction

Predict = Callable[[list[dict[str, Any]]], "Prediction"]
"""Gives the answers for records: `Predictor.predict_records`."""
TRUE, FALSE = "true", "false"
MOST_CHOICES = 1000


@dataclass(frozen=True)
class PredictedOutcome:
    """What a trained model answers, as the calculation of a what-if model."""

    fields: Mapping[str, Field]
    """By the name of the parameter."""
    outputs: tuple[Output, ...]
    description: Description
    predict: Predict

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the model for one record."""
        record = {
            field.name: _sent(field, values[name])
            for name, field in self.fields.items()
            if name in values
        }
        return self._told(self.predict([record]))

    def _told(self, answer: "Prediction") -> dict[str, Any]:
        (prediction,) = answer.predictions
        several = self.description.outputs
        row = prediction if len(several) > 1 else [prediction]
        told: list[Any] = [_plain(value) for value in row]
        if self.description.has_probabilities and len(several) == 1:
            told += [float(value) for value in answer.probabilities[0]]
        if self.description.has_scores:
            told.append(float(answer.scores[0]))
        pairs = zip(self.outputs, told, strict=True)
        return {output.name: _fitting(output, value) for output, value in pairs}


def varied_model(name: str, digest: str, description: Description, predict: Predict) -> WhatIf:
    """Make a what-if model of a trained one: a parameter for each input that counts.

    Known ranges are bounds, known categories choices. Raises Invalid for a model that gives no
    prediction of its own, such as a transformation.
    """
    if description.task == "transformation":
        raise Invalid(f"models/{name}", "transforms its inputs: there is nothing to vary.")
    used = [field for field in description.signature.fields if field.is_used]
    taken: set[str] = set()
    fields = {_name(field.name, taken): field for field in used}
    parameters = tuple(
        _parameter(f"models/{name}/{key}", key, field, description.example)
        for key, field in fields.items()
    )
    outputs = _outputs(f"models/{name}", description)
    return WhatIf(
        name=name,
        room="models",
        title=name,
        description=f"{description.estimator}, varied.",
        parameters=parameters,
        outputs=outputs,
        calculation=PredictedOutcome(fields, outputs, description, predict),
        digest=digest,
        is_vectorised=False,
    )


def _parameter(where: str, name: str, field: Field, example: Mapping[str, Any]) -> Parameter:
    told: dict[str, Any] = {
        "title": field.name,
        "help": field.description,
        "unit": field.unit,
        "default": example.get(field.name),
    }
    if field.kind == "number":
        told["kind"] = "integer" if field.is_integer else "number"
        told |= {"minimum": field.low, "maximum": field.high}
        told["default"] = _within(field, told["default"])
    elif field.kind == "boolean" or field.categories:
        known = [TRUE, FALSE] if field.kind == "boolean" else [str(one) for one in field.categories]
        told |= {"kind": "choice", "choices": tuple(dict.fromkeys(known))[:MOST_CHOICES]}
        default = str(told["default"]).lower() if field.kind == "boolean" else told["default"]
        told["default"] = default if default in told["choices"] else told["choices"][0]
    else:
        told |= {"kind": "text", "default": str(told["default"] or "")}
    return parameter_of(where, name, told)


def _within(field: Field, value: Any) -> float | int:
    number = field.typical if value is None or isinstance(value, bool | str) else float(value)
    low = number if field.low is None else max(field.low, number)
    inside = low if field.high is None else min(field.high, low)
    return round(inside) if field.is_integer else inside


def _outputs(where: str, description: Description) -> tuple[Output, ...]:
    taken: set[str] = set()
    is_number = description.task == "regression"
    kind = "number" if is_number else "text"
    named = [(name, {"kind": kind, "title": name}) for name in description.outputs]
    if description.has_probabilities and len(description.outputs) == 1:
        for one in description.classes[0]:
            named.append((f"p_{one}", {"kind": "percent", "title": f"Probability of {one}"}))
    if description.has_scores:
        named.append(("score", {"kind": "number", "title": "Score"}))
    outputs = []
    for name, told in named:
        key = _name(name, taken)
        outputs.append(output_of(f"{where}/{key}", key, told))
    return tuple(outputs)


def _name(text: str, taken: set[str]) -> str:
    """Give a name that parameters may have, and that is not taken yet."""
    bare = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
    name = bare[:50] if bare[:1].isalpha() else f"x_{bare}"[:50]
    number = 2
    while name in taken:
        name = f"{name[:50]}_{number}"
        number += 1
    taken.add(name)
    return name


def _sent(field: Field, value: Any) -> Any:
    if field.kind == "boolean":
        return value == TRUE
    if field.kind == "text":
        known = {str(one): one for one in field.categories}
        return known.get(str(value), value)
    return value


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _fitting(output: Output, value: Any) -> Any:
    return float(value) if output.is_numeric else str(value)
