"""The whole life of a deployment on Vertex AI, and what is left when it fails at any step."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from fake_gcloud import FakeGcloud, digest_of
from fake_vertex import ENDPOINTS, MODELS

from modelyard.deploy.life import Deployment
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.errors import Conflict, Invalid, NotFound, Unavailable
from modelyard.workspace.deploying.vertex_ai import VertexAiSettings
from modelyard.workspace.starter import make_workspace

TARGET = get_target("vertex_ai")
SETTINGS = VertexAiSettings(project="demo-1", region="europe-west4")
LOCK = "gs://demo-1-yard-yard/deploying.json"


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("vertex") / "yard"
    make_workspace(folder)
    return folder


@pytest.fixture
def order(yard) -> Order:
    return Order("yard", SETTINGS, ImageSource(yard, "src-1"), "ana on laptop", "password")


@pytest.fixture
def cloud() -> FakeGcloud:
    return FakeGcloud()


def act(cloud, order, planner=TARGET.plan_up) -> DeployPlan:
    wanted = Deployment(cloud, TARGET, order, lambda seen: planner(order, seen))
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def destroy(cloud, order) -> DeployPlan:
    return act(cloud, order, lambda order, seen: TARGET.plan_destroy(order, seen, False))


def newer(cloud, order, content="two", **changes) -> Order:
    cloud.content = content
    source = replace(order.source, tag=f"src-{content}")
    settings = msgspec.structs.replace(order.settings, **changes)
    return replace(order, source=source, settings=settings)


def shares(cloud) -> dict[str, int]:
    """Give the share of each image, by its digest."""
    endpoint = cloud.things[ENDPOINTS, "yard-yard"]
    found = {}
    for one in endpoint["deployedModels"]:
        model = cloud.things[MODELS, one["model"].rpartition("/")[2]]
        digest = model["containerSpec"]["imageUri"].rpartition("@")[2]
        found[digest] = endpoint["trafficSplit"].get(one["id"], 0)
    return found


def acting(plan) -> list[tuple[str, str]]:
    return [(change.action, change.what) for change in plan.changes if change.acts]


def test_the_second_deployment_of_the_same_changes_nothing(cloud, order):
    plan = act(cloud, order)
    assert any("aiplatform.user" in note for note in plan.notes)
    assert shares(cloud) == {digest_of("one"): 100}
    second = act(cloud, order)
    assert acting(second) == []
    assert {change.action for change in second.changes} == {"keep"}
    assert cloud.objects == {}, "the lock was let go"


def test_a_new_release_gets_all_requests_and_the_one_before_costs_no_more(cloud, order):
    act(cloud, order)
    changed = newer(cloud, order)
    act(cloud, changed)
    assert shares(cloud) == {digest_of("two"): 100}
    act(cloud, changed, TARGET.plan_rollback)
    assert shares(cloud) == {digest_of("one"): 100}
    with pytest.raises(NotFound, match="no release before this one"):
        act(cloud, changed, TARGET.plan_rollback)


def test_a_new_release_may_get_a_share_first_and_more_later(cloud, order):
    act(cloud, order)
    few = newer(cloud, order, traffic_percent=10)
    act(cloud, few)
    assert shares(cloud) == {digest_of("one"): 90, digest_of("two"): 10}
    assert acting(act(cloud, few)) == []
    half = newer(cloud, order, traffic_percent=50)
    assert acting(act(cloud, half)) == [("update", "traffic")]
    assert shares(cloud) == {digest_of("one"): 50, digest_of("two"): 50}
    act(cloud, newer(cloud, order, traffic_percent=100))
    assert shares(cloud) == {digest_of("two"): 100}


def test_rolling_back_a_share_gives_all_to_the_one_that_still_answers(cloud, order):
    act(cloud, order)
    few = newer(cloud, order, traffic_percent=10)
    act(cloud, few)
    plan = act(cloud, few, TARGET.plan_rollback)
    assert [action for action, _ in acting(plan)] == ["update", "delete"]
    assert shares(cloud) == {digest_of("one"): 100}


def test_an_image_that_does_not_start_leaves_the_one_before_as_it_was(cloud, order):
    act(cloud, order)
    with pytest.raises(Unavailable, match="never became ready"):
        act(cloud, newer(cloud, order, environment={"MODELYARD_LOG": "bad"}))
    assert shares(cloud) == {digest_of("one"): 100}


def test_old_models_go_and_those_that_answer_stay(cloud, order):
    for content in ("one", "two", "three", "four", "five"):
        act(cloud, newer(cloud, order, content, releases_kept=2))
    assert len([name for kind, name in cloud.things if kind == MODELS]) == 2
    assert shares(cloud) == {digest_of("five"): 100}


def test_nothing_can_be_made_public(cloud, order):
    with pytest.raises(Invalid, match="nobody but those"):
        act(cloud, replace(order, is_public=True))
    assert cloud.done == []


def test_destroy_leaves_nothing_also_while_two_releases_share_the_requests(cloud, order):
    act(cloud, order)
    few = newer(cloud, order, traffic_percent=10)
    act(cloud, few)
    destroy(cloud, few)
    assert cloud.things == {}
    assert destroy(cloud, few).is_idle


def test_an_endpoint_of_somebody_else_is_neither_used_nor_removed(cloud, order):
    act(cloud, order)
    cloud.things[ENDPOINTS, "yard-yard"]["labels"] = {"modelyard": "another"}
    with pytest.raises(Conflict, match="is there already"):
        act(cloud, newer(cloud, order))
    cloud.things[ENDPOINTS, "yard-yard"]["deployedModels"] = []
    destroy(cloud, order)
    assert list(cloud.things) == [(ENDPOINTS, "yard-yard")]


@pytest.mark.parametrize("fails_after", [False, True])
def test_after_a_failure_at_any_step_another_deployment_or_removal_completes_it(order, fails_after):
    whole = FakeGcloud()
    act(whole, order)
    for number in range(1, len(whole.done) + 1):
        for finish in (act, destroy):
            cloud = FakeGcloud(fail_at=number, fails_after=fails_after)
            with pytest.raises(Unavailable, match="failed by the test"):
                act(cloud, order)
            cloud.objects.clear()  # the lock, where its own release was what failed
            finish(cloud, order)
            assert acting(finish(cloud, order)) == [], number
            assert finish is act or cloud.things == {}, number


def test_an_update_that_fails_anywhere_is_completed_by_another(order):
    whole = FakeGcloud()
    act(whole, order)
    began = len(whole.done)
    act(whole, newer(whole, order))
    for number in range(1, len(whole.done) - began + 1):
        cloud = FakeGcloud()
        act(cloud, order)
        changed = newer(cloud, order)
        cloud.fail_at = number
        with pytest.raises(Unavailable):
            act(cloud, changed)
        cloud.objects.pop(LOCK, None)
        act(cloud, changed)
        assert shares(cloud) == {digest_of("two"): 100}, number


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"min_replicas": 3}, "min_replicas"),
        ({"machine": "big; rm"}, "machine"),
        ({"secrets": {"A": "b"}}, "secrets"),
        ({"environment": {"AIP_MODE": "x"}}, "environment"),
        ({"environment": {"A": "x,B=y"}}, "environment"),
    ],
)
def test_settings_that_contradict_are_refused_by_their_key(wrong, key):
    settings = msgspec.structs.replace(SETTINGS, **wrong)
    assert [found.key for found in settings.contradictions()] == [key]


def test_status_says_what_answers(cloud, order):
    act(cloud, order)
    wanted = Deployment(cloud, TARGET, order, lambda seen: TARGET.plan_up(order, seen))
    values = [line.value for line in TARGET.status(order, wanted.look())]
    assert values[1] == "100% of the requests"
    assert values[2].endswith(digest_of("one"))


def test_an_image_elsewhere_is_refused_before_anything_is_made(cloud, order):
    pushed = ImageSource(order.source.folder, pushed=f"ghcr.io/ana/yard@{digest_of('one')}")
    with pytest.raises(Invalid, match="Vertex AI does not take images from ghcr"):
        act(cloud, replace(order, source=pushed))
    assert cloud.done == []
