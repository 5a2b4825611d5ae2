"""What runs on a machine beside the service: its secrets at the start, its latency each minute."""

import base64
import json
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from modelyard.deploy.google import latency_report, machine_start
from modelyard.metrics.exposition import as_text
from modelyard.metrics.families import REQUEST, TIMED_LENGTH

URL = "postgresql://modelyard:p%40ss@/modelyard?host=/cloudsql/demo-1:us-central1:yard"
METRICS = """
modelyard_request_duration_seconds_bucket{le="0.1",method="GET",route="/x"} %s
modelyard_request_duration_seconds_bucket{le="0.5",method="GET",route="/x"} %s
modelyard_request_duration_seconds_bucket{le="+Inf",method="GET",route="/x"} %s
modelyard_request_duration_seconds_bucket{le="0.1",method="GET",route="/health/ready"} 9000
modelyard_request_duration_seconds_bucket{le="+Inf",method="GET",route="/health/ready"} 9000
"""


class Google(HTTPServer):
    """The metadata server, Secret Manager, Cloud Monitoring, and the service's own figures."""

    metrics = METRICS % (0, 0, 0)

    def __init__(self) -> None:
        """Listen on any port."""
        super().__init__(("127.0.0.1", 0), Answers)
        self.secrets = {"url/versions/latest": URL, "two-lines/versions/3": "a\nPATH=/tmp/x"}
        self.told: list[dict[str, object]] = []

    @property
    def root(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """Answers as Google does."""

    server: Google

    def do_GET(self) -> None:
        known = {
            "/instance/zone": "projects/7/zones/europe-west4-b",
            "/instance/id": "4711",
            "/project/project-id": "demo-1",
            "/instance/service-accounts/default/token": '{"access_token": "t0ken"}',
            "/metrics": self.server.metrics,
        }
        text = known.get(self.path)
        if self.path.endswith(":access") and self.headers["Authorization"] == "Bearer t0ken":
            secret = self.server.secrets[self.path.partition("/secrets/")[2][: -len(":access")]]
            text = json.dumps({"payload": {"data": base64.b64encode(secret.encode()).decode()}})
        elif self.path != "/metrics" and self.headers["Metadata-Flavor"] != "Google":
            text = None
        self.send_response(200 if text is not None else 403)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_machine_reads_its_secrets_and_its_zone_as_its_own_account(google):
    text = machine_start.settings_text(
        "demo-1", {"MODELYARD_DATABASE_URL": "url"}, google.root, google.root
    )
    assert text == f"MODELYARD_ZONE=europe-west4-b\nMODELYARD_DATABASE_URL={URL}\n"


def test_a_secret_of_two_lines_cannot_become_two_settings(google):
    with pytest.raises(ValueError, match="two-lines has several lines"):
        machine_start.settings_text("demo-1", {"X": "two-lines:3"}, google.root, google.root)


def test_what_a_machine_learned_only_its_owner_reads(tmp_path):
    machine_start.write(tmp_path / "own.env", "A=1\n")
    assert stat.S_IMODE((tmp_path / "own.env").stat().st_mode) == 0o600


def test_the_latency_is_that_of_people_since_the_last_report(google):
    google.metrics = METRICS % (1000, 1000, 1000)
    before = latency_report.report(google.server_port, {}, google.root, google.root)
    google.metrics = METRICS % (1050, 1100, 1100)
    latency_report.report(google.server_port, before, google.root, google.root)
    first, second = (said["timeSeries"][0] for said in google.told)
    assert first["points"][0]["value"]["doubleValue"] == 95.0
    assert second["points"][0]["value"]["doubleValue"] == 460.0
    assert second["metric"]["type"] == latency_report.METRIC
    labels = {"project_id": "demo-1", "instance_id": "4711", "zone": "europe-west4-b"}
    assert second["resource"] == {"type": "gce_instance", "labels": labels}


def test_nobody_asked_is_no_latency_and_a_new_start_counts_from_zero():
    steps = {0.1: 5.0, float("inf"): 5.0}
    assert latency_report.latency_ms(steps, steps) == 0.0
    assert latency_report.latency_ms({0.1: 900.0, float("inf"): 900.0}, steps) == 95.0


def test_requests_slower_than_all_steps_count_as_the_last_step():
    assert latency_report.latency_ms({}, {5.0: 1.0, float("inf"): 100.0}) == 5000.0


def test_the_report_is_what_cloud_monitoring_takes():
    body = latency_report.series(
        "p", {"id": "1", "zone": "z"}, 12.3456, datetime(2026, 1, 1, tzinfo=UTC)
    )
    series = body["timeSeries"][0]
    assert (series["metricKind"], series["valueType"]) == ("GAUGE", "DOUBLE")
    assert series["points"][0]["interval"] == {"endTime": "2026-01-01T00:00:00Z"}


def test_the_figures_of_the_service_are_read_as_it_writes_them():
    numbers = [0.0] * TIMED_LENGTH
    numbers[1] = 7.0  # 7 requests in the first step
    key = (REQUEST, "/x", "GET", "200", "", "", "")
    text = as_text({key: numbers})[0].decode()
    steps = latency_report.read_steps(text)
    assert steps[float("inf")] == 7.0
    assert latency_report.latency_ms({}, steps) == pytest.approx(0.475)
