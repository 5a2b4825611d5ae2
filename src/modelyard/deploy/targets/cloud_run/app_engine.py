"""App Engine's flexible environment takes the same image: by an app.yaml that is written."""

from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.steps import WriteFile
from modelyard.deploy.targets.cloud_run.document import PORT, web_variables
from modelyard.deploy.targets.cloud_run.names import Names, image_in
from modelyard.errors import NotFound
from modelyard.workspace.deploying.cloud_run import memory_mib

FILE = "app.yaml"
HEAD = """\
# Written by: modelyard deploy app_engine. Deploy it with
#   {command}
# App Engine reads no secrets: MODELYARD_DATABASE_URL must be written below by hand, from
#   gcloud secrets versions access latest --secret={secret} --project={project}
# So keep this file out of git.
"""


def app_yaml(names: Names, seen: Seen) -> str:
    """Write the file for the image that Cloud Run runs.

    Raises NotFound where nothing is deployed there: the image, the account and the database are
    what that deployment made.
    """
    import yaml

    image = image_in(seen.get("service"))
    if not image:
        cure = "Deploy there first: modelyard deploy cloud_run"
        raise NotFound(f"service {names.name}", "has no image yet.", cure)
    head = HEAD.format(
        command=" ".join(command(names, image)),
        secret=names.database.secret,
        project=names.project,
    )
    return head + yaml.safe_dump(_document(names, seen), sort_keys=False)


def command(names: Names, image: str) -> tuple[str, ...]:
    """Give the command that deploys it."""
    return ("gcloud", "app", "deploy", FILE, f"--image-url={image}", f"--project={names.project}")


def write_step(names: Names, seen: Seen) -> WriteFile:
    """Say what is written, into the workspace."""
    path = names.order.source.folder / FILE
    return WriteFile(path, app_yaml(names, seen), "tell App Engine how to run the image")


def _document(names: Names, seen: Seen) -> dict[str, Any]:
    wished = names.settings
    variables = web_variables(names, seen)
    if not wished.public_url:  # App Engine has addresses of its own
        variables.pop("MODELYARD_PUBLIC_URL", None)
    document: dict[str, Any] = {
        "runtime": "custom",
        "env": "flex",
        "service": names.name,
        "service_account": names.account,
        "resources": {"cpu": wished.cpu, "memory_gb": (memory_mib(wished.memory) or 0) / 1024},
        "automatic_scaling": {
            "min_num_instances": max(1, wished.min_instances),
            "max_num_instances": wished.max_instances,
            "cpu_utilization": {"target_utilization": 0.6},
        },
        "env_variables": variables | {"PORT": str(PORT)},
        "liveness_check": {"path": "/health/live", "timeout_sec": 4, "failure_threshold": 4},
        "readiness_check": {"path": "/health/ready", "app_start_timeout_sec": 300},
    }
    if wished.database == "cloud_sql":
        document["beta_settings"] = {"cloud_sql_instances": names.database.connection}
    return document
