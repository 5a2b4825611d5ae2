"""What lists say of that which was asked of a run: words, and never the marks of a program."""

from datetime import UTC, datetime
from typing import Any

import pytest

from modelyard.runs.fault import Fault
from modelyard.runs.run import Run
from modelyard.web.pages.run_words import asked_words, failure

SHORT = {"name": "Short", "id": "sc1", "inputs": {"rate": "0.05", "months": 180}}
CHEAP = {"name": "Cheap money", "id": "sc2", "inputs": {"rate": "0.04"}}
ASKED = [
    ({"what_if": "loan", "saved": ["sc1", "sc2"], "inputs": [SHORT, CHEAP], "warehouse": True},
     "Short, Cheap money"),
    ({"what_if": "loan", "inputs": [{"inputs": {"rate": "5%"}}, {"inputs": {}}], "version": -1},
     "2 sets of values"),
    ({"what_if": "loan", "distributions": {"rate": "normal(6%, 1%)"}, "seed": 7},
     "rate normal(6%, 1%), seed 7"),
    ({"distributions": {"rate": {"distribution": "normal", "mean": 0.06}}},
     "rate (distribution normal, mean 0.06)"),
    ({"function": "total", "request": {"path": "/total", "query": {"a": ["1"]}, "body": "c2Vj",
      "headers": {"Authorization": "Bearer x"}, "form": {}}},
     "function total, path /total, query (a 1)"),
    ({"dataset": "flights", "detector": "iforest", "columns": ["a", "b"], "approximate": True},
     "detector iforest, columns a, b, approximate"),
    ({"parameters": {"alpha": 1.0, "is_fast": True}}, "alpha 1.0, is_fast true"),
    ({"parameters": {"a": {"b": {"c": {"d": {}, "e": 1}}}}}, "a (b (c (…)))"),
]  # fmt: skip


def run_of(request: dict[str, Any], **more: Any) -> Run:
    """A run of which only the request matters."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    known: dict[str, Any] = {"id": "1", "kind": "echo", "title": "Work", "state": "queued"}
    return Run(**{**known, "request": request, "created_at": at, **more})


@pytest.mark.parametrize(("request_", "words"), ASKED)
def test_a_request_is_told_in_words(request_: dict[str, Any], words: str) -> None:
    assert asked_words(run_of(request_)) == words


def test_words_without_end_are_cut() -> None:
    request = {"parameters": {f"p{n}": "x" * 100 for n in range(50)}}
    said = asked_words(run_of(request))
    assert len(said) <= 90
    assert said.endswith("…")


def test_a_failure_names_the_place_inside_the_dataset() -> None:
    where = "flights (datasets/flights.parquet), row 839, 'dep_delay'"
    fault = Fault(kind="Invalid", where=where, why="is not a number.")
    said = failure(run_of({}, state="failed", fault=fault))
    assert said == "row 839, 'dep_delay': is not a number."
    assert failure(run_of({}, fault=fault)) == ""
