"""The bucket of a deployment: the files of runs, and the lock."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.google.things import is_owned, mark_of
from modelyard.deploy.lock import lock_text
from modelyard.deploy.naming import refuse_foreign
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command
from modelyard.deploy.target import Lock, Order
from modelyard.errors import Conflict

KEY = "bucket"
CONTENT = "bucket_content"
LOCK = "deploying.json"
LONGEST_NAME = 63
WHY = "keeps the files of runs, and the lock for deploying"


def bucket_name(project: str, name: str) -> str:
    """Give the name, which nobody else in the world may have."""
    return f"{project}-{name}"[: LONGEST_NAME - 5] + "-yard"


def url(project: str, name: str) -> str:
    """Give its address."""
    return f"gs://{bucket_name(project, name)}"


def questions(project: str, name: str, seen: Seen) -> Iterator[Query]:
    """Ask for it; of one without labels also whether it is empty."""
    yield ask(project, KEY, "storage", "buckets", "describe", url(project, name))
    if seen.get(KEY) is not None and not _labels(seen[KEY]):
        yield ask(project, CONTENT, "storage", "objects", "list", f"{url(project, name)}/**")


def change(project: str, region: str, name: str, seen: Seen) -> Change:
    """Make it. One that is empty and without any label is ours, half made."""
    what, found = f"bucket {bucket_name(project, name)}", seen.get(KEY)
    label = gcloud(
        project, "say whose it is", "storage", "buckets", "update", url(project, name),
        f"--update-labels={mark_of(name)}",
    )  # fmt: skip
    permissions = ("storage.buckets.create", "storage.buckets.update")
    if found is None:
        make = gcloud(
            project, "make the bucket", "storage", "buckets", "create", url(project, name),
            f"--location={region}", "--uniform-bucket-level-access", "--public-access-prevention",
        )  # fmt: skip
        return Change(what, "create", WHY, (make, label), permissions, is_first=True)
    if _is_half_made(seen):
        return Change(what, "update", "it has no label yet", (label,), permissions, is_first=True)
    refuse_foreign(what, name, _labels(found).get("modelyard"))
    refuse_elsewhere(what, region, found)
    return Change(what, "keep", WHY)


def label_of(seen: Seen) -> str | None:
    """Give the deployment that it says it belongs to."""
    return _labels(seen.get(KEY) or {}).get("modelyard")


def refuse_elsewhere(what: str, region: str, found: Any) -> None:
    """Raise Conflict where the deployment of this name, and so its bucket, is in another region."""
    there = str(found.get("location") or region)
    if there.lower() != region.lower():
        raise Conflict(
            what,
            f"is in {there.lower()}: this deployment is there, and not in {region}.",
            "Set that region; or set another name, for a second deployment.",
        )


def removal(project: str, name: str, seen: Seen, with_data: bool) -> Change:
    """Remove it with all that is in it, where that was asked for, or where nothing is in it."""
    what, found = f"bucket {bucket_name(project, name)}", seen.get(KEY)
    if found is None:
        return Change(what, "keep", "is not there")
    is_empty_husk = _is_half_made(seen)
    if not (is_empty_husk or is_owned(found, name)):
        return Change(what, "keep", "was not made by this deployment")
    if not (with_data or is_empty_husk):
        return Change(what, "keep", "has the files of runs: --with-data removes it")
    remove = gcloud(
        project, "remove the bucket", "storage", "rm", url(project, name), "--recursive"
    )
    permissions = ("storage.buckets.delete", "storage.objects.delete")
    return Change(what, "delete", "with all files of runs", (remove,), permissions)


def lock(project: str, order: Order[Any]) -> Lock:
    """Give the lock: an object that is written only where it is not there."""
    place = f"{url(project, order.name)}/{LOCK}"
    argv = ("gcloud", "storage", "cp", "-", place, "--if-generation-match=0",
            f"--project={project}", "--quiet")  # fmt: skip
    take = Command(argv, "keep others from deploying", stdin=lock_text(order.who, order.name))
    holder = Query("lock", ("gcloud", "storage", "cat", place, f"--project={project}"))
    release = gcloud(project, "let others deploy", "storage", "rm", place)
    return Lock(take, holder, release)


def _is_half_made(seen: Seen) -> bool:
    """Tell whether it has no label at all and nothing in it but the lock."""
    others = [one for one in seen.get(CONTENT) or () if one.get("name") != LOCK]
    return seen.get(KEY) is not None and not _labels(seen[KEY]) and not others


def _labels(found: Any) -> dict[str, str]:
    return found.get("labels") or {}
