"""The real gcloud goes the whole way once, against a local Vertex AI that checks each request
against Google's own descriptions; and it finds no fault with any command of a plan."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fake_gcloud import FakeGcloud
from fake_vertex import ENDPOINTS
from gcloud_nursery import fast_gcloud

from modelyard.deploy.cloud import look
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.runner import Programs
from modelyard.deploy.source import ImageSource
from modelyard.deploy.steps import Command, Step
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed here"),
    pytest.mark.skipif(
        find_spec("googleapiclient") is None, reason="Google's documents are not here"
    ),
]
TARGET = get_target("vertex_ai")
SETTINGS = VertexAiSettings(project="demo", region="europe-west4")


@pytest.fixture(scope="module")
def google(tmp_path_factory) -> Iterator[Any]:
    from google_cloud import google_cloud

    place = tmp_path_factory.mktemp("gcloud")
    with (
        google_cloud("aiplatform.v1") as cloud,
        fast_gcloud(place, ("ai models", "ai endpoints")) as program,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in cloud.environ(str(place / "config")).items():
            patch.setenv(name, value)
        patch.setenv("PATH", str(program), prepend=os.pathsep)
        # gcloud writes the region before the host's name: the local server is its proxy.
        patch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM", "http://aiplatform.fake/")
        yield cloud


class RealVertex(FakeGcloud):
    """The real gcloud for all that is asked of Vertex AI; the rest is answered in this process."""

    def ask(self, argv: tuple[str, ...]) -> Any:
        return Programs().ask(argv) if argv[1] == "ai" else super().ask(argv)

    def do(self, step: Step, given: dict[str, str]) -> None:
        is_own = isinstance(step, Command) and step.argv[1] == "ai"
        (Programs() if is_own else super()).do(step, given)


def order_of(letter: str, **changes: Any) -> Order:
    pushed = f"europe-west4-docker.pkg.dev/demo/yard/yard@sha256:{letter * 64}"
    settings = msgspec.structs.replace(SETTINGS, **changes)
    return Order("yard", settings, ImageSource(Path(), pushed=pushed), "ana", "a-password")


def test_the_whole_life_with_the_real_gcloud(google, tmp_path):
    cloud, resources = RealVertex(), google.state.resources
    path = "projects/demo/locations/europe-west4/endpoints/yard-yard"

    def act(plan: DeployPlan) -> None:
        for change in plan.changes:
            for step in change.steps:
                cloud.do(step, {})
        assert google.state.faults == []

    def seen(order: Order) -> Any:
        return look(cloud, lambda seen: TARGET.questions(order, seen))

    first = order_of("a")
    act(TARGET.plan_up(first, {}))
    found = seen(first)
    assert [change.what for change in TARGET.plan_up(first, found).changes if change.acts] == []

    request = tmp_path / "request.json"
    request.write_text(json.dumps({"instances": [{"age": 41}, {"age": 7}]}))
    words = ("ai", "endpoints", "predict", "yard-yard", "--region=europe-west4")
    told = (f"--json-request={request}", "--project=demo", "--format=json")
    assert Programs().ask(("gcloud", *words, *told))["predictions"] == [1.5, 1.5]

    few = order_of("b", traffic_percent=10)
    act(TARGET.plan_up(few, found))
    assert sorted(resources[path]["trafficSplit"].values()) == [10, 90]
    act(TARGET.plan_up(order_of("b"), seen(few)))
    assert list(resources[path]["trafficSplit"].values()) == [100]
    act(TARGET.plan_rollback(few, seen(few)))
    [left] = resources[path]["deployedModels"]
    assert "a" * 64 in str(resources[left["model"]])
    act(TARGET.plan_destroy(few, seen(few), with_data=True))
    assert [name for name in resources if "yard" in name and "/operations/" not in name] == []


def test_gcloud_finds_no_fault_with_any_command(tmp_path):
    asked: list[tuple[str, ...]] = []

    class Listening(FakeGcloud):
        def ask(self, argv: tuple[str, ...]) -> Any:
            asked.append(argv)
            return super().ask(argv)

        def do(self, step: Step, given: dict[str, str]) -> None:
            asked.append(step.argv if isinstance(step, Command) else ("",))
            super().do(step, given)

    cloud = Listening()
    for order, planner in (
        (order_of("a"), TARGET.plan_up),
        (order_of("b", traffic_percent=10), TARGET.plan_up),
        (order_of("b"), TARGET.plan_up),
        (order_of("c", traffic_percent=10, releases_kept=2), TARGET.plan_up),
        (order_of("c"), lambda order, seen: TARGET.plan_destroy(order, seen, False)),
    ):
        plan = planner(order, look(cloud, lambda seen, order=order: TARGET.questions(order, seen)))
        for change in plan.changes:
            for step in change.steps:
                cloud.do(step, {})
    assert (ENDPOINTS, "yard-yard") not in cloud.things
    forms = {tuple(part.partition("=")[0] for part in argv): argv for argv in asked}
    own = [" ".join(argv) for argv in forms.values() if argv[:2] == ("gcloud", "ai")]
    assert len(own) >= 10
    written = tmp_path / "commands.txt"
    written.write_text(json.dumps([{"command_string": text} for text in own]))
    done = subprocess.run(
        ["gcloud", "meta", "lint-gcloud-commands", f"--commands-file={written}"],
        env=os.environ | {"CLOUDSDK_CONFIG": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    answers = json.loads(done.stdout)
    assert len(answers) == len(own), done.stderr[-500:]
    assert [one for one in answers if not one["success"]] == []
