"""Log lines: one JSON object each, whatever is in them."""

import json
import logging
import sys

import pytest

from modelyard.logs import FIELDS, JsonLines, TextLines, knowing


def record(message, *arguments, **more):
    made = logging.LogRecord(
        "modelyard.test", logging.WARNING, __file__, 1, message, arguments, None
    )
    made.__dict__.update(more)
    return made


def test_a_line_has_severity_message_and_time_as_cloud_logging_reads_them():
    line = json.loads(JsonLines().format(record("%s is %d", "answer", 42)))
    assert line["severity"] == "WARNING"
    assert line["message"] == "answer is 42"
    assert line["time"].endswith("Z")
    assert line["logger"] == "modelyard.test"


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("two\nlines\r\nand \x1b[31mcolour\u2028", ()),
        ("half a character \ud800", ()),
        ("%s and %s", ("one",)),
        ("x" * 100_000, ()),
        ('{"severity": "EMERGENCY"}', ()),
    ],
)
def test_nothing_that_was_sent_makes_two_lines_or_breaks_one(message, arguments):
    text = JsonLines().format(record(message, *arguments))
    assert len(text.splitlines()) == 1
    assert json.loads(text)["severity"] == "WARNING"
    plain = TextLines().format(record(message, *arguments))
    assert "\n" not in plain
    assert "\x1b" not in plain
    assert len(text) < 40_000


def test_a_fault_has_its_trace_in_the_same_line():
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError:
        line = json.loads(JsonLines().format(record("failed", exc_info=sys.exc_info())))
    assert "ZeroDivisionError: division by zero" in line["stack_trace"]


def test_what_is_known_of_the_work_at_hand_stands_in_its_lines_only():
    with knowing(requestId="a1"), knowing(run="r7"):
        line = json.loads(JsonLines().format(record("text", **{FIELDS: {"route": "/r"}})))
        assert (line["requestId"], line["run"], line["route"]) == ("a1", "r7", "/r")
        assert TextLines().format(record("text")).endswith("text [a1]")
    line = json.loads(JsonLines().format(record("text")))
    assert not {"requestId", "run", "route"} & set(line)


def test_values_that_are_no_json_are_written_as_text():
    line = json.loads(
        JsonLines().format(record("text", **{FIELDS: {"thing": {1, 2}, "o": object()}}))
    )
    assert line["o"].startswith("<object")
