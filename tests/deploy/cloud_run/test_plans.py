"""Plans as a person reads them: golden files, settings that contradict themselves, words."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import yaml
from fake_gcloud import FakeGcloud

from modelyard.deploy.context import content_tag, is_ignored
from modelyard.deploy.faults import fault_of
from modelyard.deploy.google.faults import read_gcloud_fault
from modelyard.deploy.life import Deployment
from modelyard.deploy.naming import default_name, name_of, refuse_name
from modelyard.deploy.ordering import order_for
from modelyard.deploy.shown import plan_text
from modelyard.deploy.source import ImageSource, source_pushed
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.deploy.targets.cloud_run.app_engine import app_yaml
from modelyard.deploy.targets.cloud_run.names import Names, image_in
from modelyard.errors import Conflict, Denied, Invalid, NotFound, SignInNeeded, Unavailable
from modelyard.version import VERSION
from modelyard.workspace.deploying.cloud_run import CloudRunSettings
from modelyard.workspace.parse import parse
from modelyard.workspace.starter import make_workspace

TARGET = get_target("cloud_run")
GOLDEN = Path(__file__).parents[1] / "plans"
SETTINGS = CloudRunSettings(project="demo-1", region="europe-west1", image="slim")


@pytest.fixture
def yard(tmp_path) -> Path:
    make_workspace(tmp_path / "yard")
    return tmp_path / "yard"


def planned(cloud, order, planner=TARGET.plan_up):
    return Deployment(cloud, TARGET, order, lambda seen: planner(order, seen))


def order_of(settings=SETTINGS, **more) -> Order:
    return Order("yard", settings, ImageSource(Path("yard"), "src-1"), "ana", "a-password", **more)


def is_golden(name: str, text: str, place: Path) -> None:
    """Compare with the file; a plan that has changed on purpose is copied there."""
    text = text.replace(VERSION, "VERSION")
    (place / name).write_text(text)
    assert text == (GOLDEN / name).read_text(), f"see {place / name}"


@pytest.fixture
def running(yard, monkeypatch) -> FakeGcloud:
    """Where the first one runs."""
    monkeypatch.chdir(yard.parent)
    cloud = FakeGcloud()
    wanted = planned(cloud, order_of())
    wanted.carry_out(wanted.plan())
    return cloud


def test_the_first_deployment_reads_so(yard, monkeypatch, tmp_path):
    monkeypatch.chdir(yard.parent)
    text = plan_text(planned(FakeGcloud(), order_of()).plan())
    is_golden("cloud_run-first.txt", text, tmp_path)


def test_an_update_reads_so(running, tmp_path):
    settings = msgspec.structs.replace(SETTINGS, memory="2Gi", ingress="internal")
    text = plan_text(planned(running, order_of(settings, is_public=True)).plan())
    is_golden("cloud_run-update.txt", text, tmp_path)


def test_a_removal_reads_so(running, tmp_path):
    def planner(order, seen):
        return TARGET.plan_destroy(order, seen, with_data=False)

    text = plan_text(planned(running, order_of(), planner).plan())
    is_golden("cloud_run-destroy.txt", text, tmp_path)


def test_a_plan_never_shows_a_secret(yard, monkeypatch):
    monkeypatch.chdir(yard.parent)
    plan = planned(FakeGcloud(), order_of()).plan()
    assert "a-password" not in plan_text(plan)
    assert "< (a secret)" in plan_text(plan)
    assert "a-password" not in repr(plan)
    assert "a-password" not in repr(order_of())


def test_status_says_what_runs(running):
    order = order_of()
    lines = {
        line.label: line.value for line in TARGET.status(order, planned(running, order).look())
    }
    assert lines["service"] == "ready"
    assert lines["may ask"] == "private"
    assert lines["image before"] == "none: a rollback is not possible"
    assert lines["database"] == "yard-yard db-g1-small RUNNABLE"
    nothing = TARGET.status(order, planned(FakeGcloud(), order).look())
    assert "is not deployed" in {line.value for line in nothing}


def test_app_engine_takes_the_same_image_by_a_written_file_without_a_secret(running):
    order = order_of()
    text = app_yaml(Names(order), planned(running, order).look())
    document = yaml.safe_load(text)
    assert (document["runtime"], document["env"], document["service"]) == ("custom", "flex", "yard")
    assert document["beta_settings"] == {"cloud_sql_instances": "demo-1:europe-west1:yard-yard"}
    assert f"--image-url={image_in(running.things['run services', 'yard'])}" in text
    assert "@sha256:" in text
    assert "a-password" not in text
    with pytest.raises(NotFound, match="Deploy there first"):
        app_yaml(Names(order), planned(FakeGcloud(), order).look())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('memory = "64Gi"', "line 2, deploy.cloud_run.memory: must be 512Mi to 4096Mi"),
        ('memory = "lots"', "is no size of memory"),
        ("processes = 8\nthreads = 200", "line 3, deploy.cloud_run.threads.*more than 1000"),
        ("min_instances = 5", "max_instances: is less than 5"),
        ("max_instances = 40", "db-g1-small takes 47 connections, 406 are needed"),
        ('database = "none"', "several instances need one database"),
        ('database = "none"\nmax_instances = 1', "a worker pool needs a database in common"),
        ('database = "secret"', "database_secret: goes with"),
        ('workers = "inside"', "min_instances: is 0"),
        ('invokers = ["ana"]', "'ana' names nobody"),
        ('name = "My Yard"', "deploy.cloud_run.name"),
        ('project = "x; rm -rf"', "deploy.cloud_run.project"),
        ('region = "$(id)"', "deploy.cloud_run.region"),
        ('ingress = "none"', "line 2, deploy.cloud_run.ingress: Invalid enum value"),
        ("max_instance = 2", "Did you mean 'max_instances'"),
        ('environment = {MODELYARD_OIDC_CLIENT_SECRET = "a"}', "looks like a secret"),
        ('environment = {PORT = "1"}', "PORT is set by the platform"),
        ('environment = {"A B" = "1"}', "'A B' is no name of a variable"),
        ('secrets = {A = "--x y"}', "no name of a secret"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_line(text, fault):
    with pytest.raises(Invalid, match=fault):
        parse(f"[deploy.cloud_run]\n{text}\n")


def test_another_target_that_is_not_known_is_named():
    with pytest.raises(Invalid, match="Did you mean 'cloud_run'"):
        parse("[deploy.cloudrun]\n")


def test_what_differs_per_person_comes_from_env(yard):
    with pytest.raises(Invalid, match="as CLOUD_RUN_PROJECT in"):
        order_for(TARGET, yard)
    (yard / ".env").write_text(
        "CLOUD_RUN_PROJECT=mine-123\nCLOUD_RUN_REGION=us-central1\nCLOUD_RUN_MAX_INSTANCES=2\n"
    )
    order = order_for(TARGET, yard)
    assert (order.name, order.settings.project, order.settings.max_instances) == (
        "yard", "mine-123", 2,
    )  # fmt: skip
    (yard / ".env").write_text("CLOUD_RUN_PROJECT=mine-123\nCLOUD_RUN_MAX_INSTANCES=many\n")
    with pytest.raises(Invalid, match="CLOUD_RUN_MAX_INSTANCES"):
        order_for(TARGET, yard)


def test_two_targets_never_have_the_same_name_as_each_would_remove_the_others(yard):
    here = "[deploy.cloud_run]\nproject = 'demo-123'\nregion = 'europe-west1'\n"
    (yard / "modelyard.toml").write_text(here)
    assert order_for(TARGET, yard).name == "yard"
    assert default_name("compute_engine", "y" * 30) == "y" * 21 + "-ce"
    (yard / "modelyard.toml").write_text(f"{here}[deploy.compute_engine]\nname = 'yard'\n")
    with pytest.raises(Invalid, match="'yard' is the name of the deployment to compute_engine too"):
        order_for(TARGET, yard)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("You do not currently have an active account selected.", SignInNeeded,
         "gcloud auth login"),
        ("PERMISSION_DENIED: Permission 'run.services.create' denied on resource", Denied,
         "the permission run.services.create is missing"),
        ("Project 'demo-9' not found or permission denied.", Unavailable, "no project 'demo-9'"),
        ("Cloud Run Admin API has not been used in project 1 before or it is disabled. "
         "[run.googleapis.com] SERVICE_DISABLED", Unavailable, "not enabled"),
        ("Quota exceeded for quota metric 'Run instances'", Unavailable, "a quota is used up"),
        ("HTTPError 403: The billing account for the owning project is disabled", Unavailable,
         "no billing account"),
        ("ALREADY_EXISTS: the repository already exists", Conflict, "name is taken"),
        ("Cannot find service [yard]", NotFound, "Cannot find service"),
        ("HTTPError 412: conditionNotMet", Conflict, "somebody else was there first"),
        ("The requested region is not supported: mars-west1", Unavailable, "Set another region"),
    ],
)  # fmt: skip
def test_what_gcloud_says_becomes_one_sentence(said, kind, words):
    fault = read_gcloud_fault(f"ERROR: (gcloud.x) {said}", ("gcloud", "run", "services", "list"))
    assert type(fault) is kind
    assert words in str(fault)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("Cannot connect to the Docker daemon at unix:///x", Unavailable, "Docker does not run"),
        ("denied: Permission artifactregistry.uploadArtifacts", Denied, "the registry refused us"),
        ("write: broken pipe", Unavailable, "what was pushed is not pushed twice"),
        ("dial tcp: lookup x: no such host", Unavailable, "the registry cannot be reached"),
        ("no space left on device", Unavailable, "docker system prune"),
        (
            "something else\nERROR: that",
            Unavailable,
            "ended with code 1. ERROR: that. It was to push",
        ),
    ],
)
def test_what_docker_says_becomes_one_sentence(said, kind, words):
    fault = fault_of(("docker", "push", "image"), 1, said, "push")
    assert type(fault) is kind
    assert words in str(fault)


@pytest.mark.parametrize(
    ("text", "name"),
    [("My Yard!", "my-yard"), ("2025 filings", "yard-2025-filings"), ("a" * 40, "a" * 24)],
)
def test_any_workspace_has_a_name_that_clouds_take(text, name):
    assert name_of(text) == name
    refuse_name("name", name)


def test_the_same_files_have_the_same_tag_and_secrets_are_no_part_of_it(yard):
    before = content_tag(yard)
    (yard / ".env").write_text("SECRET=1")
    (yard / ".modelyard").mkdir(exist_ok=True)
    (yard / ".modelyard" / "modelyard.db").write_text("state")
    assert content_tag(yard) == before
    (yard / "requirements.txt").write_text("six")
    assert content_tag(yard) != before


def test_rules_of_dockerignore_are_followed():
    rules = (".env", ".env.*", "!.env.example", "**/__pycache__", "*.pem", "backups")
    ignored = [".env", ".env.local", "src/__pycache__/a.pyc", "__pycache__/b", "key.pem",
               "backups/2024/one"]  # fmt: skip
    assert [name for name in ignored if not is_ignored(name, rules)] == []
    kept = [".env.example", "src/env", "a/key.pem", "backups.txt"]
    assert [name for name in kept if is_ignored(name, rules)] == []


@pytest.mark.parametrize(
    "name", ["yard", "yard:latest", "yard@sha256:12", "--x@sha256:" + "a" * 64]
)
def test_an_image_without_a_digest_is_refused(yard, name):
    with pytest.raises(Invalid, match="by its digest"):
        source_pushed(yard, name)


def test_names_from_settings_are_single_words_of_a_command_and_never_a_text_for_a_shell(yard):
    hostile = "$(touch pwned); --help"
    settings = msgspec.structs.replace(SETTINGS, environment={"TITLE": hostile})
    order = replace(order_of(settings), source=ImageSource(yard, "src-1"))
    plan = planned(FakeGcloud(), order).plan()
    steps = [step for change in plan.changes for step in change.steps]
    assert not [step for step in steps if any(hostile in word for word in step.argv)]
    [service] = [step for step in steps if '"kind": "Service"' in getattr(step, "stdin", "")]
    variables = json.loads(service.stdin)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "TITLE", "value": hostile} in variables
