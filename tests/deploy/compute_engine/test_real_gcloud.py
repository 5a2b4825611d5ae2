"""The real gcloud goes the whole way once, against a local Google Cloud that checks each request
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
from fake_compute import MIG
from fake_gcloud import FakeGcloud
from gcloud_nursery import fast_gcloud

from modelyard.deploy.cloud import look
from modelyard.deploy.life import Deployment
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.runner import Programs
from modelyard.deploy.source import ImageSource
from modelyard.deploy.steps import Command, Step
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed here"),
    pytest.mark.skipif(
        find_spec("googleapiclient") is None, reason="Google's documents are not here"
    ),
]
TARGET = get_target("compute_engine")
SETTINGS = ComputeEngineSettings(
    project="demo",
    regions=("us-central1",),
    domains=("yard.example.com",),
    dns_zone="example",
    requests_per_instance=40,
    target_latency_ms=200,
    database="secret",
    database_secret="url",
)


OWN = {"compute", "dns"}
CHANGED = ("instance-groups", "instance-templates", "ssl-certificates", "records")
"""What an update changes of what there is; each question takes gcloud a second."""
BOTH = ("us-central1", "europe-west4")


@pytest.fixture(scope="module")
def google(tmp_path_factory) -> Iterator[Any]:
    from google_cloud import compute, google_cloud

    place = tmp_path_factory.mktemp("gcloud")
    with (
        google_cloud("compute.v1", "dns.v1") as cloud,
        fast_gcloud(place, ("compute", "dns")) as program,
        pytest.MonkeyPatch.context() as patch,
    ):
        compute.furnish(cloud.state, cloud.project)
        for name, value in cloud.environ(str(place / "config")).items():
            patch.setenv(name, value)
        patch.setenv("PATH", str(program), prepend=os.pathsep)
        yield cloud


def order_of(letter: str, settings: ComputeEngineSettings = SETTINGS) -> Order:
    pushed = f"us-central1-docker.pkg.dev/demo/yard/yard@sha256:{letter * 64}"
    return Order("yard", settings, ImageSource(Path(), pushed=pushed), "ana", "a-password")


class RealCompute(FakeGcloud):
    """The real gcloud for all that is asked of Compute Engine and Cloud DNS.

    The rest, which has a life of its own with the real gcloud, is answered in this process.
    """

    def ask(self, argv: tuple[str, ...]) -> Any:
        return Programs().ask(argv) if argv[1] in OWN else super().ask(argv)

    def do(self, step: Step, given: dict[str, str]) -> None:
        is_own = isinstance(step, Command) and step.argv[1] in OWN
        (Programs() if is_own else super()).do(step, given)


def test_the_whole_life_with_the_real_gcloud(google):
    cloud, resources = RealCompute(), google.state.resources
    cloud.things["secrets", "url"] = {"name": "url"}

    def act(plan: DeployPlan) -> None:
        given: dict[str, str] = {}
        for change in plan.changes:
            for step in change.steps:
                cloud.do(step, given)
        assert google.state.faults == []

    def seen(order: Order) -> dict[str, Any]:
        return dict(look(cloud, lambda seen: TARGET.questions(order, seen)))

    first = order_of("a")
    act(TARGET.plan_up(first, {}))
    found = seen(first)
    assert acting(TARGET.plan_up(first, found)) == []
    changes = {"target_latency_ms": 0, "port": 9000, "domains": ("new.example.com",)}
    changed = order_of("b", msgspec.structs.replace(SETTINGS, **changes))
    act(TARGET.plan_up(changed, found))
    assert "b" * 64 in running(resources)
    autoscaler = next(one for name, one in resources.items() if "/autoscalers/" in name)
    assert "customMetricUtilizations" not in autoscaler["autoscalingPolicy"]
    assert "projects/demo/managedZones/example/rrsets/new.example.com./A" in resources
    for query in TARGET.questions(changed, found):
        if any(kind in query.key for kind in CHANGED):
            found[query.key] = cloud.ask(query.argv)
    act(TARGET.plan_rollback(changed, found))
    assert "a" * 64 in running(resources)
    act(TARGET.plan_destroy(changed, found, with_data=True))
    assert [name for name in resources if "yard" in name or "rrsets" in name] == []


def running(resources: dict[str, Any]) -> str:
    group = resources["projects/demo/regions/us-central1/instanceGroupManagers/yard"]
    path = group["versions"][0]["instanceTemplate"].partition("/v1/")[2]
    return str(resources[path]["properties"]["metadata"])


def acting(plan) -> list[tuple[str, str]]:
    return [(change.action, change.what) for change in plan.changes if change.acts]


def commands_of_a_life() -> list[tuple[str, ...]]:
    """List every command of gcloud, and every question, that a life has."""
    asked: list[tuple[str, ...]] = []

    class Listening(FakeGcloud):
        def ask(self, argv: tuple[str, ...]) -> Any:
            asked.append(argv)
            return super().ask(argv)

        def do(self, step: Step, given: dict[str, str]) -> None:
            if isinstance(step, Command):
                asked.append(step.argv)
            super().do(step, given)

    cloud = Listening()
    cloud.things["secrets", "url"] = {"name": "url"}
    first = order_of("a", msgspec.structs.replace(SETTINGS, subnet="own", addresses="none"))
    changes = {"subnet": "", "port": 9000, "domains": ("new.example.com",), "regions": BOTH}
    second = order_of("b", msgspec.structs.replace(SETTINGS, releases_kept=2, **changes))
    changes = {"domains": (), "dns_zone": "", "plain_http": True, "predictive": True}
    changes["regions"] = BOTH[:1]
    third = order_of("c", msgspec.structs.replace(second.settings, **changes))

    def removal(order, seen) -> Any:
        return TARGET.plan_destroy(order, seen, with_data=True)

    for order, planner in (
        (first, TARGET.plan_up),
        (second, TARGET.plan_up),
        (third, TARGET.plan_up),
        (first, TARGET.plan_up),
        (first, removal),
    ):
        wanted = Deployment(cloud, TARGET, order, lambda seen, o=order, p=planner: p(o, seen))
        wanted.carry_out(wanted.plan())
    asked += [TARGET.logs(first, 10, follow).argv for follow in (False, True)]
    own = [argv for argv in asked if argv[:2] in {("gcloud", "compute"), ("gcloud", "dns")}]

    def form(argv: tuple[str, ...]) -> tuple[str, ...]:
        """Leave names and values out: one command of each form is enough."""
        return tuple(part.partition("=")[0] for part in argv if not part.startswith("yard"))

    return list({form(argv): argv for argv in own}.values())


def test_gcloud_finds_no_fault_with_any_command(tmp_path):
    commands = commands_of_a_life()
    assert len(commands) > 40
    assert any(MIG in " ".join(argv) for argv in commands)
    written = tmp_path / "commands.txt"
    texts = [{"command_string": " ".join(argv)} for argv in commands if " " not in "".join(argv)]
    written.write_text(json.dumps([one for one in texts if "value(" not in str(one)]))
    done = subprocess.run(
        ["gcloud", "meta", "lint-gcloud-commands", f"--commands-file={written}"],
        env=os.environ | {"CLOUDSDK_CONFIG": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    answers = json.loads(done.stdout)
    assert len(answers) > 40, done.stderr[-500:]
    assert [one for one in answers if not one["success"]] == []
