"""Finding out what an estimator takes and gives, from what it keeps of its training."""

from dataclasses import asdict
from typing import Any

from modelyard.errors import Invalid
from modelyard.models.columns_known import Known, columns_known
from modelyard.models.description import Field, Signature, TaskName, Value
from modelyard.models.parts import steps_of

MOST_FIELDS = 100_000


def task_of(estimator: Any) -> TaskName:
    """Say what kind of question an estimator answers.

    Raises Invalid where it has no answer for rows it has not seen.
    """
    from sklearn.base import is_classifier, is_clusterer, is_outlier_detector, is_regressor

    known: tuple[tuple[Any, TaskName], ...] = (
        (is_classifier, "classification"),
        (is_regressor, "regression"),
        (is_outlier_detector, "outliers"),
        (is_clusterer, "clustering"),
    )
    if _can(estimator, "predict"):
        for is_kind, task in known:
            if is_kind(estimator):
                return task
        if hasattr(estimator, "classes_"):
            return "classification"
        return "clustering" if _can(estimator, "fit_predict") else "regression"
    if _can(estimator, "transform"):
        return "transformation"
    kind = type(estimator).__name__
    if _can(estimator, "fit_predict"):
        raise Invalid(
            "model",
            f"{kind} groups the rows it was fitted on, and has no answer for new ones.",
            "KMeans has one, and LocalOutlierFactor with novelty=True.",
        )
    raise Invalid("model", f"is a {kind}, which cannot predict.", "Save a fitted estimator.")


def _can(estimator: Any, verb: str) -> bool:
    return callable(getattr(estimator, verb, None))


def signature_of(estimator: Any) -> Signature:
    """Give the inputs of an estimator.

    Raises Invalid where it does not know their number, which it does once it is fitted.
    """
    first = steps_of(estimator)[0]
    if _is_vectorizer(first):
        return Signature(fields=(Field(name="text", kind="text"),), shape="texts", is_named=False)
    count = _count(estimator)
    names = _names(estimator, count)
    known = columns_known(estimator, count)
    taken = names or tuple(f"x{number}" for number in range(count))
    fields = tuple(_field(name, known[place]) for place, name in enumerate(taken))
    numbers = all(field.kind == "number" for field in fields)
    return Signature(fields=fields, shape="matrix" if numbers else "columns", is_named=bool(names))


def classes_of(estimator: Any) -> tuple[tuple[Value, ...], ...]:
    """Give the classes of every output; empty where there are none."""
    classes = getattr(estimator, "classes_", None)
    if classes is None or not _can(estimator, "predict"):
        return ()
    several = isinstance(classes, list)
    return tuple(tuple(plain(one)) for one in (classes if several else [classes]))


def plain(values: Any) -> list[Value]:
    """Give values as Python's own."""
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    return [
        value if isinstance(value, str | int | float | bool) else str(value) for value in listed
    ]


def _is_vectorizer(step: Any) -> bool:
    return type(step).__name__ in {"CountVectorizer", "TfidfVectorizer", "HashingVectorizer"}


def _count(estimator: Any) -> int:
    count: Any = getattr(estimator, "n_features_in_", None)
    if count is None:
        count = getattr(steps_of(estimator)[0], "n_features_in_", None)
    if count is None:
        count = _count_of_coefficients(steps_of(estimator)[0])
    if not isinstance(count, int) and not hasattr(count, "__index__"):
        raise Invalid(
            "model", "does not say how many inputs it takes.", "Was it fitted before it was saved?"
        )
    if not 0 < int(count) <= MOST_FIELDS:
        raise Invalid("model", f"takes {int(count)} inputs; the most are {MOST_FIELDS}.")
    return int(count)


def _count_of_coefficients(step: Any) -> int | None:
    """Old versions did not keep the number of inputs; the coefficients have it."""
    for name in ("coef_", "mean_", "scale_", "cluster_centers_", "components_"):
        values = getattr(step, name, None)
        if getattr(values, "ndim", 0):
            return int(values.shape[-1])  # type: ignore[union-attr]
    return getattr(step, "n_features_", None)


def _names(estimator: Any, count: int) -> tuple[str, ...]:
    """Give the names of the inputs, where the model has them."""
    for holder in (estimator, steps_of(estimator)[0]):
        names = getattr(holder, "feature_names_in_", None)
        if names is not None and len(names) == count:
            return tuple(str(name) for name in names)
    booster = getattr(steps_of(estimator)[0], "feature_name_", None)
    if booster is not None and len(booster) == count and booster[0] != "Column_0":
        return tuple(str(name) for name in booster)
    return ()


def _field(name: str, known: Known) -> Field:
    return Field(name=name, **asdict(known))
