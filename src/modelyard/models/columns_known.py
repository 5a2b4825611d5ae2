"""What the steps of a pipeline know of the columns that enter it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from modelyard.models.description import FieldKind, Value
from modelyard.models.parts import innermost

PASSING = frozenset({"SimpleImputer", "KNNImputer", "IterativeImputer"})
WRAPPERS = ("estimator_", "regressor_", "estimator")


@dataclass(frozen=True)
class Known:
    """What is known of one column."""

    kind: FieldKind = "number"
    null_is_none: bool = False
    is_used: bool = True
    is_integer: bool = False
    categories: tuple[Value, ...] = ()
    refuses_unknown: bool = False
    low: float | None = None
    high: float | None = None
    typical: float = 0.0
    spread: float = 1.0


def columns_known(estimator: Any, count: int) -> list[Known]:
    """Give what is known of each of `count` columns."""
    return _of(innermost(estimator), [Known()] * count)


def _of(part: Any, known: list[Known]) -> list[Known]:
    kind = type(part).__name__
    if kind == "Pipeline":
        return _pipeline([step for _, step in part.steps], known)
    if kind == "ColumnTransformer":
        return _column_transformer(part, known)
    if kind == "FeatureUnion":
        for _, member in part.transformer_list:
            known = _of(member, known)
        return known
    find = STEPS.get(kind)
    if find is not None:
        return find(part, known)
    inner = _wrapped(part)
    return _of(inner, known) if inner is not None else known


def _wrapped(part: Any) -> Any:
    """Give what an ensemble or wrapper hands its rows to, where it hands on all columns."""
    for name in WRAPPERS:
        inner = getattr(part, name, None)
        if hasattr(inner, "n_features_in_"):
            return inner
    members = getattr(part, "estimators_", None)
    if isinstance(members, list) and members and not hasattr(part, "estimators_features_"):
        first = members[0]
        return None if hasattr(first, "tree_") or isinstance(first, list) else first
    calibrated = getattr(part, "calibrated_classifiers_", None)
    return getattr(calibrated[0], "estimator", None) if calibrated else None


def _pipeline(steps: list[Any], known: list[Known]) -> list[Known]:
    """The first step knows, and what only fills gaps leaves the word to the next."""
    for step in steps:
        if step is None or step == "passthrough":
            continue
        found = _of(innermost(step), known)
        if type(step).__name__ not in PASSING or len(getattr(step, "statistics_", known)) != len(
            known
        ):
            return found
        known = found
    return known


def _column_transformer(part: Any, known: list[Known]) -> list[Known]:
    found = [replace(one, is_used=False) for one in known]
    for name, chosen, _ in part.transformers_:
        if isinstance(chosen, str) and chosen == "drop":
            continue
        indices = [int(index) for index in part._transformer_to_input_indices.get(name, ())]
        told = [replace(known[index], is_used=True) for index in indices]
        if not isinstance(chosen, str):
            told = _of(chosen, told)
        for index, one in zip(indices, told, strict=True):
            found[index] = _joined(found[index], one)
    return found


def _joined(before: Known, after: Known) -> Known:
    """Categories win over a bare number where two transformers read one column."""
    return before if before.is_used and before.categories else after


def _encoder(part: Any, known: list[Known]) -> list[Known]:
    refuses = getattr(part, "handle_unknown", "ignore") == "error"
    listed = getattr(part, "categories_", None)
    if listed is None or len(listed) != len(known):
        return [replace(one, kind="text") for one in known]
    return [
        replace(_categories(one, values), refuses_unknown=refuses)
        for one, values in zip(known, listed, strict=True)
    ]


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _categories(known: Known, values: Any) -> Known:
    everything = values.tolist()
    listed = [value for value in everything if not _is_missing(value)]
    known = replace(known, null_is_none=any(value is None for value in everything))
    if listed and all(isinstance(value, bool) for value in listed):
        return replace(known, kind="boolean", categories=tuple(listed))
    if listed and all(isinstance(value, int | float) for value in listed):
        whole = all(float(value).is_integer() for value in listed)
        return replace(known, categories=tuple(listed), is_integer=whole)
    return replace(known, kind="text", categories=tuple(str(value) for value in listed))


def _texts(_: Any, known: list[Known]) -> list[Known]:
    return [replace(one, kind="text") for one in known]


def _minmax(part: Any, known: list[Known]) -> list[Known]:
    return _ranges(known, part.data_min_, part.data_max_)


def _bins(part: Any, known: list[Known]) -> list[Known]:
    edges = part.bin_edges_
    return _ranges(known, [edge[0] for edge in edges], [edge[-1] for edge in edges])


def _neighbours(part: Any, known: list[Known]) -> list[Known]:
    data: Any = getattr(part, "_fit_X", None)
    if not hasattr(data, "min") or getattr(data, "ndim", 0) != 2 or not len(data):
        return known
    return _ranges(known, data.min(axis=0), data.max(axis=0))


def _ranges(known: list[Known], low: Any, high: Any) -> list[Known]:
    return [
        replace(
            one,
            low=float(least),
            high=float(most),
            typical=float(least + most) / 2,
            spread=float(most - least) / 2 or 1.0,
        )
        for one, least, most in zip(known, low, high, strict=True)
    ]


def _scaler(part: Any, known: list[Known]) -> list[Known]:
    middles = getattr(part, "mean_", None)
    middles = getattr(part, "center_", None) if middles is None else middles
    spreads = getattr(part, "scale_", None)
    return [
        replace(
            one,
            typical=one.typical if middles is None else float(middles[place]),
            spread=one.spread if spreads is None else float(spreads[place]) or 1.0,
        )
        for place, one in enumerate(known)
    ]


def _histogram_boosting(part: Any, known: list[Known]) -> list[Known]:
    inner = getattr(part, "_preprocessor", None)
    return known if inner is None else _of(inner, known)


STEPS: dict[str, Callable[[Any, list[Known]], list[Known]]] = {
    "OneHotEncoder": _encoder,
    "OrdinalEncoder": _encoder,
    "TargetEncoder": _encoder,
    "CountVectorizer": _texts,
    "TfidfVectorizer": _texts,
    "HashingVectorizer": _texts,
    "MinMaxScaler": _minmax,
    "KBinsDiscretizer": _bins,
    "StandardScaler": _scaler,
    "RobustScaler": _scaler,
    "KNeighborsClassifier": _neighbours,
    "KNeighborsRegressor": _neighbours,
    "HistGradientBoostingClassifier": _histogram_boosting,
    "HistGradientBoostingRegressor": _histogram_boosting,
}
