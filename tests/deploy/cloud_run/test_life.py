"""The whole life of a deployment on Cloud Run, and what is left when it fails at any step."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_gcloud import FakeGcloud, digest_of

from modelyard.deploy.life import Deployment
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.errors import Conflict, Invalid, ModelyardError, NotFound, Unavailable
from modelyard.workspace.deploying.cloud_run import CloudRunSettings
from modelyard.workspace.starter import make_workspace

TARGET = get_target("cloud_run")
SETTINGS = CloudRunSettings(
    project="demo-1", region="europe-west1", invokers=("user:ana@example.com",)
)
KEPT = {"sql instances", "sql databases", "sql users", "secrets", "storage buckets"}


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cloud-run") / "yard"
    make_workspace(folder)
    return folder


@pytest.fixture
def order(yard) -> Order:
    return Order("yard", SETTINGS, ImageSource(yard, "src-1"), "ana on laptop", "fresh-password")


@pytest.fixture
def cloud() -> FakeGcloud:
    return FakeGcloud()


def deployment(cloud, order, planner=TARGET.plan_up) -> Deployment:
    return Deployment(cloud, TARGET, order, lambda seen: planner(order, seen))


def deploy(cloud, order) -> DeployPlan:
    wanted = deployment(cloud, order)
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def roll_back(cloud, order) -> None:
    wanted = deployment(cloud, order, TARGET.plan_rollback)
    wanted.carry_out(wanted.plan())


def destroy(cloud, order, with_data=False) -> DeployPlan:
    wanted = deployment(
        cloud, order, lambda order, seen: TARGET.plan_destroy(order, seen, with_data)
    )
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def newer(cloud, order, content="two") -> Order:
    cloud.content = content
    return replace(order, source=replace(order.source, tag=f"src-{content}"))


def image_of(cloud, kind="run services", name="yard") -> str:
    container = cloud.things[kind, name]["spec"]["template"]["spec"]["containers"][0]
    return container["image"].rpartition("@")[2]


def kinds(cloud) -> set[str]:
    return {kind for kind, _ in cloud.things}


def test_the_second_deployment_of_the_same_changes_nothing(cloud, order):
    assert not deploy(cloud, order).is_idle
    steps = len(cloud.done)
    second = deploy(cloud, order)
    assert second.is_idle
    assert {change.action for change in second.changes} == {"keep"}
    assert len(cloud.done) == steps
    assert cloud.objects == {}, "the lock was let go"


def test_what_runs_is_private_has_its_own_account_and_no_password_in_the_open(cloud, order):
    deploy(cloud, order)
    assert cloud.bindings["run services", "yard"] == [("user:ana@example.com", "roles/run.invoker")]
    service = cloud.things["run services", "yard"]
    spec = service["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == "yard-yard@demo-1.iam.gserviceaccount.com"
    assert spec["containerConcurrency"] == SETTINGS.processes * SETTINGS.threads
    assert "fresh-password" not in str(service)
    assert not [step for step in cloud.done if "fresh-password" in step]
    assert cloud.things["sql users", "modelyard"]["password"] == "fresh-password"
    [address] = cloud.things["secrets", "yard-database-url"]["versions"]
    assert address.startswith("postgresql://modelyard:fresh-password@/modelyard?host=/cloudsql/")


def test_the_service_account_may_do_little(cloud, order):
    deploy(cloud, order)
    member = "serviceAccount:yard-yard@demo-1.iam.gserviceaccount.com"
    roles = {
        (kind, role)
        for (kind, _), bound in cloud.bindings.items()
        for who, role in bound
        if who == member
    }
    assert roles == {
        ("projects", "roles/cloudsql.client"),
        ("storage buckets", "roles/storage.objectUser"),
        ("secrets", "roles/secretmanager.secretAccessor"),
    }


def test_public_says_so_and_the_next_deployment_without_it_shuts_strangers_out(cloud, order):
    plan = deploy(cloud, replace(order, is_public=True))
    assert any(note.startswith("PUBLIC: everybody may ask it") for note in plan.notes)
    assert ("allUsers", "roles/run.invoker") in cloud.bindings["run services", "yard"]
    deploy(cloud, order)
    assert cloud.bindings["run services", "yard"] == [("user:ana@example.com", "roles/run.invoker")]


def test_a_changed_folder_becomes_a_new_image_and_rollback_goes_to_the_one_before(cloud, order):
    deploy(cloud, order)
    changed = newer(cloud, order)
    deploy(cloud, changed)
    assert image_of(cloud) == digest_of("two")
    roll_back(cloud, changed)
    assert image_of(cloud) == digest_of("one")
    assert image_of(cloud, "run worker-pools", "yard-worker") == digest_of("one")
    roll_back(cloud, changed)
    assert image_of(cloud) == digest_of("two"), "there and back again"


def test_without_an_earlier_image_nothing_can_be_rolled_back(cloud, order):
    with pytest.raises(NotFound, match="no earlier image"):
        roll_back(cloud, order)
    deploy(cloud, order)
    with pytest.raises(NotFound, match="no earlier image"):
        roll_back(cloud, order)


def test_an_image_pushed_before_is_deployed_without_docker(cloud, order):
    pushed = f"europe-docker.pkg.dev/ana/yard/yard@{digest_of('elsewhere')}"
    deploy(cloud, replace(order, source=ImageSource(order.source.folder, pushed=pushed)))
    assert image_of(cloud) == digest_of("elsewhere")
    assert not [step for step in cloud.done if step.startswith("docker")]


def test_an_image_elsewhere_is_refused_before_anything_is_made(cloud, order):
    pushed = f"ghcr.io/ana/yard@{digest_of('elsewhere')}"
    with pytest.raises(Invalid, match="Cloud Run does not take images from ghcr"):
        deploy(cloud, replace(order, source=ImageSource(order.source.folder, pushed=pushed)))
    assert cloud.done == []


def test_cloud_build_needs_no_docker_here(cloud, order):
    settings = replace_settings(build="cloud_build")
    deploy(cloud, replace(order, settings=settings))
    assert image_of(cloud) == digest_of("one")
    assert not [step for step in cloud.done if step.startswith("docker")]


def test_destroy_keeps_what_was_kept_and_a_new_deployment_finds_it(cloud, order):
    deploy(cloud, order)
    destroy(cloud, order)
    assert kinds(cloud) == KEPT
    deploy(cloud, order)
    assert len(cloud.things["secrets", "yard-database-url"]["versions"]) == 1
    destroy(cloud, order, with_data=True)
    assert cloud.things == {}
    assert not any(cloud.bindings.values())
    assert destroy(cloud, order, with_data=True).is_idle


def test_settings_that_change_change_that_alone(cloud, order):
    deploy(cloud, order)
    plan = deploy(cloud, replace(order, settings=replace_settings(memory="2Gi")))
    acting = [(change.what, change.why) for change in plan.changes if change.acts]
    assert acting == [("service yard", "settings have changed")]
    plan = deploy(cloud, replace(order, settings=replace_settings(memory="2Gi", workers="none")))
    assert [change.what for change in plan.changes if change.action == "delete"] == [
        "worker pool yard-worker"
    ]


def steps_of_a_first_deployment(yard) -> int:
    cloud = FakeGcloud()
    deploy(cloud, Order("yard", SETTINGS, ImageSource(yard, "src-1"), "ana", "fresh-password"))
    return len(cloud.done)


@pytest.mark.parametrize("fails_after", [False, True])
def test_after_a_failure_at_any_step_another_deployment_completes_it(order, fails_after):
    for number in range(1, steps_of_a_first_deployment(order.source.folder) + 1):
        cloud = FakeGcloud(fail_at=number, fails_after=fails_after)
        with pytest.raises(Unavailable, match="failed by the test"):
            deploy(cloud, order)
        cloud.objects.clear()  # the lock, where its own release was what failed
        deploy(cloud, replace(order, fresh_password="another"))
        assert deploy(cloud, order).is_idle, number
        password = cloud.things["sql users", "modelyard"]["password"]
        address = cloud.things["secrets", "yard-database-url"]["versions"][-1]
        assert f":{password}@" in address, number


@pytest.mark.parametrize("fails_after", [False, True])
def test_after_a_failure_at_any_step_destroy_leaves_nothing(order, fails_after):
    for number in range(1, steps_of_a_first_deployment(order.source.folder) + 1):
        cloud = FakeGcloud(fail_at=number, fails_after=fails_after)
        with pytest.raises(Unavailable):
            deploy(cloud, order)
        cloud.objects.clear()
        destroy(cloud, order, with_data=True)
        assert cloud.things == {}, number
        assert not any(cloud.bindings.values()), number


def test_a_removal_that_fails_anywhere_is_completed_by_another(order):
    whole = FakeGcloud()
    deploy(whole, order)
    before = len(whole.done)
    destroy(whole, order, with_data=True)
    for number in range(1, len(whole.done) - before + 1):
        cloud = FakeGcloud()
        deploy(cloud, order)
        cloud.fail_at = number
        with pytest.raises(Unavailable):
            destroy(cloud, order, with_data=True)
        cloud.objects.pop("gs://demo-1-yard-yard/deploying.json", None)
        destroy(cloud, order, with_data=True)
        assert cloud.things == {}, number


def test_a_failure_says_what_was_done_and_lets_the_lock_go(cloud, order):
    cloud.fail_at = 8
    with pytest.raises(Unavailable) as raised:
        deploy(cloud, order)
    assert "Done before it: APIs of demo-1, bucket demo-1-yard-yard" in str(raised.value)
    assert "(not finished)" in str(raised.value)
    assert "The same command again goes on from there." in str(raised.value)
    assert cloud.objects == {}


def test_who_breaks_it_off_is_told_what_stands_and_the_lock_is_let_go(cloud, order):
    cloud.fail_at, cloud.fault = 12, KeyboardInterrupt()
    with pytest.raises(Unavailable, match=r"was broken off\. Done before it: APIs of demo-1"):
        deploy(cloud, order)
    assert cloud.objects == {}


def test_two_people_at_once_the_second_is_told_who_is_the_first(cloud, order):
    deploy(cloud, order)
    lock = TARGET.lock(replace(order, who="ben on desktop"))
    cloud.do(lock.take, {})
    changed = newer(cloud, order)
    with pytest.raises(Conflict, match=r"ben on desktop deploys since .* --break-lock"):
        deploy(cloud, changed)
    assert image_of(cloud) == digest_of("one")
    assert "ben on desktop" in str(cloud.objects), "it is still theirs"
    taking = replace(deployment(cloud, changed), break_lock=True)
    taking.carry_out(taking.plan())
    assert image_of(cloud) == digest_of("two")
    assert cloud.objects == {}


class WithoutDocker(FakeGcloud):
    """A machine on which Docker does not run."""

    def ask(self, argv):
        if argv[0] == "docker":
            raise Unavailable("docker info", "Docker does not run.")
        return super().ask(argv)


def test_without_docker_nothing_is_begun(order):
    cloud = WithoutDocker()
    with pytest.raises(Unavailable, match="Docker does not run"):
        deploy(cloud, order)
    assert cloud.done == []


def test_what_changed_since_the_plan_was_shown_is_not_run_over(cloud, order):
    deploy(cloud, order)
    wanted = deployment(cloud, newer(cloud, order))
    plan = wanted.plan()
    destroy(cloud, order)
    with pytest.raises(Conflict, match="changed since the plan was shown"):
        wanted.carry_out(plan)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("storage buckets", "gs://demo-1-yard-yard"),
        ("artifacts repositories", "yard"),
        ("iam service-accounts", "yard-yard@demo-1.iam.gserviceaccount.com"),
        ("sql instances", "yard-yard"),
        ("secrets", "yard-database-url"),
        ("run services", "yard"),
        ("run worker-pools", "yard-worker"),
    ],
)
def test_what_somebody_else_made_is_neither_changed_nor_removed(cloud, order, kind, name):
    deploy(cloud, order)
    theirs = cloud.things[kind, name]
    for labels in (theirs, theirs.get("metadata", {}), theirs.get("settings", {})):
        labels.pop("labels", None)
        labels.pop("userLabels", None)
    theirs["description"] = "theirs"
    theirs.setdefault("labels", {})["modelyard"] = "another"
    if kind == "storage buckets":
        theirs["labels"] = {"team": "theirs"}
    with pytest.raises(ModelyardError, match="is there already"):
        deploy(cloud, order)
    destroy(cloud, order, with_data=True)
    assert (kind, name) in cloud.things


def test_another_region_is_no_way_to_lose_what_runs_in_the_first(cloud, order):
    deploy(cloud, order)
    elsewhere = replace(order, settings=replace_settings(region="us-central1"))
    with pytest.raises(Conflict, match="is in europe-west1: this deployment is there"):
        deploy(cloud, elsewhere)
    with pytest.raises(Conflict, match="is in europe-west1: this deployment is there"):
        destroy(cloud, elsewhere)


def test_a_secret_that_is_named_must_be_there(cloud, order):
    settings = replace_settings(secrets={"MODELYARD_OIDC_CLIENT_SECRET": "oidc:2"})
    with pytest.raises(NotFound, match="gcloud secrets create oidc --data-file=-"):
        deploy(cloud, replace(order, settings=settings))
    assert cloud.done == []


def replace_settings(**changes) -> CloudRunSettings:
    import msgspec

    return msgspec.structs.replace(SETTINGS, **changes)
