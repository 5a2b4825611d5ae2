"""Requests and runs as spans, in the trace of their caller, sent to a collector."""

import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request

import pytest
from span_collector import collecting

from modelyard import traces
from modelyard.web.needs import open_to_everybody

pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed")
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"
FROM = {"traceparent": PARENT}


@pytest.fixture
def collector():
    with collecting() as running:
        yield running
        traces.stop()


@pytest.fixture
def traced(folder, make_client, collector):
    """A client of a service that sends spans."""
    return make_client(folder, otlp=collector.address)


def sent(collector, count=1):
    traces._Sent.spans.flush()
    return collector.wait(lambda spans: len(spans) >= count)


def test_a_request_is_a_span_in_the_trace_of_its_caller(traced, collector):
    path = "/api/v1/datasets/flights/rows?filter=secret"
    traced.get(path, headers=FROM, buffered=True)
    (span,) = sent(collector)
    assert (span.name, span.kind) == ("GET /api/v1/datasets/<name>/rows", 2)
    assert (span.trace, span.parent) == (TRACE, CALLER)
    assert span.values["http.request.method"] == "GET"
    assert span.values["http.response.status_code"] in {200, 422}
    assert span.values["url.path"] == "/api/v1/datasets/flights/rows"
    assert "secret" not in repr(span)
    assert span.resource["service.name"] == "modelyard"
    assert not span.is_fault


def test_what_is_asked_on_behalf_of_it_belongs_to_its_span(traced, collector):
    def tell():
        from flask import request
        from opentelemetry import trace

        now = trace.get_current_span().get_span_context()
        return f"{request.headers['traceparent']} {traces.present()} {now.span_id:016x}"

    view = open_to_everybody(tell)
    traced.application.add_url_rule("/tells", view_func=view, endpoint="tells")
    told, present, current = traced.get("/tells", headers=FROM, buffered=True).text.split()
    (span,) = sent(collector)
    assert told == present == f"00-{TRACE}-{span.id}-01"
    assert current == span.id
    assert traces.present() == ""


def test_the_line_in_the_log_names_the_span(folder, make_client, collector, capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("modelyard").level
    try:
        client = make_client(folder, otlp=collector.address, log="json")
        client.get("/api/v1/datasets", headers=FROM, buffered=True)
    finally:
        root.handlers[:], root.level = before[0], before[1]
        logging.getLogger("modelyard").setLevel(before[2])
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    (span,) = sent(collector)
    assert line["logging.googleapis.com/spanId"] == span.id
    assert line["logging.googleapis.com/trace"] == span.trace == TRACE


def test_a_fault_of_ours_is_marked_and_has_the_id_that_the_caller_is_told(traced, collector):
    breaks = open_to_everybody(lambda: 1 / 0)
    traced.application.add_url_rule("/breaks", view_func=breaks, endpoint="breaks")
    answer = traced.get("/breaks", headers={"Accept": "application/json"}, buffered=True)
    (span,) = sent(collector)
    assert span.is_fault
    assert span.values["modelyard.fault"] in answer.text
    assert len(span.trace) == 32
    assert span.parent == ""


@pytest.mark.parametrize(
    "parent",
    ["", "x", f"ff-{TRACE}-{CALLER}-01", f"00-{'0' * 32}-{CALLER}-01", PARENT + "\x7f", "0" * 9999],
)
def test_what_is_no_traceparent_begins_a_trace_of_our_own(traced, collector, parent):
    sent_headers = {"traceparent": parent, "tracestate": "a=b," * 600}
    assert traced.get("/api/v1/datasets", headers=sent_headers, buffered=True).status_code == 200
    (span,) = sent(collector)
    assert span.trace not in {TRACE, "0" * 32}


def test_links_with_secrets_and_probes_tell_nothing(traced, collector):
    traced.get("/health/live", buffered=True)
    traced.get("/welcome/one-time-secret", buffered=True)
    spans = sent(collector)
    assert len(spans) == 1
    assert "one-time-secret" not in repr(spans)


def test_a_collector_that_is_gone_is_no_harm(folder, make_client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = make_client(folder, otlp=f"http://127.0.0.1:{taken.getsockname()[1]}")
        for _ in range(5):
            assert client.get("/api/v1/datasets", buffered=True).status_code == 200
        traces.stop()


def test_without_the_packages_the_service_works_and_says_what_is_missing(
    folder, make_client, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "modelyard.traces.otlp", None)
    try:
        client = make_client(folder, otlp="http://127.0.0.1:4318")
        assert client.get("/api/v1/datasets").status_code == 200
    finally:
        traces.stop()
    assert "pip install 'modelyard[telemetry]'" in caplog.text


@pytest.mark.server
def test_a_run_of_another_process_belongs_to_the_trace_of_who_asked_for_it(tmp_path, collector):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "modelyard.toml").write_text("")
    command = [sys.executable, "-m", "modelyard", "serve", str(tmp_path), "--port", str(port)]
    env = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}
    process = subprocess.Popen(command, env=env | {"OTEL_SERVICE_NAME": "yard"})
    try:
        address = f"http://127.0.0.1:{port}"
        body = json.dumps({"kind": "echo", "request": {"text": "a"}}).encode()
        made = json.loads(ask(f"{address}/api/v1/runs", body))
        run = made["id"]
        state = ""
        until = time.monotonic() + 60
        while state != "succeeded" and time.monotonic() < until:
            state = json.loads(ask(f"{address}/api/v1/runs/{run}"))["state"]
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        spans = collector.wait(lambda all: {"run echo", "POST /api/v1/runs"} <= names_of(all))
    finally:
        process.kill()
    asked = next(span for span in spans if span.name == "POST /api/v1/runs")
    done = next(span for span in spans if span.name == "run echo")
    assert (asked.trace, asked.parent) == (TRACE, CALLER)
    assert (done.trace, done.parent) == (TRACE, asked.id)
    assert done.values["modelyard.run.id"] == asked.values["modelyard.run.id"] == run
    assert done.values["modelyard.run.state"] == "succeeded"
    assert done.resource["service.name"] == "yard"
    with sqlite3.connect(tmp_path / ".modelyard" / "modelyard.db") as database:
        left = database.execute("SELECT kind, left_at IS NOT NULL FROM fleet_members").fetchall()
    assert sorted(left) == [("web", 1), ("worker", 1)], "all say that they end"


def names_of(spans):
    return {span.name for span in spans}


def ask(url, body=None):
    """Ask until the service is there."""
    headers = {"traceparent": PARENT, "Content-Type": "application/json"}
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, body, headers), timeout=30
            ) as answer:
                return answer.read()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)
