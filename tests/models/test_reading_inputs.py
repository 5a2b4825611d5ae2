"""Inputs in every form are read strictly, and what is wrong is named by row and field."""

import json
import math
from typing import Any

import numpy as np
import pytest

from modelyard.models.description import Field, Signature
from modelyard.models.input_faults import BadInput
from modelyard.models.signature import Reader

NUMBERS = Signature(
    fields=(Field(name="age"), Field(name="income", is_nullable=True), Field(name="a b.c"))
)
MIXED = Signature(
    fields=(
        Field(name="age"),
        Field(name="plan", kind="text", categories=("basic", "plus"), refuses_unknown=True),
        Field(name="city", kind="text", is_nullable=True),
        Field(name="new", kind="boolean"),
        Field(name="note", kind="text", is_used=False),
    ),
    shape="columns",
)
ROW = {"age": 30, "income": 1.5, "a b.c": 2}
PERSON = {"age": 30, "plan": "basic", "city": "Köln", "new": True}

BAD: list[tuple[Signature, Any, str]] = [
    (NUMBERS, {**ROW, "aeg": 1}, r"'aeg': is not an input. Did you mean 'age'\?"),
    (NUMBERS, {"income": 1, "a b.c": 2, "agee": 3}, r"'agee': is not an input. Did you mean 'age'"),
    (NUMBERS, {"income": 1, "a b.c": 2}, r"'age': is missing. Send a number."),
    (NUMBERS, {"age": 1, "a b.c": 2}, r"'income': is missing.*Send null if it is not known"),
    (NUMBERS, {**ROW, "age": "30"}, r"'age': '30' is not a number. Send it without quotes: 30."),
    (NUMBERS, {**ROW, "age": [1]}, r"'age': \[1\] is not a number"),
    (NUMBERS, {**ROW, "age": None}, r"'age': is null, and the model has no answer then"),
    (NUMBERS, [ROW, {**ROW, "age": None}], r"row 1, 'age': is null"),
    (NUMBERS, {**ROW, "age": math.nan}, r"'age': is not a number \(NaN\)"),
    (NUMBERS, {**ROW, "age": math.inf}, r"'age': is too large"),
    (NUMBERS, {**ROW, "income": -math.inf}, r"'income': is too large"),
    (NUMBERS, {**ROW, "age": 10**400}, r"'age': is too large"),
    (NUMBERS, [], "there are no rows. Send at least one"),
    (NUMBERS, [ROW, 3], "row 1: is a number, not a record"),
    (NUMBERS, [[1, 2, 3]], "row 0: is a list, not a record"),
    (NUMBERS, {}, "'age': is missing. Send a number. There are 2 more"),
    (
        MIXED,
        {**PERSON, "plan": "bsaic"},
        r"'plan': 'bsaic' is not a known value. Did you mean 'basic'",
    ),
    (MIXED, {**PERSON, "plan": "x"}, r"'plan': 'x' is not a known value. Known: basic, plus"),
    (MIXED, {**PERSON, "plan": None}, r"'plan': is null"),
    (MIXED, {**PERSON, "city": 3}, r"'city': 3 is not a text"),
    (MIXED, {**PERSON, "new": "yes"}, r"'new': 'yes' is not true or false"),
    (MIXED, {**PERSON, "new": 1}, r"'new': 1 is not true or false"),
    (MIXED, [PERSON] * 3 + [{**PERSON, "plan": "x"}], r"row 3, 'plan'"),
]


@pytest.mark.parametrize(("signature", "given", "words"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_named(signature: Signature, given: Any, words: str) -> None:
    reader = Reader(signature)
    with pytest.raises(BadInput, match=words):
        reader.records(given)
    with pytest.raises(BadInput, match=words):
        reader.json(json.dumps(given).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b"3", b'"text"', b"null"])
def test_a_body_that_is_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        Reader(NUMBERS).json(body)


def test_a_body_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(BadInput):
        Reader(NUMBERS).json(b"[" * 200_000)


def test_every_form_gives_the_same_rows() -> None:
    reader = Reader(NUMBERS)
    records = [{"age": 1, "income": 2.5, "a b.c": 3}, {"age": 4, "income": 5, "a b.c": 6}]
    wanted = [[1, 2.5, 3], [4, 5, 6]]
    forms = [
        reader.records(records),
        reader.json(json.dumps(records).encode()),
        reader.columns({"age": [1, 4], "income": [2.5, 5], "a b.c": np.array([3, 6])}),
        reader.table(wanted),
        reader.table(np.array(wanted)),
    ]
    for rows in forms:
        assert rows.matrix is not None
        assert rows.matrix.tolist() == wanted
        assert not rows.has_missing
    assert reader.json(json.dumps(records[0]).encode()).count == 1


def test_a_missing_value_is_kept_where_the_model_takes_it() -> None:
    reader = Reader(NUMBERS)
    for rows in (
        reader.records({**ROW, "income": None}),
        reader.json(json.dumps({**ROW, "income": None}).encode()),
        reader.columns({"age": [1], "income": [None], "a b.c": [2]}),
        reader.table([[1, None, 2]]),
    ):
        assert rows.has_missing
        assert rows.matrix is not None
        assert np.isnan(rows.matrix[0, 1])


def test_true_and_false_are_numbers_where_numbers_are_wanted() -> None:
    rows = Reader(NUMBERS).records({**ROW, "age": True})
    assert rows.matrix is not None
    assert rows.matrix[0, 0] == 1.0


def test_columns_of_several_kinds_are_kept_apart() -> None:
    reader = Reader(MIXED)
    given = [PERSON, {**PERSON, "city": None, "note": "left out elsewhere"}]
    for rows in (reader.records(given), reader.json(json.dumps(given).encode())):
        assert [column.tolist() for column in rows.columns[:4]] == [
            [30.0, 30.0],
            ["basic", "basic"],
            ["Köln", None],
            [True, True],
        ]
        assert rows.has_missing


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"age": [1, 2], "income": [1], "a b.c": [1, 2]}, "different lengths"),
        ({"age": 1, "income": [1], "a b.c": [1]}, "'age': is not a list"),
        ({"age": [1], "income": [1]}, "'a b.c': is missing"),
        ({"age": [1, "x"], "income": [1, 1], "a b.c": [1, 1]}, "row 1, 'age': 'x' is not a number"),
        ({"age": [], "income": [], "a b.c": []}, "there are no rows"),
    ],
)
def test_columns_that_do_not_fit_are_named(given: Any, words: str) -> None:
    with pytest.raises(Exception, match=words):
        Reader(NUMBERS).columns(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([[1, 2]], "row 0: has 2 values; the model takes 3"),
        ([[1, 2, 3], 4], "row 1: has no list of values"),
        (np.zeros((2, 4)), r"has the shape \[2, 4\]; the model takes \[rows, 3\]"),
        (np.zeros(3), r"has the shape \[3\]"),
        (np.full((1, 3), np.nan), r"row 0, 'age': is not a number \(NaN\)"),
        ([], "there are no rows"),
        ([[1, 2, "3"]], "row 0, 'a b.c': '3' is not a number"),
    ],
)
def test_a_table_of_another_shape_is_refused(given: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Reader(NUMBERS).table(given)


def test_a_hundred_thousand_rows_are_read_and_one_more_is_not() -> None:
    reader = Reader(NUMBERS)
    body = json.dumps([ROW] * 100_000).encode()
    assert reader.json(body).count == 100_000
    with pytest.raises(BadInput, match="there are 100001 rows; the most at once are 100000"):
        reader.records([ROW] * 100_001)


def test_faults_are_counted_and_bounded() -> None:
    with pytest.raises(BadInput) as told:
        Reader(NUMBERS).records([{}] * 50)
    assert len(told.value.faults) == 20
    assert told.value.faults[4].row == 1
