"""The real gcloud goes the whole way once, against a local Google Cloud that checks each request
against Google's own descriptions; and it finds no fault with any command of a plan."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fake_gcloud import FakeGcloud, digest_of
from gcloud_nursery import fast_gcloud
from google_cloud.behaviours import push_image
from google_cloud.state import Refused

from modelyard.deploy.google.registry import Registry
from modelyard.deploy.life import Deployment
from modelyard.deploy.runner import Programs
from modelyard.deploy.source import ImageSource
from modelyard.deploy.steps import Command, Step
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.deploy.targets.cloud_run import app_engine
from modelyard.deploy.targets.cloud_run.names import Names
from modelyard.errors import Conflict, Denied, Unavailable
from modelyard.workspace.deploying.cloud_run import CloudRunSettings
from modelyard.workspace.starter import make_workspace

GCLOUD = shutil.which("gcloud")
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(GCLOUD is None, reason="gcloud is not installed here"),
    pytest.mark.skipif(
        find_spec("googleapiclient") is None, reason="Google's documents are not here"
    ),
]
TARGET = get_target("cloud_run")
SETTINGS = CloudRunSettings(project="demo", region="europe-west1", image="slim")
WARM = (
    "run services",
    "beta run worker-pools",
    "storage buckets",
    "sql instances",
    "secrets versions",
    "artifacts repositories",
    "iam service-accounts",
    "projects",
)
POOL_REMOVAL = ("gcloud", "beta", "run", "worker-pools", "delete")


@pytest.fixture(scope="module")
def google(tmp_path_factory) -> Iterator[Any]:
    from google_cloud import google_cloud

    place = tmp_path_factory.mktemp("gcloud")
    with (
        google_cloud() as cloud,
        fast_gcloud(place, WARM) as program,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in cloud.environ(str(place / "config")).items():
            patch.setenv(name, value)
        patch.setenv("PATH", str(program), prepend=os.pathsep)
        yield cloud


class GcloudAlone(Programs):
    """The real gcloud; what docker would push is put into the registry.

    Worker pools are removed by gRPC, which the local cloud does not speak: it is told directly.
    """

    def __init__(self, google: Any, content: str) -> None:
        super().__init__()
        self.google, self.content = google, content
        self.answers: dict[tuple[str, ...], Any] = {}

    def ask(self, argv: tuple[str, ...]) -> Any:
        """Answer as gcloud does, or did: what no command has changed since is not asked again."""
        if argv[0] == "docker":
            return "27.0"
        if argv not in self.answers or "deploying.json" in str(argv):
            self.answers[argv] = super().ask(argv)
        return self.answers[argv]

    def do(self, step: Step, given: dict[str, str]) -> None:
        argv = step.argv if isinstance(step, Command) else ()
        self.answers = {
            asked: answer
            for asked, answer in self.answers.items()
            if group_of(asked) != group_of(argv) or "deploying.json" in str(argv)
        }
        if argv[:2] == ("docker", "push"):
            push_image(self.google.state, argv[2], digest_of(self.content))
        elif argv[:5] == POOL_REMOVAL:
            self.google.state.remove(f"namespaces/demo/workerpools/{argv[5]}")
        elif argv[:1] != ("docker",) and argv[1:3] != ("auth", "configure-docker"):
            super().do(step, given)


def group_of(argv: tuple[str, ...]) -> str:
    """Give what a command is about: run, storage, sql, ..."""
    return next((word for word in argv[1:] if word != "beta"), "")


def test_the_whole_life_with_the_real_gcloud(google, tmp_path):
    make_workspace(tmp_path / "yard")
    order = Order("yard", SETTINGS, ImageSource(tmp_path / "yard", "src-1"), "ana", "a-password")
    cloud = GcloudAlone(google, "one")

    def act(planner, order) -> Any:
        wanted = Deployment(cloud, TARGET, order, lambda seen: planner(order, seen))
        plan = wanted.plan()
        wanted.carry_out(plan)
        return plan

    act(TARGET.plan_up, order)
    resources = google.state.resources
    assert google.state.faults == []
    assert "b/demo-yard-yard/o/deploying.json" not in resources, "the lock was let go"
    address = google.state.content["projects/demo/secrets/yard-database-url/versions/1"]
    assert address.startswith(b"postgresql://modelyard:a-password@/modelyard?host=/cloudsql/demo:")
    users = resources["projects/demo/instances/yard-yard/users/modelyard"]
    assert users["password"] == "a-password"
    assert act(TARGET.plan_up, order).is_idle

    lock = TARGET.lock(replace(order, who="ben"))
    cloud.do(lock.take, {})
    cloud.content = "two"
    changed = replace(order, source=replace(order.source, tag="src-2"))
    with pytest.raises(Conflict, match="ben deploys since"):
        act(TARGET.plan_up, changed)
    cloud.do(lock.release, {})
    act(TARGET.plan_up, changed)
    assert image_of(resources) == digest_of("two")
    act(TARGET.plan_rollback, changed)
    assert image_of(resources) == digest_of("one")

    act(lambda order, seen: TARGET.plan_destroy(order, seen, with_data=True), changed)
    left = [name for name in resources if "yard" in name and "/operations/" not in name]
    assert [name for name in left if "/revisions/" not in name] == []
    assert google.state.faults == []


@pytest.mark.parametrize(
    ("refused", "kind", "words"),
    [
        (Refused(403, "PERMISSION_DENIED",
                 "Permission 'artifactregistry.repositories.create' denied on x"),
         Denied, "the permission artifactregistry.repositories.create is missing"),
        (Refused(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Repositories'"),
         Unavailable, "a quota is used up"),
        (Refused(403, "PERMISSION_DENIED", "This API method requires billing to be enabled."),
         Unavailable, "the project has no billing account"),
        (Refused(409, "ALREADY_EXISTS", "the repository already exists"), Conflict, "set another"),
        (Refused(400, "INVALID_ARGUMENT", "The location is not supported: mars-west1"),
         Unavailable, "Set another region"),
    ],
    ids=lambda value: value.reason if isinstance(value, Refused) else "",
)  # fmt: skip
def test_what_google_refuses_is_one_sentence_through_the_real_gcloud(google, refused, kind, words):
    google.state.failure, google.state.fail_at = refused, 1
    [make] = Registry("demo", "europe-west1", "refused").thing().make
    with pytest.raises(kind, match=words):
        Programs().do(make, {})
    google.state.fail_at = 0


def image_of(resources: dict[str, Any]) -> str:
    spec = resources["namespaces/demo/services/yard"]["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"]).rpartition("@")[2]


def commands_of_a_life(yard: Path) -> list[tuple[str, ...]]:
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
    settings = msgspec.structs.replace(SETTINGS, build="cloud_build")
    for wished in (SETTINGS, settings):
        order = Order("yard", wished, ImageSource(yard, f"src-{wished.build}"), "ana", "password")
        planners = (
            lambda seen, order=order: TARGET.plan_up(replace(order, is_public=True), seen),
            lambda seen, order=order: TARGET.plan_up(order, seen),
        )
        for planner in planners:
            wanted = Deployment(cloud, TARGET, order, planner)
            wanted.carry_out(wanted.plan())
    gone = Deployment(cloud, TARGET, order, lambda seen: TARGET.plan_destroy(order, seen, True))
    gone.carry_out(gone.plan())
    asked.append(app_engine.command(Names(order), f"europe-docker.pkg.dev/a/b@{digest_of('a')}"))
    asked += [TARGET.logs(order, 10, follow).argv for follow in (False, True)]
    return sorted({argv for argv in asked if argv[0] == "gcloud"})


def test_gcloud_finds_no_fault_with_any_command(tmp_path):
    make_workspace(tmp_path / "yard")
    commands = commands_of_a_life(tmp_path / "yard")
    assert len(commands) > 40
    document = tmp_path / "document.yaml"  # what the commands read from their input
    document.write_text("kind: Service\n")
    commands = [
        tuple(str(document) if "replace" in argv and word == "-" else word for word in argv)
        for argv in commands
    ]
    written = tmp_path / "commands.json"
    written.write_text(
        json.dumps(
            [{"command_string": shlex.join(argv), "id": n} for n, argv in enumerate(commands, 1)]
        )
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSDK_")}
    done = subprocess.run(
        [str(GCLOUD), "meta", "lint-gcloud-commands", f"--commands-file={written}"],
        env=own | {"CLOUDSDK_CONFIG": str(tmp_path / "config")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    answers = json.loads(done.stdout)
    faults = [one for one in answers if not one["success"]]
    assert len(answers) >= len(commands), done.stderr[-500:]
    assert faults == []
