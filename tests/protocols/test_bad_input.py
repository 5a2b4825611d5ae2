"""What is wrong with inputs is told by every protocol, in its own shape, by field and row."""

import json
import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from modelyard.models.serving import Served
from modelyard.protocols.exchange import Asked

Row = dict[str, Any]
INVALID = {"native": 422}


def change(place: int, **values: Any) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        rows[place] |= values
        return rows

    return changed


def renamed(old: str, new: str) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        for row in rows:
            row[new] = row.pop(old)
        return rows

    return changed


def without(name: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{key: row[key] for key in row if key != name} for row in rows]


FAULTS: dict[str, tuple[Callable[[list[Row]], list[Row]], tuple[str, ...]]] = {
    "missing": (without("age"), ("'age': is missing.",)),
    "missing and nullable": (without("income"), ("'income': is missing.",)),
    "extra": (
        lambda rows: [row | {"surplus": 1} for row in rows],
        ("'surplus': is not an input.",),
    ),
    "misspelt": (renamed("income", "incone"), ("'incone'", "Did you mean 'income'?")),
    "unknown category": (
        change(1, plan="bsaic"),
        ("row 1, 'plan': 'bsaic' is not a known value.", "Did you mean 'basic'?"),
    ),
    "infinite": (change(1, age=math.inf), ("row 1, 'age'", "too large")),
    "minus infinite": (change(2, income=-math.inf), ("row 2, 'income'", "too large")),
    "not a number": (change(1, age=math.nan), ("row 1, 'age'", "is not a number (NaN)")),
    "no rows": (lambda _: [], ("there are no rows.",)),
    "too many rows": (lambda rows: rows[:1] * 100_001, ("100001 rows", "100000")),
}
TYPED = {
    "a text for a number": (change(1, age="old"), ("row 1, 'age': 'old' is not a number.",)),
    "no boolean": (change(1, member="perhaps"), ("row 1, 'member'", "is not true or false")),
}


def refused(sender: Any, served: Served, rows: list[Row], told: Any) -> str:
    answered = sender.ask(served, rows)
    assert answered.status == INVALID.get(sender.language_name, 400), answered.body
    words: str = told(sender.language_name, answered)
    return words


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_named(fault: str, sender: Any, served: Served, rows: list[Row], told: Any) -> None:
    spoil, wanted = FAULTS[fault]
    words = refused(sender, served, spoil(rows), told)
    for part in wanted:
        assert part in words


@pytest.mark.parametrize("fault", TYPED)
def test_a_value_of_another_type_is_named(
    fault: str, sender: Any, served: Served, rows: list[Row], told: Any
) -> None:
    if not sender.has_types:
        pytest.skip("a column has one type there")
    spoil, wanted = TYPED[fault]
    words = refused(sender, served, spoil(rows), told)
    for part in wanted:
        assert part in words


def test_null_is_named_where_it_is_not_allowed(
    sender: Any, served: Served, rows: list[Row], told: Any
) -> None:
    if not sender.has_nulls:
        pytest.skip("there is no null there")
    words = refused(sender, served, change(1, age=None)(rows), told)
    assert "row 1, 'age'" in words
    assert "the model has no answer then" in words


def test_null_is_taken_where_it_is_allowed(sender: Any, served: Served, rows: list[Row]) -> None:
    if sender.has_nulls:
        assert sender.ask(served, change(1, income=None)(rows)).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b"3", b'"a"', b"[" * 99_999])
def test_what_is_no_json_is_refused(body: bytes, sender: Any, served: Served, told: Any) -> None:
    answered = sender.answer(served, Asked(body, "application/json"))
    assert answered.status == INVALID.get(sender.language_name, 400)
    assert told(sender.language_name, answered)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/html", "image/png", "x"]
)
def test_another_media_type_is_refused_with_those_that_are_taken(
    kind: str, sender: Any, served: Served, told: Any
) -> None:
    answered = sender.answer(served, Asked(b"{}", kind))
    assert answered.status == 415
    words = told(sender.language_name, answered)
    assert kind in words
    assert "application/json" in words


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [[1, 2, "basic"]]},
        {"instances": [[30, 1, "basic", True], [1, 2]]},
        {"instances": [[30, 1, "basic", True], 4]},
        {"instances": [30]},
        {"instances": {"age": 1}},
        {"instances": None},
        {"instance": [[30, 1, "basic", True]]},
        {},
        [],
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["mlflow", "kserve", "vertex"])
def test_lists_of_another_shape_are_refused(
    language: Any, body: Any, served: Served, told: Any
) -> None:
    from senders import Sender, as_json

    answered = Sender(language, as_json).ask(served, body)
    assert answered.status == 400
    assert told(language, answered)


def test_words_that_were_sent_are_cut(served: Served, sender: Any, told: Any) -> None:
    answered = sender.ask(served, [{"x" * 100_000: 1}])
    assert 400 <= answered.status < 500
    assert len(answered.body) < 20_000


def test_all_faults_are_told_by_row_and_field_in_the_native_protocol(
    served: Served, rows: list[Row]
) -> None:
    from senders import SENDERS

    spoilt = change(2, plan="x")(change(0, age="old")(rows))
    content = json.loads(SENDERS["native records"].ask(served, spoilt).body)
    assert [(one["row"], one["field"]) for one in content["faults"]] == [(0, "age"), (2, "plan")]
    assert msgspec.json.decode(json.dumps(content)) == content
