"""Plans as people read them: each case is a text in tests/deploy/plans."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_amazon import FakeAmazon

from modelyard.deploy.cloud import look
from modelyard.deploy.life import Deployment
from modelyard.deploy.shown import plan_text
from modelyard.deploy.source import ImageSource
from modelyard.deploy.target import Order
from modelyard.deploy.targets import get_target
from modelyard.version import VERSION
from modelyard.workspace.deploying.ecs import EcsSettings

TARGET = get_target("ecs")
PLANS = Path(__file__).resolve().parents[1] / "plans"
FARGATE = EcsSettings(region="eu-central-1", requests_per_instance=20)
DOMAIN = EcsSettings(
    region="eu-central-1",
    domain="yard.example.com",
    hosted_zone="Z0123456789",
    launch="ec2",
    database_standby=True,
)
OWN = EcsSettings(
    region="eu-central-1",
    vpc="vpc-0a1b2c3d",
    subnets=("subnet-0a1b2c3d", "subnet-0a1b2c3e"),
    allow_from=("203.0.113.0/24",),
    database="secret",
    secrets={"MODELYARD_DATABASE_URL": "yard-database"},
    run_workers=0,
)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "Dockerfile").touch()
    return tmp_path


def order_of(folder, settings, **given) -> Order:
    return Order("yard", settings, ImageSource(folder, "src-1"), "ana on laptop", **given)


def text_of(amazon, order, planner=TARGET.plan_up) -> str:
    seen = look(amazon, lambda seen: TARGET.questions(order, seen))
    written = plan_text(planner(order, seen), with_documents=False)
    return written.replace(str(order.source.folder), "FOLDER").replace(VERSION, "VERSION")


def deployed(order) -> FakeAmazon:
    amazon = FakeAmazon()
    wanted = Deployment(amazon, TARGET, order, lambda seen: TARGET.plan_up(order, seen))
    wanted.carry_out(wanted.plan())
    return amazon


def same_as(case: str, text: str) -> None:
    """Compare with the kept text; where there is none yet, write it, and have it looked at."""
    path = PLANS / f"ecs-{case}.txt"
    if not path.exists():
        path.write_text(text)
        pytest.fail(f"{path.name} was written: look at it, and keep it.")
    assert text == path.read_text()


@pytest.mark.parametrize(
    ("case", "settings", "is_public"),
    [("first", FARGATE, False), ("public", DOMAIN, True), ("existing-network", OWN, False)],
)
def test_a_first_deploy(folder, case, settings, is_public):
    order = order_of(folder, settings, is_public=is_public)
    same_as(case, text_of(FakeAmazon(secrets=("yard-database",)), order))


def test_a_new_image(folder):
    order = order_of(folder, FARGATE)
    amazon = deployed(order)
    same_as("unchanged", text_of(amazon, order))
    newer = replace(order, source=ImageSource(folder, "src-2"))
    same_as("new-image", text_of(amazon, newer))


def test_a_way_back_and_an_end(folder):
    order = order_of(folder, FARGATE)
    amazon = deployed(order)
    newer = replace(order, source=ImageSource(folder, "src-2"))
    wanted = Deployment(amazon, TARGET, newer, lambda seen: TARGET.plan_up(newer, seen))
    wanted.carry_out(wanted.plan())
    same_as("rollback", text_of(amazon, newer, TARGET.plan_rollback))
    same_as("destroy", text_of(amazon, order, lambda o, s: TARGET.plan_destroy(o, s, False)))
    same_as("destroy-all", text_of(amazon, order, lambda o, s: TARGET.plan_destroy(o, s, True)))
