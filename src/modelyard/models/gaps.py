"""Answers to tables of which some rows are none that the model takes: these stay empty."""

from typing import TYPE_CHECKING

from modelyard.models.frames import predict_frame
from modelyard.models.input_faults import BadInput
from modelyard.models.predict import Predictor

if TYPE_CHECKING:
    import polars as pl

ROW = "row of the batch"


def answers_with_gaps(predictor: Predictor, batch: "pl.DataFrame") -> tuple["pl.DataFrame", int]:
    """Answer the rows that can be; gives one row for each, and how many are empty.

    Raises BadInput where the fault is not that of a row.
    """
    import polars as pl

    numbered = batch.with_row_index(ROW)
    rest = numbered.filter(_is_complete(predictor, batch))
    while rest.height:
        try:
            answers = predict_frame(predictor, rest.drop(ROW))
            break
        except BadInput as fault:
            rows = {one.row for one in fault.faults if one.row is not None}
            if not rows:
                raise
            rest = rest.filter(~pl.int_range(pl.len()).is_in(sorted(rows)))
    else:
        example = pl.DataFrame([predictor.description.example])
        answers = predict_frame(predictor, example).clear()
    placed = answers.with_columns(rest[ROW])
    whole = numbered.select(ROW).join(placed, on=ROW, how="left", maintain_order="left")
    return whole.drop(ROW), batch.height - rest.height


def _is_complete(predictor: Predictor, batch: "pl.DataFrame") -> "pl.Expr":
    """Tell the rows that have a value wherever the model needs one."""
    import polars as pl

    needed = [
        field.name
        for field in predictor.description.signature.fields
        if field.is_used and not field.is_nullable and field.name in batch.columns
    ]
    checks = [pl.col(name).is_not_null() for name in needed]
    checks += [pl.col(name).is_not_nan() for name in needed if batch[name].dtype.is_float()]
    return pl.all_horizontal(checks) if checks else pl.lit(value=True)
