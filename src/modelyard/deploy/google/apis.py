"""The APIs of a project, which are off until they are enabled."""

from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.plan import Change

KEY = "apis"
PERMISSION = "serviceusage.services.enable"


def question(project: str) -> Query:
    """Ask which APIs are enabled: of one that is not, nothing can be there."""
    return ask(project, KEY, "services", "list", "--enabled")


def is_enabled(seen: Seen, api: str) -> bool:
    """Tell whether an API is enabled; false where that is not known yet."""
    return any(_name(entry) == api for entry in seen.get(KEY) or ())


def change(project: str, seen: Seen, wanted: tuple[str, ...]) -> Change:
    """Enable those that are not. They stay when the deployment goes: others may use them."""
    missing = tuple(api for api in wanted if not is_enabled(seen, api))
    what = f"APIs of {project}"
    if not missing:
        return Change(what, "keep", f"{len(wanted)} are enabled")
    step = gcloud(project, "enable what the rest needs", "services", "enable", *missing)
    why = "the rest needs them: " + ", ".join(name.partition(".")[0] for name in missing)
    return Change(what, "update", why, (step,), (PERMISSION,), is_first=True)


def _name(entry: Any) -> str:
    config = entry.get("config") or {}
    return str(config.get("name") or str(entry.get("name", "")).rpartition("/")[2])


def project_number(seen: Seen) -> str:
    """Give the number of the project, which stands in the names of its APIs; empty if unknown."""
    for entry in seen.get(KEY) or ():
        parts = str(entry.get("name", "")).split("/")
        if len(parts) > 1 and parts[1].isdigit():
            return parts[1]
    return ""
