"""Who may ask the service: nobody but those who are named, or everybody."""

from collections.abc import Iterator

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google.gcloud import gcloud
from modelyard.deploy.plan import Change
from modelyard.deploy.targets.cloud_run.names import Names

EVERYBODY = "allUsers"
ROLE = "roles/run.invoker"
PERMISSION = "run.services.setIamPolicy"


def wished_invokers(names: Names) -> tuple[str, ...]:
    """List who may ask."""
    return (*((EVERYBODY,) if names.is_public else ()), *names.settings.invokers)


def changes(names: Names, seen: Seen) -> Iterator[Change]:
    """Let in who is wished, and shut out who is not."""
    wished, now = wished_invokers(names), invokers_now(seen)
    for one in wished:
        yield _change(names, one, "add", one in now)
    for one in now:
        if one not in wished:
            yield _change(names, one, "remove", False)
    if not wished and not now:
        yield Change("who may ask", "keep", "private: nobody but owners and editors of the project")


def invokers_now(seen: Seen) -> list[str]:
    """List who may ask at present, as far as the service itself says so."""
    bindings = (seen.get("service_policy") or {}).get("bindings") or ()
    return [one for entry in bindings if entry["role"] == ROLE for one in entry["members"]]


def _change(names: Names, who: str, verb: str, is_so: bool) -> Change:
    shown = "everybody" if who == EVERYBODY else who
    what, may = f"who may ask: {shown}", "--public" if who == EVERYBODY else "is in invokers"
    if is_so:
        return Change(what, "keep", may)
    step = gcloud(
        names.project, "let them ask" if verb == "add" else "let them ask no more", "run",
        "services", f"{verb}-iam-policy-binding", names.name, f"--member={who}", f"--role={ROLE}",
        names.where, "--format=none",
    )  # fmt: skip
    if verb == "add":
        return Change(what, "create", may, (step,), (PERMISSION,))
    return Change(what, "delete", "nobody wishes it any more", (step,), (PERMISSION,))
