"""`[models.NAME.train]`: how a model is trained again."""

import re
from typing import Annotated, Any, Literal

import msgspec

MetricName = Literal["accuracy", "roc_auc", "f1", "log_loss", "r2", "rmse", "mae"]
BY_A_PERSON = "by a person"
FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
PROMOTE = re.compile(rf"{BY_A_PERSON}|better( by (?P<margin>\d+(\.\d+)?))?")


class HoldoutConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rows that are kept back from the training, to compare on."""

    share: float = 0.2
    """About which share of the rows, between 0.01 and 0.9. A row is kept back by its content, so
    that it stays so while others are added."""
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0


class TrainConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[models.NAME.train]` section."""

    function: str
    """The function in the workspace, such as `training.churn:train`: it is given the rows and the
    parameters, and gives back a fitted estimator or the path of a model file."""
    dataset: str
    target: str
    """The column that is to be predicted."""
    metric: MetricName
    features: tuple[str, ...] = ()
    """The columns that the function is given beside the target; all where none is named."""
    holdout: HoldoutConfig = HoldoutConfig()
    frame: Literal["polars", "pandas"] = "polars"
    """The kind of table that the function is given."""
    parameters: dict[str, Any] = {}
    """What the function is given by name."""
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    """Set before the function is called; it is given that too where it has an argument `seed`."""
    promote: str = BY_A_PERSON
    """`by a person`, `better`, or `better by 0.01`: when @champion moves to the new version."""
    time_limit_s: float = 3600.0
    memory_mib: int = 4096
    """The memory that the function may take."""

    @property
    def margin(self) -> float | None:
        """By how much the new version must be better to be promoted; None: a person decides."""
        found = PROMOTE.fullmatch(self.promote)
        if found is None or self.promote == BY_A_PERSON:
            return None
        return float(found["margin"] or 0)
