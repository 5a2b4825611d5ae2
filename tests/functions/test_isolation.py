"""A function that hangs, ends, or eats memory takes nothing else down."""

import os
import sys
import threading
import time

import msgspec
import pytest

from modelyard.errors import NotFound, Unavailable
from modelyard.functions.catalogue import Tools
from modelyard.functions.faults import FunctionFailed, RequestFault, TimedOut
from modelyard.functions.hands import QUICK_CALLS, Hands
from modelyard.functions.request import Request

BLOCKED = """
import threading
gate, inside = threading.Event(), threading.Semaphore(0)
def answer(wait=0):
    if wait:
        inside.release()
        gate.wait(60)
    return wait
"""


@pytest.fixture
def blocked(yard, param):
    """An operation that waits for a gate where it is asked with wait=1."""

    def make(tools=None, **said):
        yard.get(parameters=[param("wait", schema={"type": "integer"})], **said)
        yard.write(app_py=BLOCKED)
        return yard.open(tools or Tools())["app.answer"]

    return make


def gate_of(operation):
    """Find the module of a function."""
    assert operation.name == "app.answer"
    return sys.modules["app"]


def test_a_function_that_overruns_is_given_up_and_its_thread_counted(blocked):
    operation = blocked(**{"x-timeout-s": 0.05})
    module = gate_of(operation)
    with pytest.raises(TimedOut) as caught:
        operation.call(Request(query="wait=1"))
    assert str(caught.value).startswith("app.answer: it was not done after 0.05 seconds.")
    assert (operation.counters.timeouts, operation.counters.lost) == (1, 1)
    assert operation.call(Request()).whole() == b"0", "others are called meanwhile"
    module.gate.set()
    until = time.monotonic() + 10
    while operation.counters.lost and time.monotonic() < until:
        time.sleep(0.01)
    assert operation.counters.lost == 0


def test_too_many_calls_at_once_are_refused(blocked):
    operation = blocked(**{"x-at-once": 1})
    module = gate_of(operation)
    thread = threading.Thread(target=operation.call, args=(Request(query="wait=1"),))
    thread.start()
    assert module.inside.acquire(timeout=10)
    with pytest.raises(Unavailable, match="1 calls are at work, which is its limit"):
        operation.call(Request(query="wait=0"))
    assert operation.counters.refused == 1
    module.gate.set()
    thread.join(10)
    assert operation.call(Request(query="wait=0")).whole() == b"0"


def test_quick_functions_are_called_directly_but_few_at_a_time(blocked):
    """However many calls of a quick function hang, two asking threads at most are held."""
    tools = Tools(hands=Hands(most_direct=2))
    operation = blocked(tools, **{"x-timeout-s": 0.5})
    module = gate_of(operation)
    for _ in range(QUICK_CALLS + 5):
        operation.call(Request(query="wait=0"))
    ended = []

    def ask():
        try:
            operation.call(Request(query="wait=1"))
        except TimedOut:
            ended.append(threading.current_thread())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert module.inside.acquire(timeout=10)
    until = time.monotonic() + 20
    while len(ended) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(ended) == 4, "the four that were handed over are answered"
    module.gate.set()
    for thread in threads:
        thread.join(10)


def test_a_function_knows_nothing_of_the_context_of_who_asks(yard):
    import contextvars

    seen = contextvars.ContextVar("seen", default="nothing")
    seen.set("something")
    yard.get().write(
        app_py="""
        import contextvars
        def answer():
            return [one.name for one in contextvars.copy_context()]
        """
    )
    operation = yard.open()["app.answer"]
    for _ in range(QUICK_CALLS + 5):
        assert operation.call(Request()).whole() == b"[]"


@pytest.fixture
def apart(yard, param):
    """Make an operation in a process of its own, with this code in `answer(a)`."""
    tools = yard.tools()

    def make(code, **said):
        indented = "\n".join(f"    {line}" for line in code.splitlines())
        yard.write(app_py=f"import os, sys, time, pathlib\ndef answer(a=''):\n{indented}\n")
        options = {"x-isolation": "process", "x-timeout-s": 20} | said
        yard.get(parameters=[param("a")], **options)
        functions = yard.open(tools)
        assert functions.faults == ()
        return functions["app.answer"]

    yield make
    tools.workers.stop()


def value(operation, query="a=x"):
    return msgspec.json.decode(operation.call(Request(query=query)).whole())


def test_a_function_in_a_process_answers_and_the_process_is_kept(apart):
    operation = apart("return [a, os.getpid()]")
    first, second = value(operation), value(operation)
    assert first == second
    assert first[0] == "x"
    assert first[1] != os.getpid()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os._exit(3)", "its process ended"),
        ("os.abort()", "its process ended"),
        ("import ctypes; ctypes.string_at(0)", "its process ended"),
    ],
)
def test_a_function_that_ends_its_process_fails_alone(apart, code, words):
    operation = apart(f"if a == 'bad':\n    {code}\nreturn a")
    with pytest.raises(FunctionFailed, match=words):
        value(operation, "a=bad")
    assert value(operation) == "x"
    assert operation.counters.failures == 1


def test_sys_exit_ends_nothing(apart, caplog):
    operation = apart("if a == 'bad':\n    sys.exit('enough')\nreturn os.getpid()")
    before = value(operation)
    with pytest.raises(FunctionFailed):
        value(operation, "a=bad")
    assert "SystemExit: enough" in caplog.text
    assert value(operation) == before


def test_a_function_that_hangs_is_ended_and_replaced(apart):
    code = "while a == 'bad':\n    pass\nreturn os.getpid()"
    operation = apart(code, **{"x-timeout-s": 1.5})
    before = value(operation)
    with pytest.raises(TimedOut):
        value(operation, "a=bad")
    assert value(operation) != before
    assert operation.counters.timeouts == 1
    assert operation.counters.lost == 0, "nothing works on for nobody"


@pytest.mark.parametrize(
    "code", ["b = bytearray(10**11)", "b = []\n    while True: b.append('x' * 10**6)"]
)
def test_a_function_that_eats_memory_fails_alone(apart, code):
    operation = apart(f"if a == 'bad':\n    {code}\nreturn a", **{"x-memory-mib": 128})
    with pytest.raises(FunctionFailed):
        value(operation, "a=bad")
    assert value(operation) == "x"


def test_what_a_function_prints_is_no_answer(apart, capfd):
    operation = apart("print('loud')\nsys.stdout.flush()\nos.write(1, b'louder')\nreturn a")
    assert value(operation) == "x"


def test_files_streams_texts_and_errors_come_across(apart, yard, good):
    yard.write(note="hello")
    operation = apart("return pathlib.Path('note')", responses=good("text/plain"))
    assert operation.call(Request()).whole() == b"hello"
    operation = apart("yield 'a'\nyield b'b'", responses=good("text/plain"))
    assert operation.call(Request()).whole() == b"ab"
    operation = apart("yield 'a'\nraise RuntimeError", responses=good("text/plain"))
    with pytest.raises(FunctionFailed):
        operation.call(Request()).whole()
    operation = apart("return 'é', 200, {'X-A': 'b'}", responses=good("text/plain"))
    reply = operation.call(Request())
    assert (reply.whole(), reply.headers) == ("é".encode(), (("X-A", "b"),))
    operation = apart("from modelyard.errors import NotFound\nraise NotFound('pet', 'none.')")
    with pytest.raises(NotFound, match="pet: none"):
        value(operation)


def test_a_stream_whose_reader_goes_away_ends_its_process(apart, good):
    operation = apart("while True:\n    yield 'a' * 1000", responses=good("text/plain"))
    stream = operation.call(Request()).body
    assert next(iter(stream)) == b"a" * 1000
    stream.close()
    assert operation.call(Request()).body is not None


def test_a_function_that_does_not_fit_says_so_at_the_call(apart, yard):
    operation = apart("return a")
    yard.write(app_py="def answer(b): return b")
    with pytest.raises(Exception, match="does not take the query parameter 'a'"):
        value(operation)


def test_a_saved_file_takes_effect_in_the_process_too(apart, yard):
    operation = apart("return 1")
    assert value(operation) == 1
    yard.write(app_py="def answer(a=''): return 222")
    assert value(operation) == 222


def test_requests_are_checked_before_a_process_is_asked(apart):
    operation = apart("return a")
    with pytest.raises(RequestFault, match="is given 2 times"):
        operation.call(Request(query="a=1&a=2"))


def test_a_pattern_that_takes_ages_is_given_up(yard, param):
    schema = {"type": "string", "pattern": "^(?=a)(a|aa)+$"}
    yard.get(parameters=[param("a", schema=schema)]).write(app_py="def answer(a=''): return a")
    began = time.process_time()
    with pytest.raises(RequestFault) as caught:
        yard.call(query=f"a={'a' * 5000}!")
    assert caught.value.rule in {"pattern", "backtrackLimitExceeded"}
    assert time.process_time() - began < 20


def test_a_large_list_is_checked_without_trouble(yard):
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    yard.post(requestBody=body).write(app_py="def answer(body): return len(body)")
    assert yard.value(body=msgspec.json.encode(list(range(200_000)))) == 200_000
    with pytest.raises(RequestFault) as caught:
        yard.call(body=msgspec.json.encode([1] * 200_000))
    assert caught.value.rule == "uniqueItems"
    assert len(str(caught.value)) < 600
