"""What the repository gives to those who run Prometheus and Grafana holds."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from modelyard import metrics
from modelyard.metrics.exposition import as_text
from modelyard.metrics.reading import read_all

OPS = Path(__file__).resolve().parents[2] / "ops"
DASHBOARD = OPS / "grafana" / "modelyard.json"
WITHOUT_PROMTOOL = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="Prometheus is not installed"
)


def promtool(*arguments, cwd=OPS / "prometheus", content=None):
    done = subprocess.run(
        ["promtool", *arguments],
        check=False,
        cwd=cwd,
        input=content,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def expressions():
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*")


def exported(tmp_path):
    metrics.start(tmp_path / "metrics")
    of = {"model": "delays", "version": "1", "protocol": "modelyard"}
    metrics.observe("/a", "GET", 200, 0.01, **of)
    metrics.count_predictions(1, **of)
    metrics.count_run("echo", "succeeded", 1.0)
    metrics.count_wrong_answer("add")
    return as_text(read_all())[0].decode()


@WITHOUT_PROMTOOL
def test_promtool_finds_no_fault_with_the_metrics(tmp_path):
    assert promtool("check", "metrics", content=exported(tmp_path)) == ""


@WITHOUT_PROMTOOL
def test_the_alert_rules_are_valid_and_fire_when_they_should():
    assert "SUCCESS" in promtool("check", "rules", "alerts.yml")
    assert "SUCCESS" in promtool("test", "rules", "alerts.test.yml")


@WITHOUT_PROMTOOL
def test_the_configuration_is_valid(tmp_path):
    for name in ("prometheus.yml", "alerts.yml"):
        shutil.copy(OPS / "prometheus" / name, tmp_path)
    (tmp_path / "modelyard-token").write_text("token")
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml", cwd=tmp_path)


@WITHOUT_PROMTOOL
def test_every_expression_of_the_dashboard_is_valid(tmp_path):
    rules = [{"record": f"panel:{n}", "expr": text} for n, text in enumerate(expressions())]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert "SUCCESS" in promtool("check", "rules", str(file))


def test_dashboard_and_rules_ask_only_for_what_is_exported(tmp_path):
    families = text_string_to_metric_families(exported(tmp_path))
    known = {sample.name for family in families for sample in family.samples}
    rules = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    texts = [*expressions(), *(rule["expr"] for rule in rules)]
    asked = {name for text in texts for name in re.findall(r"\bmodelyard_[a-z_]+", text)}
    assert asked
    assert asked <= known


def test_the_panels_of_the_dashboard_do_not_overlap():
    panels = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    cells = [
        (x, y)
        for p in panels
        for x in range(p["x"], p["x"] + p["w"])
        for y in range(p["y"], p["y"] + p["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
