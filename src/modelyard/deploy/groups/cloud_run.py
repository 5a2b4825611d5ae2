"""A service on Cloud Run, which does not tell how many instances it wants."""

from collections.abc import Iterator
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.gcloud import ask
from modelyard.deploy.groups.group import Group, counted
from modelyard.deploy.target import Order
from modelyard.workspace.deploying.cloud_run import CloudRunSettings

SERVICE = "service"
SCALE = "autoscaling.knative.dev/"
OF_SERVICE = "run.googleapis.com/"


def questions(order: Order[CloudRunSettings], _: Seen) -> Iterator[Query]:
    """Say what to ask."""
    where = f"--region={order.settings.region}"
    yield ask(order.settings.project, SERVICE, "run", "services", "describe", order.name, where)


def groups(order: Order[CloudRunSettings], seen: Seen) -> Iterator[Group]:
    """Read the answers."""
    found = seen.get(SERVICE)
    if not found:
        return
    of_revision = _annotations((found.get("spec") or {}).get("template") or {})
    of_service = _annotations(found)
    yield Group(
        name=order.name,
        place=order.settings.region,
        status=_status(found),
        running=None,
        target_size=None,
        least=_bound("min", of_revision, of_service),
        most=_bound("max", of_revision, of_service),
        decision="Cloud Run does not tell what it decides; the processes above are what runs",
    )


def _annotations(of: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (of.get("metadata") or {}).get("annotations") or {}
    return found


def _bound(name: str, of_revision: dict[str, Any], of_service: dict[str, Any]) -> int | None:
    own = counted(of_revision.get(f"{SCALE}{name}Scale"))
    return counted(of_service.get(f"{OF_SERVICE}{name}Scale")) if own is None else own


def _status(found: dict[str, Any]) -> str:
    conditions = (found.get("status") or {}).get("conditions") or ()
    ready: dict[str, Any] = next((one for one in conditions if one.get("type") == "Ready"), {})
    revision = str((found.get("status") or {}).get("latestReadyRevisionName", ""))
    if ready.get("status") == "True":
        return f"ready, {revision}" if revision else "ready"
    return str(ready.get("message") or "is not ready")[:300]
