"""Who may read and write the files of a deployment's bucket: the service's account alone."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google import account, bucket
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.plan import Change

KEY = "bucket_policy"
ROLE = "roles/storage.objectUser"
PERMISSIONS = ("storage.buckets.setIamPolicy",)


def questions(project: str, name: str, seen: Seen) -> Iterator[Query]:
    """Ask who may, where the bucket is there."""
    if seen.get(bucket.KEY) is not None:
        words = ("storage", "buckets", "get-iam-policy", bucket.url(project, name))
        yield ask(project, KEY, *words)


def change(project: str, name: str, seen: Seen, verb: str = "add") -> Change:
    """Let the account, or with `remove` no longer."""
    what, why = f"role {ROLE} in the bucket", "the files of runs are kept there"
    who = account.member(project, name)
    if account.has_role(seen.get(KEY), who, ROLE) == (verb == "add"):
        return Change(what, "keep", why)
    words = ("storage", "buckets", f"{verb}-iam-policy-binding", bucket.url(project, name))
    told = (f"--member={who}", f"--role={ROLE}", "--format=none")
    step = gcloud(project, f"{verb} the role", *words, *told)
    if verb == "add":
        return Change(what, "create", why, (step,), PERMISSIONS)
    return Change(what, "delete", "goes with the account", (step,), PERMISSIONS)
