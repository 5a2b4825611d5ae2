"""Tables of Polars into a model, and its answers as a table."""

from typing import TYPE_CHECKING, Any

from modelyard.models.description import Description, Field
from modelyard.models.predict import Prediction, Predictor
from modelyard.models.rows import Rows

if TYPE_CHECKING:
    import polars as pl


WRITTEN: dict[str | None, bool] = {"true": True, "True": True, "false": False, "False": False}
"""How files of text write yes and no."""


def predict_frame(predictor: Predictor, frame: "pl.DataFrame") -> "pl.DataFrame":
    """Answer a table; columns that the model does not know are left out.

    Raises BadInput, whose rows count from 0, and what `predict` raises.
    """
    return answers_of(predictor.predict(rows_of_frame(predictor, frame)), predictor.description)


def rows_of_frame(predictor: Predictor, frame: "pl.DataFrame") -> Rows:
    """Read the inputs of a model from a table. Raises BadInput."""
    fields = predictor.description.signature.fields
    given = {one.name: _values(frame[one.name], one) for one in fields if one.name in frame.columns}
    return predictor.reader.columns(given)


def answers_of(prediction: Prediction, description: Description) -> "pl.DataFrame":
    """Give answers as a table: what is predicted, the probability of each class, scores."""
    import polars as pl

    columns: dict[str, Any] = {}
    if prediction.predictions and isinstance(prediction.predictions[0], list):
        width = len(prediction.predictions[0])
        named = len(description.outputs) == width
        names = description.outputs if named else [f"value_{n + 1}" for n in range(width)]
        columns |= dict(zip(names, zip(*prediction.predictions, strict=True), strict=True))
    else:
        name = description.outputs[0] if len(description.outputs) == 1 else "prediction"
        columns[name] = prediction.predictions
    if prediction.probabilities and len(description.classes) == 1:
        by_class = zip(*prediction.probabilities, strict=True)
        for known, column in zip(description.classes[0], by_class, strict=True):
            columns[f"probability_{known}"] = column
    if prediction.scores:
        columns["score"] = prediction.scores
    return pl.DataFrame(columns, strict=False)


def _values(column: "pl.Series", field: Field) -> Any:
    import polars as pl

    kind = column.dtype
    if field.kind == "number":
        if kind == pl.String:
            read = column.cast(pl.Float64, strict=False)
            if read.null_count() == column.null_count():
                return read.to_numpy()
            pairs = zip(read.to_list(), column.to_list(), strict=True)
            return [text if number is None else number for number, text in pairs]
        if kind.is_numeric() or kind in (pl.Boolean, pl.Null):
            return column.cast(pl.Float64).to_numpy()
    if field.kind == "text":
        return column.cast(pl.String).to_list()
    if kind == pl.String:
        return [WRITTEN.get(text, text) for text in column.to_list()]
    return column.to_list()
