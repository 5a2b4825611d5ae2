"""The service account as which the service runs, with the few roles that it needs."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.google.things import Thing, mark_of
from modelyard.deploy.plan import Change
from modelyard.deploy.steps import Command, Wait

KEY = "account"
PROJECT_POLICY = "project_policy"


def email(project: str, name: str) -> str:
    """Give its address."""
    return f"{name}-yard@{project}.iam.gserviceaccount.com"


def member(project: str, name: str) -> str:
    """Give it as policies name it."""
    return f"serviceAccount:{email(project, name)}"


def thing(project: str, name: str) -> Thing:
    """Give the account. It has no key: Google's machines have its tokens."""
    words = ("iam", "service-accounts")
    return Thing(
        query=ask(project, KEY, *words, "describe", email(project, name)),
        what=f"service account {name}-yard",
        why="the service runs as it, and may do no more than it may",
        make=(
            gcloud(project, "make the account", *words, "create", f"{name}-yard",
                   f"--description={mark_of(name)}", f"--display-name=Modelyard {name}"),
            Wait(ask(project, KEY, *words, "describe", email(project, name)).argv,
                 "have it known everywhere", is_there, patience_s=120, every_s=2),
        ),
        remove=(gcloud(project, "remove it", *words, "delete", email(project, name)),),
        permissions=("iam.serviceAccounts.create", "iam.serviceAccounts.actAs"),
    )  # fmt: skip


def questions(project: str, name: str) -> Iterator[Query]:
    """Ask for it, and for what it may in the project."""
    yield thing(project, name).query
    yield ask(project, PROJECT_POLICY, "projects", "get-iam-policy", project)


def role_change(project: str, name: str, role: str, why: str, seen: Seen) -> Change:
    """Give it a role in the project."""
    what = f"role {role} in {project}"
    if has_role(seen.get(PROJECT_POLICY), member(project, name), role):
        return Change(what, "keep", why)
    step = _project_binding("add", project, name, role)
    return Change(what, "create", why, (step,), ("resourcemanager.projects.setIamPolicy",))


def role_removals(project: str, name: str, seen: Seen) -> Iterator[Change]:
    """Take from it all that it may in the project."""
    for role in roles_of(seen.get(PROJECT_POLICY), member(project, name)):
        step = _project_binding("remove", project, name, role)
        permissions = ("resourcemanager.projects.setIamPolicy",)
        yield Change(f"role {role} in {project}", "delete", "goes with the account",
                     (step,), permissions)  # fmt: skip


def is_there(answer: Any) -> bool:
    """Tell whether something was answered."""
    return answer is not None


def has_role(policy: Any, who: str, role: str) -> bool:
    """Tell whether a policy gives somebody a role, without a condition."""
    return role in roles_of(policy, who)


def roles_of(policy: Any, who: str) -> list[str]:
    """List the roles that a policy gives somebody."""
    bindings = (policy or {}).get("bindings") or ()
    return [
        entry["role"]
        for entry in bindings
        if who in entry.get("members", ()) and not entry.get("condition")
    ]


def _project_binding(verb: str, project: str, name: str, role: str) -> Command:
    argv = ("gcloud", "projects", f"{verb}-iam-policy-binding", project,
            f"--member={member(project, name)}", f"--role={role}", "--condition=None",
            "--format=none", "--quiet")  # fmt: skip
    return Command(argv, f"{verb} the role")
