"""A served model answers as scikit-learn does, whatever serves it."""

import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

from modelyard.errors import Unavailable
from modelyard.models.asking import ask_estimator
from modelyard.models.rows import Rows
from modelyard.models.runtimes.process import ProcessRuntime

SERVED_BY = {
    "forest": "onnx",
    "forest value": "onnx",
    "extra trees": "onnx",
    "boosting": "onnx",
    "churn": "onnx",
    "strict churn": "onnx",
    "churn trees": "onnx",
    "histogram": "onnx",
    "histogram value": "onnx",
    "outliers": "treelite",
    "neighbours": "onnx",
    "groups": "onnx",
    "scaled": "onnx",
    "two values": "onnx",
    "searched": "onnx",
    "texts": "process",
    "kernel": "process",
    "birch": "process",
    "xgboost": "onnx",
    "lightgbm": "onnx",
}
NAMES = (*SERVED_BY, "two classes")


def expected(one: Any, count: int) -> Any:
    return one.table.head(count) if hasattr(one.table, "head") else one.table[:count]


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_are_those_of_scikit_learn(name: str, known: Any, predictors: Any) -> None:
    if name not in known:
        pytest.skip(f"{name} is not installed")
    one, predictor = known[name], predictors[name]
    table = expected(one, 60)
    answer = predictor.predict_records(one.records(60))
    wanted = one.estimator.predict(table)
    if wanted.dtype.kind == "f":
        np.testing.assert_allclose(answer.predictions, wanted, rtol=1e-5, atol=1e-5)
    else:
        assert answer.predictions == wanted.tolist()
    if one.description.has_probabilities:
        given = one.estimator.predict_proba(table)
        np.testing.assert_allclose(answer.probabilities, given, atol=1e-5)
    if one.description.has_scores:
        np.testing.assert_allclose(answer.scores, one.estimator.decision_function(table), atol=1e-5)


@pytest.mark.parametrize("name", SERVED_BY)
def test_what_can_be_converted_is_served_converted(name: str, known: Any) -> None:
    if name not in known:
        pytest.skip(f"{name} is not installed")
    description = known[name].description
    assert description.plan.runtime == SERVED_BY[name], description.attempts


@pytest.mark.parametrize("name", ["forest", "churn", "histogram", "outliers", "churn trees"])
def test_one_row_is_answered_as_among_many(name: str, known: Any, predictors: Any) -> None:
    records = known[name].records(10)
    together = predictors[name].predict_records(records)
    for number, record in enumerate(records):
        alone = predictors[name].predict_records(record)
        assert alone.predictions == together.predictions[number : number + 1]


def test_a_forest_answers_rows_with_gaps_as_scikit_learn_does(known: Any, predictors: Any) -> None:
    one = known["forest"]
    table = one.table.head(30).copy()
    table.iloc[::2, 1] = np.nan
    table.iloc[::3, 4] = np.nan
    records = [
        {name: None if np.isnan(value) else value for name, value in record.items()}
        for record in table.to_dict("records")
    ]
    answer = predictors["forest"].predict_records(records)
    assert answer.predictions == one.estimator.predict(table).tolist()
    assert one.description.plan.missing_by == "same"


def test_texts_that_are_missing_are_answered_as_scikit_learn_does(
    known: Any, predictors: Any
) -> None:
    one = known["churn"]
    table = one.table.head(8).copy()
    table.loc[::2, "plan"] = np.nan
    records = one.records(8)
    for record in records[::2]:
        record["plan"] = None
    answer = predictors["churn"].predict_records(records)
    assert answer.predictions == one.estimator.predict(table).tolist()


def test_requests_of_many_threads_are_answered_together_and_each_gets_its_own(
    known: Any, predictors: Any
) -> None:
    one, predictor = known["kernel"], predictors["kernel"]
    wanted = one.estimator.predict(one.table[:40])
    records = one.records(40)
    given: dict[int, float] = {}

    def ask(number: int) -> None:
        given[number] = predictor.predict_records(records[number]).predictions[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    np.testing.assert_allclose([given[number] for number in range(40)], wanted, rtol=1e-9)


def test_a_process_that_dies_is_started_again(known: Any) -> None:
    one = known["birch"]
    runtime = ProcessRuntime(one.description, one.original)
    rows = Rows(3, np.ascontiguousarray(one.table[:3]))
    first = runtime.predict(rows).predictions.tolist()
    (pid,) = runtime.pids
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while runtime.pids and time.monotonic() < until:
        time.sleep(0.01)
    assert runtime.predict(rows).predictions.tolist() == first
    runtime.close()
    with pytest.raises(Unavailable, match="no longer served"):
        runtime.predict(rows)


def test_the_steps_of_a_pipeline_are_done_once_for_all_that_is_asked() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    seen = []

    def doubled(table: Any) -> Any:
        seen.append(len(table))
        return table * 2

    rows = np.arange(8.0).reshape(4, 2)
    steps = [("double", FunctionTransformer(doubled)), ("decide", LogisticRegression())]
    pipeline = Pipeline(steps).fit(rows, [0, 0, 1, 1])
    wanted = pipeline.predict(rows), pipeline.predict_proba(rows)
    seen.clear()
    outcome = ask_estimator(pipeline, "classification", rows)
    assert seen == [4]
    assert np.array_equal(outcome.predictions, wanted[0])
    assert np.array_equal(outcome.probabilities[0], wanted[1])
