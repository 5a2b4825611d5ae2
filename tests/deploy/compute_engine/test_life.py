"""The whole life of a deployment on Compute Engine, and what is left when it fails at any step."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from fake_compute import MIG
from fake_gcloud import FakeGcloud, digest_of

from modelyard.deploy.life import Deployment
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.errors import Conflict, Invalid, ModelyardError, NotFound, Unavailable
from modelyard.workspace.deploying.compute_engine import ComputeEngineSettings
from modelyard.workspace.starter import make_workspace

TARGET = get_target("compute_engine")
SETTINGS = ComputeEngineSettings(
    project="demo-1",
    regions=("europe-west4", "us-central1"),
    domains=("yard.example.com",),
    requests_per_instance=40,
    target_latency_ms=250,
)
KEPT = {"sql instances", "sql databases", "sql users", "secrets", "storage buckets"}


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("compute-engine") / "yard"
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
    def planner(order, seen):
        return TARGET.plan_destroy(order, seen, with_data)

    wanted = deployment(cloud, order, planner)
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def newer(cloud, order, content="two") -> Order:
    cloud.content = content
    return replace(order, source=replace(order.source, tag=f"src-{content}"))


def with_settings(order, **changes) -> Order:
    return replace(order, settings=msgspec.structs.replace(order.settings, **changes))


def image_in(cloud, region) -> str:
    name = cloud.things[MIG, f"{region}/yard"]["versions"][0]["instanceTemplate"][2:]
    return cloud.things["compute instance-templates", name]["user-data"]


def acting(plan) -> list[tuple[str, str]]:
    return [(change.action, change.what) for change in plan.changes if change.acts]


def test_the_second_deployment_of_the_same_changes_nothing(cloud, order):
    assert not deploy(cloud, order).is_idle
    steps = len(cloud.done)
    second = deploy(cloud, order)
    assert acting(second) == []
    assert {change.action for change in second.changes} == {"keep"}
    assert len(cloud.done) == steps
    assert cloud.objects == {}, "the lock was let go"


def test_one_port_is_the_port_everywhere(cloud, order):
    """Where the named port and the container's differ, every machine is ill for ever."""
    deploy(cloud, with_settings(order, port=5000))
    group = cloud.things[MIG, "europe-west4/yard"]
    service = cloud.things["compute backend-services", "yard"]
    [port] = [one["port"] for one in group["namedPorts"] if one["name"] == service["portName"]]
    assert port == 5000
    assert cloud.things["compute firewall-rules", "yard-balancer"]["allowed"][0]["ports"] == [
        "5000"
    ]
    for check in ("yard-ready", "yard-alive"):
        found = cloud.things["compute health-checks", check]
        assert found["httpHealthCheck"]["port"] == 5000
    started = image_in(cloud, "europe-west4")
    assert "MODELYARD_PORT=5000\n" in started
    assert '--dport, "5000", -j, ACCEPT]' in started


def test_nobody_but_the_load_balancer_reaches_the_port(cloud, order):
    deploy(cloud, order)
    rule = cloud.things["compute firewall-rules", "yard-balancer"]
    assert rule["sourceRanges"] == ["130.211.0.0/22", "35.191.0.0/16"]


def test_no_secret_stands_in_a_template_or_in_a_command(cloud, order):
    deploy(cloud, order)
    assert "fresh-password" not in image_in(cloud, "us-central1")
    assert not [step for step in cloud.done if "fresh-password" in step]
    [address] = cloud.things["secrets", "yard-database-url"]["versions"]
    assert address.startswith("postgresql://modelyard:fresh-password@/modelyard?host=/cloudsql/")


def test_all_signals_are_given_to_the_autoscaler(cloud, order):
    deploy(cloud, with_settings(order, scale_in_most=2, scale_in_window_s=900))
    policy = cloud.things[MIG, "us-central1/yard"]["autoscaler"]["autoscalingPolicy"]
    assert policy["cpuUtilization"]["utilizationTarget"] == 0.6
    assert policy["loadBalancingUtilization"]["utilizationTarget"] == 0.8
    assert policy["customMetricUtilizations"][0]["utilizationTarget"] == 250
    scale_in = {"maxScaledInReplicas": {"fixed": 2}, "timeWindowSec": 900}
    assert policy["scaleInControl"] == scale_in
    backend = cloud.things["compute backend-services", "yard"]["backends"][0]
    assert (backend["balancingMode"], backend["maxRatePerInstance"]) == ("RATE", 40)
    calmer = with_settings(order, requests_per_instance=0, target_latency_ms=0, target_load=0.7)
    deploy(cloud, calmer)
    policy = cloud.things[MIG, "us-central1/yard"]["autoscaler"]["autoscalingPolicy"]
    assert policy["loadBalancingUtilization"]["utilizationTarget"] == 0.7
    assert "customMetricUtilizations" not in policy
    backend = cloud.things["compute backend-services", "yard"]["backends"][0]
    assert (backend["balancingMode"], backend["maxUtilization"]) == ("UTILIZATION", 0.8)


def test_a_changed_folder_becomes_a_release_and_rollback_goes_to_the_image_before(cloud, order):
    deploy(cloud, order)
    changed = newer(cloud, order)
    deploy(cloud, changed)
    assert digest_of("two") in image_in(cloud, "europe-west4")
    more = with_settings(changed, threads=4)
    deploy(cloud, more)
    roll_back(cloud, more)
    assert digest_of("one") in image_in(cloud, "europe-west4"), "not the same image once more"
    assert digest_of("one") in image_in(cloud, "us-central1")
    with pytest.raises(NotFound, match="no release before this one"):
        roll_back(cloud, more)
    deploy(cloud, more)
    assert digest_of("two") in image_in(cloud, "us-central1")


def test_an_image_that_does_not_start_stops_in_the_first_region(cloud, order):
    deploy(cloud, order)
    bad = with_settings(newer(cloud, order), environment={"IS": "bad"})
    with pytest.raises(Unavailable, match="did not become stable"):
        deploy(cloud, bad)
    assert digest_of("one") in image_in(cloud, "us-central1")
    again = deployment(cloud, bad).plan()
    waiting = [change for change in again.changes if change.acts and "europe-west4" in change.what]
    assert [change.why for change in waiting] == ["some machines do not run it yet"]
    roll_back(cloud, bad)
    assert digest_of("one") in image_in(cloud, "europe-west4")


def test_old_releases_go_and_the_one_that_runs_stays(cloud, order):
    kept = with_settings(order, releases_kept=2)
    for content in ("one", "two", "three", "four"):
        deploy(cloud, newer(cloud, kept, content))
    names = [name for kind, name in cloud.things if kind == "compute instance-templates"]
    assert len(names) == 2
    assert digest_of("four") in image_in(cloud, "us-central1")
    roll_back(cloud, kept)
    assert digest_of("three") in image_in(cloud, "us-central1")


def test_a_region_that_is_taken_out_goes_and_one_more_comes(cloud, order):
    deploy(cloud, order)
    elsewhere = with_settings(order, regions=("europe-west4", "asia-east1"))
    plan = deploy(cloud, elsewhere)
    assert ("delete", "group yard in us-central1") in acting(plan)
    groups = cloud.things["compute backend-services", "yard"]["backends"]
    assert sorted(one["group"].split("/")[2] for one in groups) == ["asia-east1", "europe-west4"]
    assert acting(deploy(cloud, elsewhere)) == []


def test_another_domain_is_another_certificate_and_the_old_one_goes(cloud, order):
    deploy(cloud, order)
    renamed = with_settings(order, domains=("new.example.com", "yard.example.com"))
    deploy(cloud, renamed)
    [name] = [name for kind, name in cloud.things if kind == "compute ssl-certificates"]
    assert cloud.things["compute target-https-proxies", "yard-https"]["uses"][
        "compute ssl-certificates"
    ] == ("compute ssl-certificates", name)
    assert acting(deploy(cloud, renamed)) == []


def test_from_plain_http_to_https_and_back_nothing_is_left_over(cloud, order):
    plain = with_settings(order, domains=(), plain_http=True)
    plan = deploy(cloud, plain)
    assert any("HTTP in the open" in note for note in plan.notes)
    assert cloud.things["compute target-http-proxies", "yard-http"]["urlMap"][15:] == "yard"
    deploy(cloud, order)
    assert cloud.things["compute target-http-proxies", "yard-http"]["urlMap"].endswith("-redirect")
    deploy(cloud, plain)
    assert acting(deploy(cloud, plain)) == []
    assert not {kind for kind, _ in cloud.things} & {
        "compute ssl-certificates",
        "compute target-https-proxies",
    }


def test_the_record_of_a_name_is_made_in_cloud_dns_or_printed(cloud, order):
    notes = deploy(cloud, order).notes
    assert any(note.startswith("Make this DNS record: yard.example.com. A") for note in notes)
    managed = with_settings(order, dns_zone="example")
    deploy(cloud, managed)
    record = cloud.things["dns record-sets", "yard.example.com."]
    assert record["rrdatas"] == ["203.0.113.7"]
    theirs = cloud.things["dns record-sets", "by-hand.example.com."] = dict(record)
    theirs["name"] = "by-hand.example.com."
    renamed = with_settings(managed, domains=("new.example.com",))
    deploy(cloud, renamed)
    names = sorted(name for kind, name in cloud.things if kind == "dns record-sets")
    assert names == ["by-hand.example.com.", "new.example.com."], "the old one would lead astray"
    del cloud.things["dns record-sets", "by-hand.example.com."]
    deploy(cloud, managed)
    record = cloud.things["dns record-sets", "yard.example.com."]
    record["rrdatas"] = ["198.51.100.1"]
    with pytest.raises(Conflict, match=r"leads to 198\.51\.100\.1 already"):
        deploy(cloud, managed)
    destroy(cloud, managed, with_data=True)
    assert {kind for kind, _ in cloud.things} == {"dns record-sets"}


def test_public_says_so(cloud, order):
    plan = deploy(cloud, replace(order, is_public=True))
    assert any(note.startswith("PUBLIC: until there are users") for note in plan.notes)
    assert "MODELYARD_PUBLIC=true\n" in image_in(cloud, "us-central1")
    assert acting(deploy(cloud, with_settings(order, public=True))) == [], "it is the same"
    deploy(cloud, order)
    assert "MODELYARD_PUBLIC=" not in image_in(cloud, "us-central1")


def test_destroy_keeps_what_was_kept_and_a_new_deployment_finds_it(cloud, order):
    deploy(cloud, order)
    destroy(cloud, order)
    assert {kind for kind, _ in cloud.things} == KEPT
    deploy(cloud, order)
    destroy(cloud, order, with_data=True)
    assert cloud.things == {}
    assert not any(cloud.bindings.values())
    assert destroy(cloud, order, with_data=True).is_idle


def steps_of_a_first_deployment(order) -> int:
    cloud = FakeGcloud()
    deploy(cloud, order)
    return len(cloud.done)


@pytest.mark.parametrize("fails_after", [False, True])
def test_after_a_failure_at_any_step_another_deployment_completes_it(order, fails_after):
    managed = with_settings(order, dns_zone="example")
    for number in range(1, steps_of_a_first_deployment(managed) + 1):
        cloud = FakeGcloud(fail_at=number, fails_after=fails_after)
        with pytest.raises(Unavailable, match="failed by the test"):
            deploy(cloud, managed)
        cloud.objects.clear()  # the lock, where its own release was what failed
        deploy(cloud, replace(managed, fresh_password="another"))
        assert acting(deploy(cloud, managed)) == [], number


@pytest.mark.parametrize("fails_after", [False, True])
def test_after_a_failure_at_any_step_destroy_leaves_nothing(order, fails_after):
    managed = with_settings(order, dns_zone="example")
    for number in range(1, steps_of_a_first_deployment(managed) + 1):
        cloud = FakeGcloud(fail_at=number, fails_after=fails_after)
        with pytest.raises(Unavailable):
            deploy(cloud, managed)
        cloud.objects.clear()
        destroy(cloud, managed, with_data=True)
        assert cloud.things == {}, number
        assert not any(cloud.bindings.values()), number


def test_an_update_or_removal_that_fails_anywhere_is_completed_by_another(order):
    whole = FakeGcloud()
    deploy(whole, order)
    began = len(whole.done)
    changed = with_settings(newer(whole, order), regions=("europe-west4",), port=9000)
    deploy(whole, changed)
    middle = len(whole.done)
    destroy(whole, changed, with_data=True)
    for number in range(1, middle - began + 1):
        cloud = FakeGcloud()
        deploy(cloud, order)
        newer(cloud, order)
        cloud.fail_at = number
        with pytest.raises(Unavailable):
            deploy(cloud, changed)
        cloud.objects.pop("gs://demo-1-yard-yard/deploying.json", None)
        deploy(cloud, changed)
        assert acting(deploy(cloud, changed)) == [], number
    for number in range(1, len(whole.done) - middle + 1):
        cloud = FakeGcloud()
        deploy(cloud, order)
        cloud.fail_at = number
        with pytest.raises(Unavailable):
            destroy(cloud, order, with_data=True)
        cloud.objects.pop("gs://demo-1-yard-yard/deploying.json", None)
        destroy(cloud, order, with_data=True)
        assert cloud.things == {}, number


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("compute firewall-rules", "yard-balancer"),
        ("compute health-checks", "yard-ready"),
        ("compute addresses", "yard-address"),
        (MIG, "europe-west4/yard"),
        ("compute backend-services", "yard"),
        ("compute url-maps", "yard-redirect"),
        ("compute target-https-proxies", "yard-https"),
        ("compute forwarding-rules", "yard-http"),
    ],
)
def test_what_somebody_else_made_is_neither_changed_nor_removed(cloud, order, kind, name):
    deploy(cloud, order)
    theirs = cloud.things[kind, name]
    theirs["description"] = "modelyard=yard2"
    theirs["uses"] = {}
    with pytest.raises(ModelyardError, match="is there already"):
        deploy(cloud, order)
    for thing in cloud.things.values():
        if (kind, name) in thing.get("uses", {}).values():
            thing["uses"] = {}
    destroy(cloud, order, with_data=True)
    assert (kind, name) in cloud.things


def test_status_says_what_runs_where_and_what_is_to_do(cloud, order):
    wanted = deployment(cloud, order)
    assert [line.value for line in TARGET.status(order, wanted.look())] == ["not deployed"]
    deploy(cloud, order)
    lines = {line.label: line.value for line in TARGET.status(order, wanted.look())}
    assert lines["address"] == "https://yard.example.com (203.0.113.7)"
    assert lines["image"].endswith(digest_of("one"))
    assert lines["europe-west4"] == "2 machines of 2 to 4, all on this release"
    assert "certificate" in lines


def test_an_image_elsewhere_is_refused_before_anything_is_made(cloud, order):
    pushed = ImageSource(order.source.folder, pushed=f"ghcr.io/ana/yard@{digest_of('one')}")
    with pytest.raises(Invalid, match="Compute Engine does not take images from ghcr"):
        deploy(cloud, replace(order, source=pushed))
    assert cloud.done == []
