"""What Prometheus reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from modelyard import metrics
from modelyard.metrics.exposition import as_text
from modelyard.metrics.reading import read_all


@pytest.fixture
def samples(tmp_path):
    """Give a function that reads the counts as Prometheus does."""
    metrics.start(tmp_path / "metrics")

    def read():
        content, media_type = as_text(read_all())
        assert media_type.startswith("text/plain")
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(content.decode())
            for sample in family.samples
        }

    return read


def test_requests_are_told_by_route_method_and_status(samples):
    metrics.observe("/runs/<id>", "GET", 200, 0.004)
    metrics.observe("/runs/<id>", "GET", 200, 0.3)
    metrics.observe("/runs/<id>", "GET", 404, 0.001)
    told = samples()
    labels = (("method", "GET"), ("route", "/runs/<id>"))
    assert told["modelyard_requests_total", *labels, ("status", "200")] == 2
    assert told["modelyard_requests_total", *labels, ("status", "404")] == 1
    name = "modelyard_request_duration_seconds"
    steps = {le: told[f"{name}_bucket", ("le", le), *labels] for le in ("0.001", "0.005", "0.25")}
    assert steps == {"0.001": 1, "0.005": 2, "0.25": 2}
    assert told[f"{name}_bucket", ("le", "+Inf"), *labels] == told[f"{name}_count", *labels] == 3
    assert told[f"{name}_sum", *labels] == pytest.approx(0.305)


def test_models_are_told_by_version_and_protocol(samples):
    of = {"model": "delays", "version": "3", "protocol": "open inference"}
    metrics.observe("/v2/models/<name>/infer", "POST", 200, 0.002, **of)
    metrics.count_predictions(64, **of)
    told = samples()
    labels = tuple(sorted(of.items()))
    model, protocol, version = labels
    assert told["modelyard_predictions_total", *labels] == 64
    key = ("modelyard_model_requests_total", model, protocol, ("status", "200"), version)
    assert told[key] == 1
    assert told["modelyard_model_request_duration_seconds_count", *labels] == 1


def test_runs_wrong_answers_and_what_is_under_way_are_told(samples):
    metrics.count_run("retrain", "succeeded", 3600.0)
    metrics.count_wrong_answer("src.sum.sum")
    metrics.arrive()
    told = samples()
    metrics.leave()
    assert told["modelyard_runs_total", ("kind", "retrain"), ("state", "succeeded")] == 1
    assert told["modelyard_run_duration_seconds_bucket", ("kind", "retrain"), ("le", "1000")] == 0
    assert told["modelyard_run_duration_seconds_bucket", ("kind", "retrain"), ("le", "5000")] == 1
    assert told["modelyard_function_wrong_answers_total", ("function", "src.sum.sum")] == 1
    assert told["modelyard_requests_in_flight",] == 1
    assert samples()["modelyard_requests_in_flight",] == 0


def test_labels_with_quotes_and_line_breaks_stay_one_label(samples):
    metrics.observe('/a"b\\c\nd', "GET", 200, 0.001)
    assert ("route", '/a"b\\c\nd') in {part for key in samples() for part in key[1:]}


def test_open_metrics_is_given_where_it_is_asked_for(tmp_path):
    metrics.start(tmp_path / "metrics")
    content, media_type = as_text(read_all(), "application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert content.endswith(b"# EOF\n")
