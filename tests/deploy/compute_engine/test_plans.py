"""Plans as a person reads them, what a machine does at its start, settings that contradict."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import yaml
from fake_compute import MIG
from fake_gcloud import FakeGcloud

from modelyard.deploy.life import Deployment
from modelyard.deploy.shown import plan_text
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.deploy.targets.compute_engine.cloud_init import Machine, cloud_init
from modelyard.errors import Invalid
from modelyard.version import VERSION
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings
from modelyard.workspace.parse import parse
from modelyard.workspace.starter import make_workspace

TARGET = get_target("compute_engine")
GOLDEN = Path(__file__).parents[1] / "plans"
SETTINGS = ComputeEngineSettings(
    project="demo-1", regions=("europe-west4",), domains=("yard.example.com",)
)
MACHINE = Machine(
    "demo-1",
    f"europe-west4-docker.pkg.dev/demo-1/yard/yard@sha256:{'a' * 64}",
    msgspec.structs.replace(SETTINGS, target_latency_ms=250),
    (("MODELYARD_DATABASE_URL", "yard-database-url"), ("MODELYARD_OIDC_CLIENT_SECRET", "oidc:3")),
    "demo-1:europe-west4:yard-yard",
    "gs://demo-1-yard-yard/blobs",
)


def order_of(settings=SETTINGS, **more) -> Order:
    return Order("yard", settings, ImageSource(Path("yard"), "src-1"), "ana", "a-password", **more)


def planned(cloud, order, planner=TARGET.plan_up) -> Deployment:
    return Deployment(cloud, TARGET, order, lambda seen: planner(order, seen))


def is_golden(name: str, text: str, place: Path) -> None:
    """Compare with the file; a plan that has changed on purpose is copied there."""
    text = text.replace(VERSION, "VERSION")
    (place / name).write_text(text)
    assert text == (GOLDEN / name).read_text(), f"see {place / name}"


@pytest.fixture
def running(tmp_path, monkeypatch) -> FakeGcloud:
    """Where the first one runs."""
    make_workspace(tmp_path / "yard")
    monkeypatch.chdir(tmp_path)
    cloud = FakeGcloud()
    wanted = planned(cloud, order_of())
    wanted.carry_out(wanted.plan())
    return cloud


def test_the_first_deployment_reads_so(tmp_path, monkeypatch):
    make_workspace(tmp_path / "yard")
    monkeypatch.chdir(tmp_path)
    text = plan_text(planned(FakeGcloud(), order_of()).plan())
    is_golden("compute_engine-first.txt", text, tmp_path)
    assert "a-password" not in text


def test_an_update_reads_so(running, tmp_path):
    changes = {
        "regions": ("europe-west4", "us-central1"),
        "threads": 4,
        "requests_per_instance": 50,
    }
    settings = msgspec.structs.replace(SETTINGS, **changes)
    text = plan_text(planned(running, order_of(settings, is_public=True)).plan())
    is_golden("compute_engine-update.txt", text, tmp_path)


def test_a_way_back_reads_so(running, tmp_path):
    running.content = "two"
    order = replace(order_of(), source=ImageSource(Path("yard"), "src-2"))
    wanted = planned(running, order)
    wanted.carry_out(wanted.plan())
    text = plan_text(planned(running, order, TARGET.plan_rollback).plan())
    is_golden("compute_engine-rollback.txt", text, tmp_path)


def test_a_removal_reads_so(running, tmp_path):
    def planner(order, seen):
        return TARGET.plan_destroy(order, seen, with_data=False)

    text = plan_text(planned(running, order_of(), planner).plan())
    is_golden("compute_engine-destroy.txt", text, tmp_path)


def units() -> dict[str, str]:
    found = yaml.safe_load(cloud_init(MACHINE))["write_files"]
    return {entry["path"].rpartition("/")[2]: entry["content"] for entry in found}


def test_a_machine_is_told_no_secret_and_runs_no_script():
    text = cloud_init(MACHINE)
    assert yaml.safe_load(text)["runcmd"][0][-4:] == ["--dport", "8080", "-j", "ACCEPT"]
    assert all(isinstance(command, list) for command in yaml.safe_load(text)["runcmd"])
    assert not re.search(r"\b(sh|bash) -c\b", text)
    assert "MODELYARD_OIDC_CLIENT_SECRET=oidc:3" in units()["modelyard.service"]


def test_units_are_what_systemd_takes(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    for name, text in units().items():
        if name.endswith(".service"):
            (tmp_path / name).write_text(re.sub(r"=(-?)/\S+", r"=\1/bin/true", text))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.glob("*.service"))],
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert own == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('domains = ["yard.example.com"]\nplain_http = true', "for a deployment without domains"),
        ("min_instances = 2", "there would be no HTTPS"),
        ('domains = ["-x.example.com"]', "is no name"),
        ('domains = ["a.example.com;rm"]', "is no name"),
        ('plain_http = true\nzones = ["us-central1-a"]', "is in none of the regions"),
        ('plain_http = true\nmin_instances = 5', "is more than max_instances, 4"),
        ("plain_http = true\ntarget_cpu = 0", "nothing adds a machine"),
        ("plain_http = true\ntarget_cpu = 0\ntarget_load = 0.7\npredictive = true", "cpu is 0"),
        ('plain_http = true\ndatabase = "none"', "several machines need one database"),
        ('plain_http = true\ndatabase = "secret"', 'goes with database = "secret"'),
        ('plain_http = true\ndatabase_tier = "db-f1-micro"', "takes 22 connections, 182 are"),
        ("plain_http = true\nport = 80", "1024"),
        ('plain_http = true\nmachine = "e2;rm -rf"', "is no name in Google Cloud"),
        ('plain_http = true\nenvironment = { A = "x\\nB=y" }', "has several lines"),
        ('plain_http = true\nenvironment = { A = "x\\u2028B=y" }', "or no plain text"),
        ('plain_http = true\nregions = ["europe-west4", "europe-west4"]', "names a region twice"),
    ],
)  # fmt: skip
def test_settings_that_contradict_are_refused_in_words(text, said):
    given = "" if "regions" in text else 'regions = ["europe-west4"]\n'
    with pytest.raises(Invalid) as raised:
        parse(f"[deploy.compute_engine]\n{given}{text}\n")
    assert said in str(raised.value)
    assert "deploy.compute_engine" in str(raised.value)


def test_one_machine_without_a_database_is_fine():
    text = 'regions = ["europe-west4"]\nplain_http = true\ndatabase = "none"\n'
    parse(f"[deploy.compute_engine]\n{text}min_instances = 1\nmax_instances = 1\n")


def test_a_group_is_not_touched_for_what_the_autoscaler_decided(running):
    group = running.things[MIG, "europe-west4/yard"]
    group["targetSize"] = 4
    group["status"]["isStable"] = False
    assert planned(running, order_of()).plan().is_idle
