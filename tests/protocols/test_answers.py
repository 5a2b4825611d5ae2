"""Every protocol gives the same answer to the same rows, in its own words."""

import io
import json
from typing import Any

import numpy as np
import pytest
from senders import OldLeave, as_json, as_tensors, served_by

from modelyard.models.description import Field, Outcome, Plan, Signature
from modelyard.models.rows import Rows
from modelyard.models.serving import Served
from modelyard.protocols.exchange import Answered, Asked, Listed
from modelyard.protocols.protocol import language_of

WANTED = ["stays", "leaves", "stays"]


def predictions_of(language: str, answered: Answered) -> Any:
    content = answered.body[: len(answered.body)]
    if language == "open inference":
        found = json.loads(content)
        return found["outputs"][0]["data"]
    return json.loads(content)["predictions"]


def test_every_way_gives_the_same_predictions(sender: Any, served: Served, rows: Any) -> None:
    answered = sender.ask(served, rows)
    assert answered.status == 200, answered.body
    assert answered.rows == 3
    assert predictions_of(sender.language_name, answered) == WANTED


def test_the_native_answer_names_version_probabilities_and_flags(served: Served, rows: Any) -> None:
    rows[1]["age"] = 101
    content = json.loads(language_of("native").predict(served, as_json(rows)).body)
    assert content["model"] == "churn"
    assert content["version"] == 3
    assert content["probabilities"][0] == {"leaves": 0.3, "stays": 0.7}
    flag = {"row": 1, "field": "age", "why": "101 is outside 0 to 100."}
    assert content["flags"] == [flag]


def test_probabilities_can_be_left_out(served: Served, rows: Any) -> None:
    asked = Asked(json.dumps(rows).encode(), "application/json", "probabilities=false")
    assert "probabilities" not in json.loads(language_of("native").predict(served, asked).body)


def test_one_record_is_a_list_of_one(served: Served, rows: Any) -> None:
    content = json.loads(language_of("native").predict(served, as_json(rows[0])).body)
    assert content["predictions"] == ["stays"]


class Odd:
    """A runtime whose answers JSON has no numbers for."""

    def predict(self, rows: Rows) -> Outcome:
        return Outcome(predictions=np.array([np.nan, np.inf, -np.inf][: rows.count]))

    def close(self) -> None:
        pass


def test_numbers_that_json_cannot_say_become_null(sender: Any, rows: Any) -> None:
    model = served_by(Odd(), task="regression", classes=(), has_probabilities=False)
    answered = sender.ask(model, rows)
    assert answered.status == 200
    predictions = json.loads(answered.body, parse_constant=pytest.fail)
    assert "null" in answered.body.decode()
    assert predictions


NUMBERS = Signature(fields=tuple(Field(name=f"x{n}") for n in range(3)), is_named=False)


@pytest.fixture
def numbers() -> Served:
    """A model of numbers without names."""
    return served_by(OldLeave(), signature=NUMBERS)


@pytest.mark.parametrize(
    "data", [[30, 1, 2, 70, 1, 2], [[30, 1, 2], [70, 1, 2]], [[30.0, 1, 2], [70, 1.5, 2]]]
)
def test_a_tensor_may_hold_all_inputs_nested_or_flat(data: Any, numbers: Served) -> None:
    tensor = {"name": "anything", "shape": [2, 3], "datatype": "FP32", "data": data}
    answered = language_of("open inference").predict(numbers, as_json({"inputs": [tensor]}))
    found = json.loads(answered.body)
    assert found["model_name"] == "churn"
    assert found["model_version"] == "3"
    first, second = found["outputs"]
    assert first == {
        "name": "predict",
        "shape": [2],
        "datatype": "BYTES",
        "data": ["stays", "leaves"],
    }
    assert second["name"] == "predict_proba"
    assert second["shape"] == [2, 2]
    assert second["data"] == pytest.approx([0.3, 0.7, 0.7, 0.3])


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        ({"shape": [2, 2], "data": [1] * 4}, "has the shape [2, 2]; the model takes [rows, 3]"),
        ({"shape": [2, 3], "data": [1] * 5}, "has 5 values; its shape [2, 3] has 6"),
        ({"shape": [2, 3], "data": [[1, 2, 3], 4]}, "is nested here and flat there"),
        ({"shape": [3], "data": [1] * 3}, "has the shape [3]"),
        ({"shape": [-1, 3], "data": [1] * 3}, "has the shape [-1, 3]"),
        ({"shape": [], "data": []}, "has the shape []"),
        ({"shape": [0, 3], "data": []}, "there are no rows"),
        ({"shape": [10**18, 3], "data": [1]}, "has 1 values"),
        ({"shape": [1, 3], "data": [1, "x", 3]}, "row 0, 'x1': 'x' is not a number"),
        ({"shape": [1, 3], "data": [1, None, 3]}, "row 0, 'x1': is null"),
        ({"shape": [1, 3], "data": [1, 10**400, 3]}, "too large"),
        ({"shape": [1, 3], "data": [1, 2.5, 3], "datatype": "INT32"}, "2.5 is not of the type"),
        ({"shape": [1, 3], "data": [1, 2, 3], "datatype": "FLOAT"}, "has the type 'FLOAT'"),
        ({"shape": [1, 3]}, "has no list 'data'"),
        ({"shape": "all", "data": [1, 2, 3]}, "Expected `array`, got `str`"),
        ({"data": [1, 2, 3]}, "missing required field `shape`"),
    ],
    ids=str,
)
def test_tensors_that_do_not_fit_are_refused(
    tensor: Any, words: str, numbers: Served, told: Any
) -> None:
    from senders import Sender

    sent = {"name": "t", "datatype": "FP64"} | tensor
    answered = Sender("open inference", as_json).ask(numbers, {"inputs": [sent]})  # type: ignore[arg-type]
    assert answered.status == 400
    assert words in told("open inference", answered)


@pytest.mark.parametrize(
    ("head", "behind", "size"),
    [
        ({"binary_data_size": 24}, b"\0" * 24, "x"),
        ({"binary_data_size": 24}, b"\0" * 24, "99999"),
        ({"binary_data_size": 24}, b"\0" * 24, "-1"),
        ({"binary_data_size": 25}, b"\0" * 24, ""),
        ({"binary_data_size": 16}, b"\0" * 16, ""),
        ({"binary_data_size": 24}, b"\0" * 30, ""),
        ({"binary_data_size": "24"}, b"\0" * 24, ""),
        ({"binary_data_size": -24}, b"\0" * 24, ""),
        ({"binary_data_size": True}, b"\0", ""),
    ],
)
def test_binary_tensors_that_do_not_fit_are_refused(
    head: Any, behind: bytes, size: str, numbers: Served, told: Any
) -> None:
    from senders import Sender

    tensor = {"name": "t", "datatype": "FP64", "shape": [1, 3], "parameters": head}
    text = json.dumps({"inputs": [tensor]}).encode()
    asked = Asked(text + behind, "application/octet-stream", json_bytes=size or str(len(text)))
    answered = Sender("open inference", as_json).answer(numbers, asked)
    assert answered.status == 400
    assert told("open inference", answered)


@pytest.mark.parametrize("behind", [b"\5\0\0\0abc", b"\xff\xff\xff\xff", b"\1\0\0\0\xff", b""])
def test_texts_in_binary_that_do_not_fit_are_refused(behind: bytes, told: Any) -> None:
    from senders import Sender

    words = Signature(fields=(Field(name="text", kind="text"),), shape="texts")
    told_size = {"binary_data_size": len(behind)}
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "parameters": told_size}
    head = json.dumps({"inputs": [tensor]}).encode()
    asked = Asked(head + behind, "application/octet-stream", json_bytes=str(len(head)))
    answered = Sender("open inference", as_json).answer(
        served_by(OldLeave(), signature=words), asked
    )
    assert answered.status == 400
    assert told("open inference", answered)


def test_answers_come_in_binary_where_that_is_asked_for(served: Served, rows: Any) -> None:
    content = json.loads(as_tensors(rows).body)
    content["outputs"] = [
        {"name": "predict_proba", "parameters": {"binary_data": True}},
        {"name": "predict", "parameters": {"binary_data": True}},
    ]
    content["id"] = "seven"
    answered = language_of("open inference").predict(served, as_json(content))
    size = int(dict(answered.headers)["Inference-Header-Content-Length"])
    head, behind = json.loads(answered.body[:size]), io.BytesIO(answered.body[size:])
    assert head["id"] == "seven"
    assert [one["parameters"]["binary_data_size"] for one in head["outputs"]] == [48, 28]
    assert np.frombuffer(behind.read(48))[:2].tolist() == pytest.approx([0.3, 0.7])
    assert behind.read(9) == b"\5\0\0\0stays"


def test_an_output_that_is_not_there_is_refused(served: Served, rows: Any, told: Any) -> None:
    from senders import Sender

    content = json.loads(as_tensors(rows).body) | {"outputs": [{"name": "explain"}]}
    answered = Sender("open inference", as_json).ask(served, content)
    assert "'explain': is not an output. Known: predict, predict_proba." in told(
        "open inference", answered
    )


def test_what_is_described_is_what_is_taken_and_given(served: Served) -> None:
    described = json.loads(language_of("open inference").describe(served).body)  # type: ignore[attr-defined]
    assert [(one["name"], one["datatype"]) for one in described["inputs"]] == [
        ("age", "FP64"),
        ("income", "FP64"),
        ("plan", "BYTES"),
        ("member", "BOOL"),
    ]
    assert [one["name"] for one in described["outputs"]] == ["predict", "predict_proba"]
    assert described["versions"] == ["3"]
    assert described["platform"] == "onnx_joblib"


def test_csv_without_names_is_taken_where_its_first_line_fits(served: Served) -> None:
    for language in ("native", "mlflow"):
        asked = Asked(b"30,1,basic,true\n70,,plus,false", "text/csv")
        answered = language_of(language).predict(served, asked)  # type: ignore[arg-type]
        assert json.loads(answered.body)["predictions"] == ["stays", "leaves"]


def test_mlflow_ignores_what_it_does_not_know_and_refuses_two_forms(
    served: Served, rows: Any, told: Any
) -> None:
    from senders import Sender

    sender = Sender("mlflow", as_json)
    fine: Any = {"dataframe_records": rows, "params": {"a": 1}, "client": "x"}
    assert sender.ask(served, fine).status == 200
    both: Any = {"dataframe_records": rows, "instances": rows}
    assert "at once" in told("mlflow", sender.ask(served, both))
    wrong: Any = {"instances": rows, "params": 3}
    assert "'params'" in told("mlflow", sender.ask(served, wrong))
    charset = Asked(json.dumps(fine).encode(), "application/json; charset=latin-1")
    assert sender.answer(served, charset).status == 415


def test_one_value_per_row_is_enough_for_a_model_with_one_input() -> None:
    words = Signature(fields=(Field(name="text", kind="text"),), shape="texts")
    plan = Plan(runtime="process")

    class Long:
        def predict(self, rows: Rows) -> Outcome:
            return Outcome(predictions=np.array([len(text) for text in rows.columns[0]]))

        def close(self) -> None:
            pass

    model = served_by(
        Long(), signature=words, plan=plan, task="regression", classes=(), has_probabilities=False
    )
    for language in ("mlflow", "kserve", "vertex"):
        answered = language_of(language).predict(model, as_json({"instances": ["a", "abc"]}))  # type: ignore[arg-type]
        assert json.loads(answered.body)["predictions"] == [1, 3]
    tensor = {"name": "any", "shape": [2], "datatype": "BYTES", "data": ["a", "abc"]}
    answered = language_of("open inference").predict(model, as_json({"inputs": [tensor]}))
    assert json.loads(answered.body)["outputs"][0]["data"] == [1.0, 3.0]


def test_the_repository_lists_models_that_are_ready() -> None:
    spoken: Any = language_of("open inference")
    listed = [Listed("churn", "3"), Listed("old", reason="was refused")]
    assert json.loads(spoken.list_models(listed, Asked()).body)[1] == {
        "name": "old",
        "version": "",
        "state": "UNAVAILABLE",
        "reason": "was refused",
    }
    ready = spoken.list_models(listed, Asked(b'{"ready": true}'))
    assert [one["name"] for one in json.loads(ready.body)] == ["churn"]
