"""A saved file takes effect at the next request."""

import os

import pytest

from modelyard.functions.catalogue import Tools
from modelyard.functions.faults import AnswerFault
from modelyard.functions.live import LiveFunctions
from modelyard.functions.request import Request
from modelyard.workspace import open_workspace


@pytest.fixture
def live(yard):
    def make(is_development=True):
        tools = Tools(is_development=is_development)
        return LiveFunctions(lambda: open_workspace(yard.root), tools)

    return make


def answer(live):
    return live.current()["app.answer"].call(Request()).whole()


def test_code_and_documents_that_are_saved_take_effect(yard, live):
    yard.get().write(app_py="def answer(): return 1")
    functions = live()
    assert answer(functions) == b"1"
    first = functions.current()
    assert functions.current() is first, "nothing is opened again where nothing has changed"
    yard.write(app_py="def answer(): return 2")
    os.utime(yard.root / "app.py", ns=(1, 1))
    assert answer(functions) == b"2"
    yard.get(path="/other/place")
    assert functions.current().find("/other/place") is not None
    assert functions.current().find("/x") is None


def test_a_document_that_is_new_is_found(yard, live):
    functions = live()
    assert len(functions.current()) == 0
    yard.get().write(app_py="def answer(): return 1")
    assert answer(functions) == b"1"


def test_a_mistake_takes_one_operation_away_and_says_why_until_it_is_mended(
    yard, live, said, caplog
):
    yard.document({"/x": {"get": said("app.answer")}, "/y": {"get": said("other.answer")}})
    yard.write(app_py="def answer(): return 1", other_py="def answer(): return 1")
    functions = live()
    yard.write(app_py="def answer(: return 1")
    assert list(functions.current()) == ["other.answer"]
    fault = functions.current().find_fault("GET", "/x")
    assert "app.py, line 1: SyntaxError" in str(fault)
    assert functions.current().find_fault("GET", "/y") is None
    assert "not served: openapi.yml, line 7, GET /x" in caplog.text
    yard.write(app_py="def answer(): return 333")
    assert answer(functions) == b"333"


def test_counts_go_on(yard, live, good):
    yard.get(responses=good("application/json", {"type": "string"}))
    yard.write(app_py="def answer(): return 1")
    functions = live()
    with pytest.raises(AnswerFault):
        answer(functions)
    yard.write(app_py="def answer(): return 'text'")
    assert answer(functions) == b'"text"'
    assert functions.current()["app.answer"].counters.bad_answers == 1


def test_in_production_code_stays_until_a_document_changes(yard, live):
    yard.get().write(app_py="def answer(): return 1")
    functions = live(is_development=False)
    yard.write(app_py="def answer(): return 22")
    assert answer(functions) == b"1"
