"""Asking an estimator of scikit-learn, and its answer as plain arrays. Only in the jail."""

import warnings
from typing import Any

import numpy as np

from modelyard.models.description import Outcome, TaskName
from modelyard.models.inspecting import classes_of


def ask_estimator(estimator: Any, task: TaskName, table: Any) -> Outcome:
    """Give the answer of an estimator to a table, as scikit-learn itself gives it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if task == "transformation":
            return Outcome(predictions=_dense(estimator.transform(table)))
        estimator, table = _prepared(estimator, table)
        predictions = np.asarray(estimator.predict(table))
        if task == "outliers":
            return Outcome(predictions=predictions, scores=_scores(estimator, table))
        if task != "classification":
            return Outcome(predictions=predictions)
        return Outcome(predictions=predictions, probabilities=_probabilities(estimator, table))


def _prepared(estimator: Any, table: Any) -> tuple[Any, Any]:
    """Do the steps before the last once: a pipeline would do them for each thing it is asked."""
    kind = type(estimator)
    if (kind.__module__, kind.__name__) != ("sklearn.pipeline", "Pipeline"):
        return estimator, table
    *before, (_, last) = estimator.steps
    if not before or last is None or isinstance(last, str):
        return estimator, table
    return last, estimator[:-1].transform(table)


def has_probabilities(estimator: Any) -> bool:
    """Say whether an estimator gives a probability to every class."""
    return callable(getattr(estimator, "predict_proba", None)) and bool(classes_of(estimator))


def _probabilities(estimator: Any, table: Any) -> tuple[Any, ...]:
    if not has_probabilities(estimator):
        return ()
    given = estimator.predict_proba(table)
    several = isinstance(given, list)
    return tuple(np.asarray(one, dtype=np.float64) for one in (given if several else [given]))


def _scores(estimator: Any, table: Any) -> Any:
    decide = getattr(estimator, "decision_function", None)
    return None if decide is None else np.asarray(decide(table), dtype=np.float64)


def _dense(values: Any) -> Any:
    values = values.toarray() if hasattr(values, "toarray") else values
    return np.asarray(values)
