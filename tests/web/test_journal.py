"""The line in the log that each request leaves, and the ids by which requests are known."""

import json
import logging

import pytest

from modelyard.web.needs import open_to_everybody
from modelyard.web.request_ids import ids_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def kept_logging():
    root, ours = logging.getLogger(), logging.getLogger("modelyard")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


@pytest.fixture
def journal(folder, make_client, kept_logging, capsys):
    """A client of a service with a log, and what it wrote."""
    client = make_client(folder, log="json")
    broken = open_to_everybody(lambda: 1 / 0)
    client.application.add_url_rule("/breaks", view_func=broken, endpoint="breaks")

    def ask(path, method="GET", **more):
        answer = client.open(path, method=method, buffered=True, **more)
        text = capsys.readouterr().err
        lines = [json.loads(line) for line in text.splitlines()]
        return answer, lines

    return ask


def test_a_request_leaves_one_line_that_clouds_understand(journal):
    answer, lines = journal("/api/v1/datasets/flights", headers={"User-Agent": "test"})
    (line,) = lines
    asked = line["httpRequest"]
    assert line["severity"] == "INFO"
    assert line["message"].startswith("GET /api/v1/datasets/flights 200 ")
    assert asked["requestMethod"] == "GET"
    assert asked["requestUrl"] == "/api/v1/datasets/flights"
    assert asked["status"] == 200
    assert asked["latency"].endswith("s")
    assert asked["userAgent"] == "test"
    assert asked["responseSize"] == str(len(answer.data))
    assert line["route"] == "/api/v1/datasets/<name>"
    assert line["actor"] == "laptop"
    assert line["requestId"] == answer.headers["X-Request-Id"]


def test_ids_that_were_sent_are_taken_over(journal):
    sent = {"X-Request-Id": "order-17", "traceparent": PARENT}
    answer, (line,) = journal("/health/live", headers=sent)
    assert answer.headers["X-Request-Id"] == line["requestId"] == "order-17"
    assert line["logging.googleapis.com/trace"] == TRACE
    assert line["logging.googleapis.com/spanId"] != "b7ad6b7169203331", "our own part of the trace"


@pytest.mark.parametrize("sent", ["a b", "x" * 200, 'a"b', "ü", "a\u2028b", ""])
def test_ids_that_could_break_a_line_are_replaced(sent):
    assert ids_of({"HTTP_X_REQUEST_ID": sent}).request != sent


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "00-zz",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-b7ad6b7169203331-01",
    ],
)
def test_a_trace_that_is_none_is_begun_anew(sent):
    assert ids_of({"HTTP_TRACEPARENT": sent}).trace != TRACE
    assert len(ids_of({"HTTP_TRACEPARENT": sent}).trace) == 32


def test_without_a_log_an_id_that_was_sent_is_still_given_back(client):
    answer = client.get("/health/live", headers={"X-Request-Id": "order-17"})
    assert answer.headers["X-Request-Id"] == "order-17"
    assert "X-Request-Id" not in client.get("/health/live").headers


def test_a_fault_of_ours_is_found_by_the_id_that_the_caller_was_told(journal):
    sent = {"X-Request-Id": "order-17", "Accept": "application/json"}
    answer, lines = journal("/breaks", headers=sent)
    trace, line = lines
    told = answer.json["detail"]
    assert line["fault"] in told
    assert line["fault"] in trace["message"]
    assert "ZeroDivisionError" in trace["stack_trace"]
    assert {trace["requestId"], line["requestId"]} == {"order-17"}
    assert line["severity"] == trace["severity"] == "ERROR"


def test_a_run_is_named_in_the_lines_of_its_requests(journal):
    answer, lines = journal("/api/v1/runs", "POST", json={"kind": "echo", "request": {"text": "a"}})
    assert lines[-1]["run"] == answer.json["id"]
    _, lines = journal(f"/api/v1/runs/{answer.json['id']}")
    assert lines[-1]["run"] == answer.json["id"]


@pytest.mark.parametrize("prefix", ["/welcome/", "/invitation/", "/reset/"])
def test_secrets_in_addresses_are_in_no_log(journal, prefix):
    _, lines = journal(f"{prefix}myd_very-secret")
    assert "very-secret" not in json.dumps(lines)
    _, lines = journal(f"/.{prefix}myd_very-secret")
    assert "very-secret" not in json.dumps(lines)
    _, lines = journal("/sign-in?next=/x&code=very-secret")
    assert "very-secret" not in json.dumps(lines)


def test_addresses_with_line_breaks_stay_one_line(journal):
    _, lines = journal("/nothing%0A%22here%1b")
    assert len(lines) == 1
    assert lines[0]["httpRequest"]["status"] == 404
