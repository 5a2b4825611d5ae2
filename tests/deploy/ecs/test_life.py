"""The whole life of a deployment on ECS, and what is left when it fails at each of its steps."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_amazon import FakeAmazon

from modelyard.deploy.life import Deployment
from modelyard.deploy.plan import DeployPlan
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.errors import Conflict, Denied, ModelyardError, NotFound, Unavailable
from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.starter import make_workspace

TARGET = get_target("ecs")
SETTINGS = EcsSettings(region="eu-central-1")


@pytest.fixture(scope="module")
def yard(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ecs") / "yard"
    make_workspace(folder)
    return folder


@pytest.fixture
def order(yard) -> Order:
    return Order("yard", SETTINGS, ImageSource(yard, "src-1"), "ana on laptop")


def deployment(amazon, order, planner=TARGET.plan_up) -> Deployment:
    return Deployment(amazon, TARGET, order, lambda seen: planner(order, seen))


def deploy(amazon, order) -> DeployPlan:
    wanted = deployment(amazon, order)
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def roll_back(amazon, order) -> None:
    wanted = deployment(amazon, order, TARGET.plan_rollback)
    wanted.carry_out(wanted.plan())


def destroy(amazon, order, with_data=False) -> DeployPlan:
    wanted = deployment(
        amazon, order, lambda order, seen: TARGET.plan_destroy(order, seen, with_data)
    )
    plan = wanted.plan()
    wanted.carry_out(plan)
    return plan


def newer(order, tag) -> Order:
    return replace(order, source=replace(order.source, tag=tag))


def served(amazon) -> str:
    found = {one["ParameterKey"]: one["ParameterValue"] for one in amazon.stack["Parameters"]}
    return found["ServingImage"]


def test_a_whole_life(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    first = served(amazon)
    assert amazon.migrations == [first]
    before = list(amazon.commands)
    assert deploy(amazon, order).is_idle
    assert amazon.commands == before

    deploy(amazon, newer(order, "src-2"))
    assert served(amazon) != first
    assert amazon.migrations == [first, served(amazon)]
    roll_back(amazon, newer(order, "src-2"))
    assert served(amazon) == first
    assert len(amazon.migrations) == 2

    destroy(amazon, order)
    assert set(amazon.template["Resources"]) == {
        "Network", "DataSubnetA", "DataSubnetB", "DataGroup", "DatabaseSubnets", "Database",
        "DatabasePassword", "Blobs",
    }  # fmt: skip
    assert destroy(amazon, order).is_idle
    deploy(amazon, order)
    assert "WebService" in amazon.template["Resources"]
    destroy(amazon, order, with_data=True)
    assert (amazon.stack, amazon.bucket_is_full, amazon.locks) == (None, False, {})


def test_other_settings_change_the_stack_once_and_migrate_nothing(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    more = replace(order, settings=EcsSettings(region="eu-central-1", max_instances=9))
    plan = deploy(amazon, more)
    acting = [change.what for change in plan.changes if change.acts]
    assert acting == ["stack modelyard-yard"]
    assert [c.what for c in plan.changes if c.action == "update"] == [
        "autoscaling", "stack modelyard-yard",
    ]  # fmt: skip
    assert len(amazon.migrations) == 1
    assert deploy(amazon, more).is_idle


FIRST, UPDATE, BACK, DOWN = 17, 15, 4, 7


@pytest.mark.parametrize("number", range(FIRST))
def test_a_first_deploy_that_fails_anywhere_is_completed_by_another(order, number):
    amazon = FakeAmazon(fails_at=number)
    with pytest.raises(Unavailable, match="fails at step"):
        deploy(amazon, order)
    held = number == FIRST - 1
    assert bool(amazon.locks) == held, "the lock is let go, unless that is what failed"
    amazon.locks.clear()
    deploy(amazon, order)
    assert deploy(amazon, order).is_idle
    destroy(amazon, order, with_data=True)
    assert amazon.stack is None


@pytest.mark.parametrize("number", range(FIRST - 1))
def test_destroy_after_a_first_deploy_that_failed_leaves_nothing(order, number):
    amazon = FakeAmazon(fails_at=number)
    with pytest.raises(Unavailable):
        deploy(amazon, order)
    destroy(amazon, order, with_data=True)
    assert amazon.stack is None


@pytest.mark.parametrize("number", range(UPDATE))
def test_an_update_that_fails_leaves_an_image_served_and_is_completed_by_another(order, number):
    amazon = FakeAmazon()
    deploy(amazon, order)
    amazon.done, amazon.fails_at = 0, number
    with pytest.raises(Unavailable):
        deploy(amazon, newer(order, "src-2"))
    assert "@sha256:" in served(amazon)
    amazon.locks.clear()
    deploy(amazon, newer(order, "src-2"))
    assert deploy(amazon, newer(order, "src-2")).is_idle
    roll_back(amazon, order)
    assert served(amazon).endswith(amazon.images["src-1"])


@pytest.mark.parametrize("number", range(DOWN))
def test_a_destroy_that_fails_is_completed_by_another(order, number):
    amazon = FakeAmazon()
    deploy(amazon, order)
    amazon.done, amazon.fails_at = 0, number
    with pytest.raises(Unavailable):
        destroy(amazon, order, with_data=True)
    amazon.locks.clear()
    destroy(amazon, order, with_data=True)
    assert amazon.stack is None


def test_the_numbers_of_steps_above_are_those_of_the_plans(order):
    amazon = FakeAmazon()
    counts = []
    for action in (
        lambda: deploy(amazon, order),
        lambda: deploy(amazon, newer(order, "src-2")),
        lambda: roll_back(amazon, order),
        lambda: destroy(amazon, order, with_data=True),
    ):
        amazon.done = 0
        action()
        counts.append(amazon.done)
    assert counts == [FIRST, UPDATE, BACK, DOWN]


def test_a_migration_that_ends_badly_leaves_the_old_image_served(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    old = served(amazon)
    amazon.exit_code = 1
    with pytest.raises(Unavailable, match="migration: ended with code 1") as said:
        deploy(amazon, newer(order, "src-2"))
    assert "modelyard deploy logs ecs" in str(said.value)
    assert served(amazon) == old
    assert amazon.locks == {}


def test_who_deploys_second_is_told_who_deploys_first(order):
    amazon = FakeAmazon()
    wanted = deployment(amazon, order)
    plan = wanted.plan()
    amazon.do(TARGET.lock(replace(order, who="bob on desk")).take, {})
    with pytest.raises(Conflict, match="bob on desk deploys since"):
        wanted.carry_out(plan)
    replace(wanted, break_lock=True).carry_out(plan)
    assert amazon.locks == {}


def test_the_image_before_must_be_known_and_there(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    with pytest.raises(NotFound, match="one image alone was served"):
        roll_back(amazon, order)
    deploy(amazon, newer(order, "src-2"))
    del amazon.images["src-1"]
    with pytest.raises(NotFound, match="not in the repository any more"):
        roll_back(amazon, order)


@pytest.mark.parametrize("label", [[], [{"Key": "modelyard", "Value": "other"}]])
def test_a_stack_of_somebody_else_is_left_alone(order, label):
    amazon = FakeAmazon()
    deploy(amazon, order)
    amazon.stack["Tags"] = label
    before = list(amazon.commands)
    for action in (deploy, roll_back, destroy):
        with pytest.raises(Conflict, match="stack modelyard-yard: is there already"):
            action(amazon, order)
    assert amazon.commands == before


def test_a_repository_of_somebody_else_is_left_alone(order):
    amazon = FakeAmazon(template={"Resources": {"Repository": {}}})
    with pytest.raises(Conflict, match="ECR repository yard"):
        deploy(amazon, order)


@pytest.mark.parametrize(
    ("status", "words"),
    [("UPDATE_IN_PROGRESS", "is being changed"), ("DELETE_IN_PROGRESS", "is being changed")],
)
def test_a_stack_that_is_being_changed_is_waited_for_by_people(order, status, words):
    amazon = FakeAmazon()
    deploy(amazon, order)
    amazon.stack["StackStatus"] = status
    with pytest.raises(Conflict, match=words):
        deploy(amazon, newer(order, "src-2"))


def test_a_way_back_that_broke_off_is_completed_first(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    amazon.stack["StackStatus"] = "UPDATE_ROLLBACK_FAILED"
    deploy(amazon, newer(order, "src-2"))
    assert served(amazon).endswith(amazon.images["src-2"])


def test_another_account_than_the_one_that_is_named_is_refused(order):
    named = replace(order, settings=EcsSettings(region="eu-central-1", account="999999999999"))
    with pytest.raises(Denied, match="signed in to 123456789012"):
        deploy(FakeAmazon(), named)


def test_public_in_the_file_is_as_good_as_on_the_command_line(order):
    for given in (
        replace(order, is_public=True),
        replace(order, settings=EcsSettings(region="eu-central-1", public=True)),
    ):
        amazon = FakeAmazon()
        plan = deploy(amazon, given)
        balancer = amazon.template["Resources"]["Balancer"]["Properties"]
        assert balancer["Scheme"] == "internet-facing"
        assert any("Public: everybody" in note for note in plan.notes)


def test_secrets_are_named_by_people_and_found_by_us(order):
    settings = EcsSettings(region="eu-central-1", secrets={"MODELYARD_OIDC_CLIENT_SECRET": "oidc"})
    with pytest.raises(NotFound, match="secret oidc: for MODELYARD_OIDC_CLIENT_SECRET"):
        deploy(FakeAmazon(), replace(order, settings=settings))
    amazon = FakeAmazon(secrets=("oidc",))
    deploy(amazon, replace(order, settings=settings))
    [container] = amazon.template["Resources"]["WebTask"]["Properties"]["ContainerDefinitions"]
    found = {one["Name"]: one["ValueFrom"] for one in container["Secrets"]}
    assert found["MODELYARD_OIDC_CLIENT_SECRET"].endswith(":secret:oidc-AbCdEf")


def test_an_image_that_was_pushed_before_is_served_as_it_is(order):
    amazon = FakeAmazon()
    name = "ghcr.io/ana/yard@sha256:" + "c" * 64
    given = replace(order, source=ImageSource(order.source.folder, pushed=name))
    deploy(amazon, given)
    assert served(amazon) == name
    assert not amazon.built
    assert deploy(amazon, given).is_idle


def test_no_secret_and_no_document_stands_in_an_argument(order):
    amazon = FakeAmazon()
    deploy(amazon, order)
    words = " ".join(text for argv in amazon.commands for text in argv)
    assert "registry-password" not in words
    assert "AWSTemplateFormatVersion" not in words


def test_every_thing_of_every_stack_is_named_in_the_plan():
    from modelyard.deploy.targets.ecs.parts import Wish
    from modelyard.deploy.targets.ecs.stack import Stage, template
    from modelyard.deploy.targets.ecs.things import THINGS

    for settings in (
        EcsSettings(launch="ec2", requests_per_instance=5),
        EcsSettings(domain="yard.example.com", hosted_zone="Z0123456789"),
    ):
        for name in template(Wish("yard", settings), Stage.SERVING)["Resources"]:
            assert sum(thing.owns(name) for thing in THINGS) == 1, name


def test_the_error_says_what_stands(order):
    with pytest.raises(ModelyardError, match="Done before it: stack modelyard-yard"):
        deploy(FakeAmazon(fails_at=5), order)
