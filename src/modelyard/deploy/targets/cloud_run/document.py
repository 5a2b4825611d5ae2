"""The service and the worker pool as Cloud Run's own documents (Knative), written as a whole."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from modelyard.deploy.cloud import Seen
from modelyard.deploy.google.secrets import plain_name, version_of
from modelyard.deploy.naming import LABEL
from modelyard.deploy.targets.cloud_run.names import Names, address, image_in

INGRESS = {
    "all": "all",
    "internal": "internal",
    "load_balancer": "internal-and-cloud-load-balancing",
}
SPEC = "modelyard.spec"
"""An annotation: a digest of all that was wished, but for the image."""
PREVIOUS = "modelyard.previous-image"
"""An annotation: the image before this one, to which a rollback goes."""
RUN = "run.googleapis.com"
PORT = 8080
READY_EVERY_S, READY_TRIES = 2, 110
"""Cloud Run waits 240 s at most."""


def wished_service(names: Names, image: str, seen: Seen) -> dict[str, Any]:
    """Give the document of the service."""
    wished = names.settings
    scaling = {
        "autoscaling.knative.dev/minScale": str(wished.min_instances),
        "autoscaling.knative.dev/maxScale": str(wished.max_instances),
        f"{RUN}/cpu-throttling": "false" if wished.workers == "inside" else "true",
        f"{RUN}/startup-cpu-boost": "true",
    }
    container = {
        "image": image,
        "ports": [{"name": "http1", "containerPort": PORT}],
        "env": _variables(names, web_variables(names, seen)),
        "resources": {"limits": {"cpu": str(wished.cpu), "memory": wished.memory}},
        "startupProbe": _probe("/health/ready", READY_EVERY_S, READY_TRIES),
        "livenessProbe": _probe("/health/live", 10, 3),
    }
    spec = {
        "containerConcurrency": wished.concurrency,
        "timeoutSeconds": wished.timeout_s,
        "serviceAccountName": names.account,
        "containers": [container],
    }
    return _document(
        "Service", "serving.knative.dev/v1", names, names.name,
        {f"{RUN}/ingress": INGRESS[wished.ingress]}, scaling, spec,
        {"traffic": [{"percent": 100, "latestRevision": True}]}, seen.get("service"),
    )  # fmt: skip


def wished_pool(names: Names, image: str, seen: Seen) -> dict[str, Any]:
    """Give the document of the worker pool."""
    wished = names.settings
    container = {
        "image": image,
        "args": ["worker"],
        "env": _variables(names, shared_variables(names, seen)),
        "resources": {"limits": {"cpu": "1", "memory": wished.worker_memory}},
    }
    count = {
        f"{RUN}/scalingMode": "manual",
        f"{RUN}/manualInstanceCount": str(wished.worker_instances),
    }
    spec = {"serviceAccountName": names.account, "containers": [container]}
    return _document(
        "WorkerPool", f"{RUN}/v1", names, names.pool, count, {}, spec, {}, seen.get("pool")
    )


def web_variables(names: Names, seen: Seen) -> dict[str, str]:
    """Give the variables of the service, secrets aside."""
    wished = names.settings
    own = {
        "MODELYARD_WORKERS": str(wished.processes),
        "MODELYARD_THREADS": str(wished.threads),
        "MODELYARD_RUN_WORKERS": "1" if wished.workers == "inside" else "0",
        "MODELYARD_PROXIES": "2" if wished.ingress == "load_balancer" else "1",
    }
    return shared_variables(names, seen) | own | wished.environment


def shared_variables(names: Names, seen: Seen) -> dict[str, str]:
    """Give the variables of service and workers, secrets aside."""
    own = {
        "MODELYARD_PUBLIC_URL": address(names, seen),
        "MODELYARD_ZONE": names.region,
        "MODELYARD_LOG": "json",
    }
    if names.settings.database != "none":
        own["MODELYARD_BLOBS"] = f"{names.bucket}/blobs"
    return {name: value for name, value in own.items() if value} | names.settings.environment


def reason_to_change(found: Any, wished: Mapping[str, Any]) -> str:
    """Say why what is there is written anew; empty where it is as wished.

    What Cloud Run writes in another way than it was sent does not count: the digest of all that
    was wished does, and of what people change by hand the image, the account, and who reaches it.
    """
    there, here = found["metadata"].get("annotations") or {}, wished["metadata"]["annotations"]
    if image_in(found) != image_in(wished):
        return "the image is another"
    if there.get(SPEC) != here[SPEC]:
        return "settings have changed"
    ingress = f"{RUN}/ingress"
    account = wished["spec"]["template"]["spec"]["serviceAccountName"]
    if there.get(ingress) != here.get(ingress):
        return "somebody changed from where it can be reached"
    if found["spec"]["template"]["spec"].get("serviceAccountName") != account:
        return "somebody changed its service account"
    return ""


def previous_image(found: Any) -> str:
    """Give the image before the one that runs; empty for none."""
    return str(((found or {}).get("metadata", {}).get("annotations") or {}).get(PREVIOUS, ""))


def text_of(document: Mapping[str, Any]) -> str:
    """Write a document: JSON, which is YAML."""
    return json.dumps(document, indent=2) + "\n"


def _document(  # noqa: PLR0913, PLR0917
    kind: str, version: str, names: Names, name: str, annotations: dict[str, str],
    revision: dict[str, str], spec: dict[str, Any], more: dict[str, Any], found: Any,
) -> dict[str, Any]:  # fmt: skip
    on_revision = {f"{RUN}/execution-environment": "gen2"} if kind == "Service" else {}
    if names.settings.database == "cloud_sql":
        on_revision[f"{RUN}/cloudsql-instances"] = names.database.connection
    template = {"metadata": {"annotations": revision | on_revision}, "spec": spec}
    image = spec["containers"][0]["image"]
    labels = {LABEL: names.name, "cloud.googleapis.com/location": names.region}
    own = annotations | {SPEC: _digest([labels, annotations, template, more], image)}
    before = image_in(found)
    previous = before if before and before != image else previous_image(found)
    if previous:
        own[PREVIOUS] = previous
    metadata = {"name": name, "labels": labels, "annotations": own}
    body = {"template": template} | more
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": body}


def _digest(parts: Any, image: str) -> str:
    text = json.dumps(parts, sort_keys=True).replace(image, "")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _variables(names: Names, plain: Mapping[str, str]) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = [
        {"name": name, "value": value} for name, value in sorted(plain.items())
    ]
    for name, secret in sorted(names.secrets.items()):
        reference = {"name": plain_name(secret), "key": version_of(secret)}
        given.append({"name": name, "valueFrom": {"secretKeyRef": reference}})
    return given


def _probe(path: str, every_s: int, tries: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": PORT},
        "periodSeconds": every_s,
        "timeoutSeconds": min(every_s, 5),
        "failureThreshold": tries,
    }
