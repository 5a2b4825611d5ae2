"""What stands in the account: what is asked, and what the answers mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.naming import LABEL, refuse_foreign
from modelyard.deploy.targets.ecs.aws import EcsOrder, query, registry, stack_name
from modelyard.deploy.targets.ecs.parts import (
    BLOBS,
    MIGRATION_IMAGE,
    PREVIOUS_IMAGE,
    SERVING_IMAGE,
    Wish,
)
from modelyard.deploy.targets.ecs.services import WEB, WORKER
from modelyard.deploy.targets.ecs.stack import REPOSITORY, Stage, Template
from modelyard.errors import Conflict, Denied, NotFound

BROKEN = frozenset(
    ["CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"]
)
"""What a first try leaves that failed: such a stack can only be removed."""
STUCK = "UPDATE_ROLLBACK_FAILED"
SECRET = "secret "  # noqa: S105 (how keys of questions begin)
NONE = "none"


@dataclass(frozen=True)
class Standing:
    """What stands."""

    account: str
    status: str
    """Of the stack, in CloudFormation's words; empty where there is none."""
    template: Template
    images: Mapping[str, str]
    """The parameters of the stack."""
    ids: Mapping[str, str]
    """What Amazon calls the things of the stack, by their names in it."""
    digest: str
    """Of the image that is to be deployed, where it was pushed; else empty."""
    previous_is_there: bool
    services: tuple[Mapping[str, Any], ...]
    who: str

    @property
    def is_broken(self) -> bool:
        """Whether the stack can only be removed."""
        return self.status in BROKEN

    @property
    def has_stack(self) -> bool:
        """Whether there is a stack that can be brought to another template."""
        return bool(self.status) and not self.is_broken

    @property
    def stage(self) -> Stage | None:
        """How far the stack has come; None where there is none to go on with."""
        if not self.has_stack:
            return None
        resources = self.template.get("Resources", {})
        marks = ((WEB, Stage.SERVING), ("MigrationTask", Stage.MIGRATION))
        for mark, stage in (*marks, (REPOSITORY, Stage.GROUND)):
            if mark in resources:
                return stage
        return Stage.DATA

    @property
    def serving(self) -> str:
        """The image that is served; empty where none is."""
        return self.images.get(SERVING_IMAGE, "")

    @property
    def migrated(self) -> str:
        """The image of the migration task; empty where there is none."""
        return self.images.get(MIGRATION_IMAGE, "")

    @property
    def previous(self) -> str:
        """The image that was served before; empty where there was none."""
        found = self.images.get(PREVIOUS_IMAGE, NONE)
        return "" if found == NONE else found


def questions(order: EcsOrder, seen: Seen) -> Iterable[Query]:
    """Say what must be known."""
    stack = ("--stack-name", stack_name(order.name))
    yield query(order, "caller", "sts", "get-caller-identity")
    yield query(order, "stack", "cloudformation", "describe-stacks", *stack)
    for name in sorted(set(order.settings.secrets.values())):
        asked = ("secretsmanager", "describe-secret", "--secret-id", name)
        yield query(order, SECRET + name, *asked)
    if seen.get("stack"):
        yield query(order, "template", "cloudformation", "get-template", *stack)
        yield query(order, "resources", "cloudformation", "describe-stack-resources", *stack)
    if "stack" in seen and (not seen["stack"] or "template" in seen) and not _has_own(seen):
        asked = ("ecr", "describe-repositories", "--repository-names", order.name)
        yield query(order, "repository", *asked)
    if _has_own(seen):
        yield from _of_images(order, seen)
    if (ids := _ids(seen)) and WEB in ids and "Cluster" in ids:
        of = ("--cluster", ids["Cluster"], "--services", *_services(ids))
        yield query(order, "services", "ecs", "describe-services", *of)


def _has_own(seen: Seen) -> bool:
    """Tell whether the stack holds the repository."""
    template = (seen.get("template") or {}).get("TemplateBody") or {}
    return REPOSITORY in template.get("Resources", {})


def _services(ids: Mapping[str, str]) -> list[str]:
    return [ids[name] for name in (WEB, WORKER) if name in ids]


def _of_images(order: EcsOrder, seen: Seen) -> Iterable[Query]:
    asked = ("ecr", "describe-images", "--repository-name", order.name, "--image-ids")
    if order.source.tag:
        yield query(order, "image", *asked, f"imageTag={order.source.tag}")
    before = _parameters(seen).get(PREVIOUS_IMAGE, "")
    host, _, digest = before.partition("@")
    if digest and host.endswith(f"/{order.name}"):
        yield query(order, "previous", *asked, f"imageDigest={digest}")


def standing(order: EcsOrder, seen: Seen) -> Standing:
    """Read the answers.

    Raises Denied for another account than the one that is named, and Conflict where a stack or a
    repository of our name is somebody else's, or the stack is being changed at the moment.
    """
    caller = seen.get("caller") or {}
    account = str(caller.get("Account", ""))
    _refuse_account(order, account)
    stack = _stack(seen)
    status = str(stack.get("StackStatus", ""))
    if stack:
        refuse_foreign(f"stack {stack_name(order.name)}", order.name, _label(stack))
        _refuse_busy(order, status)
    template = (seen.get("template") or {}).get("TemplateBody") or {}
    if seen.get("repository") and not _has_own(seen):
        refuse_foreign(f"ECR repository {order.name}", order.name, None)
    return Standing(
        account, status, template, _parameters(seen), _ids(seen), _digest(order, seen),
        _previous_is_there(order, seen), tuple((seen.get("services") or {}).get("services", ())),
        str(caller.get("Arn", "")),
    )  # fmt: skip


def wish_of(order: EcsOrder, seen: Seen) -> Wish:
    """Give what the stack is to be. Raises NotFound for a secret that is not there."""
    arns = {}
    for variable, name in order.settings.secrets.items():
        found = seen.get(SECRET + name)
        if not found:
            cure = f"Make it: aws secretsmanager create-secret --name {name} --secret-string ..."
            raise NotFound(f"secret {name}", f"for {variable} is not in this account.", cure)
        arns[variable] = str(found["ARN"])
    return Wish(order.name, order.settings, arns, order.is_public or order.settings.public)


def image_name(order: EcsOrder, now: Standing) -> str:
    """Give the image of the account's registry, without tag and digest."""
    return f"{registry(order, now.account)}/{order.name}"


def bucket(now: Standing) -> str:
    """Give the bucket of files; empty where there is none."""
    return now.ids.get(BLOBS, "")


def _refuse_account(order: EcsOrder, account: str) -> None:
    wanted = order.settings.account
    if wanted and account and account != wanted:
        raise Denied(
            "account",
            f"you are signed in to {account}, and this deployment is of {wanted}.",
            "Sign in to that one, or set AWS_PROFILE.",
        )


def _refuse_busy(order: EcsOrder, status: str) -> None:
    if status.endswith("_IN_PROGRESS") and status not in BROKEN:
        raise Conflict(
            f"stack {stack_name(order.name)}",
            f"is being changed at the moment ({status}).",
            "Wait until that is done, and run the command again.",
        )


def _stack(seen: Seen) -> Mapping[str, Any]:
    found = (seen.get("stack") or {}).get("Stacks") or [{}]
    first: Mapping[str, Any] = found[0]
    return first


def _label(stack: Mapping[str, Any]) -> str | None:
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
    return tags.get(LABEL)


def _parameters(seen: Seen) -> dict[str, str]:
    found = _stack(seen).get("Parameters") or ()
    return {one["ParameterKey"]: one["ParameterValue"] for one in found}


def _ids(seen: Seen) -> dict[str, str]:
    found = (seen.get("resources") or {}).get("StackResources") or ()
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in found
        if one.get("LogicalResourceId") and one.get("PhysicalResourceId")
    }


def _digest(order: EcsOrder, seen: Seen) -> str:
    if order.source.pushed:
        return order.source.pushed.partition("@")[2]
    found = (seen.get("image") or {}).get("imageDetails") or [{}]
    return str(found[0].get("imageDigest", ""))


def _previous_is_there(order: EcsOrder, seen: Seen) -> bool:
    """Tell whether the image before can still be fetched; of other registries that is believed."""
    before = _parameters(seen).get(PREVIOUS_IMAGE, NONE)
    if before == NONE:
        return False
    if before.partition("@")[0].endswith(f"/{order.name}"):
        return bool((seen.get("previous") or {}).get("imageDetails"))
    return True
