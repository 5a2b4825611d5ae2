"""What is found in a model file, and what is said of files that cannot be served."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import dumped
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LinearRegression, LogisticRegression

from modelyard.errors import Invalid
from modelyard.models.artefact.listing import list_file
from modelyard.models.opening import Opened, open_model
from modelyard.models.predict import Predictor, open_predictor


def opened(content: bytes) -> Predictor:
    found: Opened = open_model(content)
    return open_predictor(found.description, found.content, content)


def test_the_inputs_are_found_with_names_kinds_and_known_values(known: Any) -> None:
    fields = {field.name: field for field in known["churn"].description.signature.fields}
    assert list(fields) == ["age", "income", "plan", "city", "visits"]
    assert [field.kind for field in fields.values()] == [
        "number",
        "number",
        "text",
        "text",
        "number",
    ]
    assert fields["plan"].categories == ("basic", "max", "plus")
    assert fields["visits"].categories == (0, 1, 2, 3, 4)
    assert fields["visits"].is_integer
    assert fields["income"].is_nullable
    assert not fields["plan"].refuses_unknown


def test_what_the_model_refuses_is_known_before_it_is_asked(known: Any) -> None:
    fields = {field.name: field for field in known["strict churn"].description.signature.fields}
    assert fields["plan"].refuses_unknown
    assert not fields["plan"].is_nullable


def test_the_range_of_training_is_known_where_a_scaler_kept_it(known: Any, predictors: Any) -> None:
    one = known["scaled"]
    assert one.description.signature.fields[0].low == pytest.approx(one.table["a"].min())
    record = one.records(1)[0]
    assert predictors["scaled"].predict_records(record).flags == ()
    (flag,) = predictors["scaled"].predict_records([record, {**record, "c": 99.0}]).flags
    assert (flag.row, flag.field) == (1, "c")
    assert flag.why.startswith("99 is outside")


def test_a_value_that_training_never_saw_is_answered_and_flagged(
    known: Any, predictors: Any
) -> None:
    record = {**known["churn"].records(1)[0], "city": "Rom"}
    (flag,) = predictors["churn"].predict_records(record).flags
    assert flag.why == "'Rom' was not seen in training."


@pytest.mark.parametrize("name", ["forest", "churn", "texts", "outliers", "strict churn"])
def test_the_example_is_one_that_the_model_answers(name: str, known: Any, predictors: Any) -> None:
    example = known[name].description.example
    assert json.loads(json.dumps(example)) == example
    assert len(predictors[name].predict_records(example).predictions) == 1


def test_the_example_has_nothing_that_training_never_saw(known: Any) -> None:
    for opened in known.values():
        description = opened.description
        for field in description.signature.fields:
            value = description.example[field.name]
            assert not field.categories or value in field.categories, (field.name, value)


def test_tasks_classes_and_outputs_are_told(known: Any) -> None:
    assert known["forest"].description.classes == (("high", "low", "middle"),)
    assert known["churn"].description.classes == ((False, True),)
    assert known["groups"].description.task == "clustering"
    assert known["outliers"].description.task == "outliers"
    assert known["two values"].description.outputs == ("prediction_1", "prediction_2")
    assert known["forest"].description.written_by == {} or known["forest"].description.steps


def test_a_model_that_cannot_answer_new_rows_is_refused() -> None:
    with pytest.raises(Invalid, match="DBSCAN groups the rows it was fitted on"):
        open_model(dumped(DBSCAN().fit([[0.0], [1.0]])))
    with pytest.raises(Invalid, match=r"how many inputs it takes\. Was it fitted"):
        open_model(dumped(LinearRegression()))


def test_the_writing_version_is_read_without_loading(tmp_path: Path) -> None:
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    content = pickle.dumps(model)
    version = list_file(content).versions["scikit-learn"]
    old = content.replace(version.encode(), b"0.9.9"[: len(version)].ljust(len(version), b"1"))
    assert list_file(old).versions["scikit-learn"].startswith("0.9.9")


def test_a_skops_file_is_opened_with_the_same_list() -> None:
    import skops.io
    from sklearn.ensemble import RandomForestClassifier

    table = np.random.default_rng(0).normal(size=(60, 3))
    forest = RandomForestClassifier(5, random_state=0).fit(table, table[:, 0] > 0)
    predictor = opened(skops.io.dumps(forest))
    answer = predictor.predict(predictor.reader.table(table))
    assert answer.predictions == forest.predict(table).tolist()


def test_an_onnx_file_is_opened_with_its_dictionaries_as_a_matrix() -> None:
    from skl2onnx import to_onnx

    table = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    model = LogisticRegression().fit(table, np.where(table[:, 0] > 0, "yes", "no"))
    predictor = opened(to_onnx(model, table).SerializeToString())
    answer = predictor.predict(predictor.reader.table(table))
    assert answer.predictions == model.predict(table).tolist()
    assert predictor.classes == ("no", "yes")
    np.testing.assert_allclose(answer.probabilities, model.predict_proba(table), atol=1e-5)


@pytest.mark.parametrize("content", [b"\x08nonsense", b"\x08\x07" + bytes(100)])
def test_what_only_looks_like_onnx_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        open_model(content)


def test_a_stream_is_kept_from_reading_past_its_end() -> None:
    stream = io.BytesIO(dumped(LogisticRegression()))
    assert list_file(stream.getvalue() + b"trailing").format == "joblib"
