"""The same life with the real aws, against moto's server."""

import os
import shutil
import stat
import sys
from dataclasses import replace

import pytest
from amazon_server import amazon

from modelyard.deploy.life import Deployment
from modelyard.deploy.runner import Programs
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.starter import make_workspace

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed"),
]
TARGET = get_target("ecs")
DOCKER = """#!{python}
import json, subprocess, sys
if sys.argv[1] == "login":
    assert sys.stdin.read(), "a password is read from stdin"
elif sys.argv[1] == "push":
    name, _, tag = sys.argv[2].partition(":")
    kind = "application/vnd.oci.image.manifest.v1+json"
    parts = {{"config": {{"digest": tag}}, "layers": []}}
    manifest = json.dumps({{"schemaVersion": 2, "mediaType": kind, **parts}})
    words = ["--repository-name", name.rpartition("/")[2], "--image-tag", tag]
    words += ["--image-manifest", manifest, "--region", "eu-central-1"]
    subprocess.run(["aws", "ecr", "put-image", *words], check=True, stdout=subprocess.DEVNULL)
"""
"""A docker that has every image, and pushes a manifest by the registry's own call."""


@pytest.fixture
def account(tmp_path, monkeypatch):
    """An empty account, and programs that know it."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with amazon() as environ:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        yield Programs()


@pytest.fixture
def order(tmp_path) -> Order:
    make_workspace(tmp_path / "yard")
    settings = EcsSettings(region="eu-central-1", requests_per_instance=20)
    source = ImageSource(tmp_path / "yard", "src-0123456789abcdef")
    return Order("yard", settings, source, "ana on laptop")


def carried_out(account, order, planner) -> Deployment:
    wanted = Deployment(account, TARGET, order, lambda seen: planner(order, seen))
    plan = wanted.plan()
    wanted.carry_out(plan)
    return wanted


def lines(account, wanted) -> dict[str, str]:
    return {line.label: line.value for line in TARGET.status(wanted.order, wanted.look())}


def test_a_whole_life_with_the_real_aws(account, order):
    wanted = carried_out(account, order, TARGET.plan_up)
    assert wanted.plan().is_idle

    other = "ghcr.io/ana/yard@sha256:" + "c" * 64
    newer = replace(order, source=ImageSource(order.source.folder, pushed=other))
    carried_out(account, newer, TARGET.plan_up)
    back = carried_out(account, newer, TARGET.plan_rollback)
    found = lines(account, back)
    assert found["image"].startswith("123456789012.dkr.ecr.eu-central-1.amazonaws.com/yard@sha256:")
    assert found["image before"] == other

    def all_of_it(order, seen):
        return TARGET.plan_destroy(order, seen, with_data=True)

    gone = carried_out(account, order, all_of_it)
    assert lines(account, gone) == {"stack": "there is none"}
    words = ("--region", "eu-central-1", "--output", "json")
    left = account.ask(("aws", "resourcegroupstaggingapi", "get-resources", *words))
    assert left["ResourceTagMappingList"] == []
    assert account.ask(TARGET.lock(order).holder.argv) is None
