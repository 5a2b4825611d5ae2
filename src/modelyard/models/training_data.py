"""The rows that a training is given, and those that are kept back from it."""

from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.workspace.training import TrainConfig

if TYPE_CHECKING:
    import polars as pl

LEAST_ROWS = 10
BUCKETS = 1_000_000


def read_rows(frame: "pl.LazyFrame", config: TrainConfig, where: str) -> "pl.DataFrame":
    """Read the features and the target; rows without a target are left out.

    Raises NotFound for a column that is not there, and Invalid where too few rows are left.
    """
    import polars as pl

    known = frame.collect_schema().names()
    wanted = [*config.features, config.target] if config.features else known
    for name in (*wanted, config.target):
        if name not in known:
            raise NotFound(where, f"has no column '{name}'.", f"It has {', '.join(known[:20])}.")
    rows = frame.select(wanted).filter(pl.col(config.target).is_not_null()).collect()
    if rows.height < LEAST_ROWS:
        raise Invalid(
            where, f"has {rows.height} rows with a '{config.target}'; {LEAST_ROWS} are needed."
        )
    return rows


def kept_back(rows: "pl.DataFrame", config: TrainConfig) -> tuple["pl.DataFrame", "pl.DataFrame"]:
    """Give the rows for the training, and those for the comparison.

    A row's content decides: it stays on its side while others come and go, so that a version is
    never compared on rows that an earlier one, by the same seed, was trained on.
    """
    place = rows.hash_rows(config.holdout.seed) % BUCKETS
    is_back = place < round(config.holdout.share * BUCKETS)
    training, back = rows.filter(~is_back), rows.filter(is_back)
    if not training.height or not back.height:
        raise Invalid("holdout", "leaves no rows on one side.", "Choose another share or seed.")
    return training, back


def as_asked(rows: "pl.DataFrame", kind: str) -> Any:
    """Give the rows as the kind of table that the function takes.

    Raises Unavailable where pandas is asked for and not installed.
    """
    if kind == "polars":
        return rows
    try:
        return rows.to_pandas()
    except ModuleNotFoundError as missing:
        why = f"'{missing.name}' is not installed."
        raise Unavailable("frame = 'pandas'", why, "Install pandas and pyarrow.") from None
