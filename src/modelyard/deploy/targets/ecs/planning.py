"""The plans: from what stands to what is wanted, back to the image before, and to nothing."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.plan import Action, Change, DeployPlan
from modelyard.deploy.source import DIGEST
from modelyard.deploy.steps import Plan, Step, later
from modelyard.deploy.targets.ecs.aws import EcsOrder, command, deploy_stack, stack_name
from modelyard.deploy.targets.ecs.data import KEPT_NAMES
from modelyard.deploy.targets.ecs.doing import (
    image_steps,
    migration_steps,
    removal_steps,
    repair_steps,
)
from modelyard.deploy.targets.ecs.money import cost
from modelyard.deploy.targets.ecs.notes import notes_on_destroy, notes_on_rollback, notes_on_up
from modelyard.deploy.targets.ecs.parts import (
    MIGRATION_IMAGE,
    PREVIOUS_IMAGE,
    SERVING_IMAGE,
    Wish,
)
from modelyard.deploy.targets.ecs.stack import Stage, Template, template
from modelyard.deploy.targets.ecs.standing import (
    NONE,
    STUCK,
    Standing,
    bucket,
    image_name,
    standing,
    wish_of,
)
from modelyard.deploy.targets.ecs.things import CALLS, compared
from modelyard.errors import NotFound

PUSHING = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:GetAuthorizationToken",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
RUNNING = ("ecs:DescribeTasks", "ecs:RunTask", "iam:PassRole")
REMOVING = ("cloudformation:DeleteStack",)
EMPTYING = ("s3:DeleteObject", "s3:ListBucket")
REPAIRING = ("cloudformation:ContinueUpdateRollback",)


def plan_up(order: EcsOrder, seen: Seen) -> DeployPlan:
    """Say how the wanted state is reached."""
    now, wish = standing(order, seen), wish_of(order, seen)
    wanted = template(wish, Stage.SERVING)
    before = now.template if now.has_stack else {}
    changes = (
        *_repaired(order, now),
        *compared(wish, before, wanted),
        *_ground(order, now, wish),
        *_image(order, now),
        *_served(order, now, wish, wanted),
    )
    return DeployPlan(
        f"Deploy {order.name} to ECS", place(order, now), changes, cost(order.settings),
        notes_on_up(order, now),
    )  # fmt: skip


def plan_rollback(order: EcsOrder, seen: Seen) -> DeployPlan:
    """Say how the image before comes back. Raises NotFound where there is none."""
    now = standing(order, seen)
    if now.stage != Stage.SERVING or not now.previous:
        raise NotFound("previous image", "is not known: one image alone was served so far.")
    if not now.previous_is_there:
        why = "is not in the repository any more."
        raise NotFound(f"image {now.previous}", why, "Deploy it anew from its source.")
    images = _images(now.migrated, now.previous, now.serving)
    steps = deploy_stack(order, "serve the image before again", now.template, images)
    change = Change(
        "web and worker", "update", f"from {_short(now.serving)} back to {_short(now.previous)}",
        steps, CALLS,
    )  # fmt: skip
    title = f"Roll {order.name} back on ECS"
    return DeployPlan(title, place(order, now), (change,), notes=notes_on_rollback())


def plan_destroy(order: EcsOrder, seen: Seen, with_data: bool) -> DeployPlan:
    """Say how all that is ours is removed; database, bucket and network stay unless told."""
    now = standing(order, seen)
    if not now.status:
        changes: tuple[Change, ...] = ()
    elif now.is_broken:
        changes = (_removed(order, "what a first try left of it"),)
    else:
        changes = tuple(_taken_down(order, now, with_data))
    return DeployPlan(
        f"Destroy {order.name} on ECS", place(order, now), changes,
        notes=notes_on_destroy(now, with_data),
    )  # fmt: skip


def place(order: EcsOrder, now: Standing) -> str:
    """Say where it goes."""
    return f"account {now.account}, region {order.settings.region}"


def _repaired(order: EcsOrder, now: Standing) -> Iterator[Change]:
    if now.is_broken:
        yield _removed(order, f"a first try left it {now.status}: it can only be made anew")
    elif now.status == STUCK:
        why = "a way back broke off; it is completed first"
        yield Change(_stack(order), "do", why, repair_steps(order), REPAIRING)


def _ground(order: EcsOrder, now: Standing, wish: Wish) -> Iterator[Change]:
    """Make all that needs no image; first of all the repository for it."""
    if (now.stage or Stage.DATA) >= Stage.GROUND:
        return
    why = "all of the above that needs no image; the first time this takes ten minutes"
    steps = deploy_stack(order, "make all that needs no image", template(wish, Stage.GROUND))
    action: Action = "update" if now.has_stack else "create"
    yield Change(_stack(order), action, why, steps, CALLS)


def _image(order: EcsOrder, now: Standing) -> Iterator[Change]:
    if order.source.pushed:
        yield Change("image", "keep", f"{_short(order.source.pushed)} was pushed before")
    elif now.digest:
        yield Change("image", "keep", f"{order.source.tag} is in the repository")
    else:
        steps = image_steps(order, image_name(order, now))
        why = f"the workspace as it is now, {order.source.tag}"
        yield Change("image", "create", why, steps, PUSHING)


def _served(order: EcsOrder, now: Standing, wish: Wish, wanted: Template) -> Iterator[Change]:
    """Migrate where the image is new; then bring the services to it, or to new settings."""
    image = wanted_image(order, now)
    if now.serving == image:
        if now.template != wanted:
            images = _images(now.migrated, image, now.previous)
            steps = deploy_stack(order, "bring all to the wanted settings", wanted, images)
            yield Change(_stack(order), "update", "the settings differ", steps, CALLS)
        return
    yield from _migrated(order, now, wish, wanted, image)
    images = _images(image, image, now.serving)
    steps = deploy_stack(order, "replace the tasks, a few at a time", wanted, images)
    action: Action = "update" if now.serving else "create"
    why = f"from {_short(now.serving)} to {_short(image)}" if now.serving else _short(image)
    yield Change("web and worker", action, why, steps, CALLS)


def _migrated(
    order: EcsOrder, now: Standing, wish: Wish, wanted: Template, image: str
) -> Iterator[Change]:
    steps: list[Step] = []
    if now.migrated != image:
        steps.extend(_with_migration(order, now, wish, wanted, image))
    why = "the database gets the shape of the image"
    if now.serving:
        why += "; meanwhile the old one goes on working with it"
    yield Change("migration", "do", why, (*steps, *migration_steps(order)), RUNNING)


def _with_migration(
    order: EcsOrder, now: Standing, wish: Wish, wanted: Template, image: str
) -> Plan:
    """Give the new image to the migration alone; the services, if any, keep theirs."""
    why = "give the new image to the migration"
    if now.serving:
        images = _images(image, now.serving, now.previous)
        return deploy_stack(order, why, wanted, images)
    started = template(wish, Stage.MIGRATION)
    return deploy_stack(order, why, started, {MIGRATION_IMAGE: image})


def wanted_image(order: EcsOrder, now: Standing) -> str:
    """Give the image by its digest: known, or known later, when it was pushed."""
    if order.source.pushed:
        return order.source.pushed
    return f"{image_name(order, now)}@{now.digest or later(DIGEST)}"


def _taken_down(order: EcsOrder, now: Standing, with_data: bool) -> Iterator[Change]:
    found: dict[str, Any] = now.template
    wish = Wish(order.name, order.settings)
    kept = kept_of(found)
    less = kept if not with_data else unkept(kept)
    yield from compared(wish, found, {} if with_data else kept)
    if less != found:
        steps = deploy_stack(order, "remove all but the data", less)
        yield Change(_stack(order), "update", "all but the data goes first", steps, CALLS)
    if with_data:
        if name := bucket(now):
            words = ("s3", "rm", f"s3://{name}", "--recursive", "--only-show-errors")
            step = command(order, "empty the bucket", *words)
            yield Change(f"bucket {name}", "delete", "all files in it", (step,), EMPTYING)
        yield _removed(order, "with it the database and all data")


def kept_of(found: Template) -> Template:
    """Give what a template has of the data, and of what the data stands in, as it is."""
    resources = {
        name: one for name, one in found.get("Resources", {}).items() if name in KEPT_NAMES
    }
    head: Template = {
        key: found[key] for key in ("AWSTemplateFormatVersion", "Description") if key in found
    }
    return {**head, "Resources": resources}


def unkept(found: Template) -> Template:
    """Give the same, so that the data goes with the stack."""
    resources = {
        name: one | {"DeletionPolicy": "Delete"} if "DeletionPolicy" in one else one
        for name, one in found["Resources"].items()
    }
    return {**found, "Resources": resources}


def _removed(order: EcsOrder, why: str) -> Change:
    return Change(_stack(order), "delete", why, removal_steps(order), REMOVING)


def _images(migration: str, serving: str, previous: str) -> dict[str, str]:
    return {
        MIGRATION_IMAGE: migration,
        SERVING_IMAGE: serving,
        PREVIOUS_IMAGE: previous or NONE,
    }


def _stack(order: EcsOrder) -> str:
    return f"stack {stack_name(order.name)}"


def _short(image: str) -> str:
    """Give an image as people can say it: the first letters of its digest."""
    name, _, digest = image.partition("@")
    return f"{name.rpartition('/')[2]}@{digest.removeprefix('sha256:')[:12]}"
