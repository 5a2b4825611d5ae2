"""Cloud Run: what is sent becomes ready at once, as a revision of its own."""

from typing import Any

from google_cloud.generic import Call, behaves, now
from google_cloud.state import Refused

READY = ("Ready", "ConfigurationsReady", "RoutesReady")
NUMBER = "123456789012"


@behaves("run.namespaces.services.create", "run.namespaces.workerpools.create")
def create(call: Call) -> Any:
    name = call.body["metadata"]["name"]
    path = f"{call.path}/{name}"
    return call.state.put_new(path, _made(call, {}, name))


@behaves("run.namespaces.services.replaceService", "run.namespaces.workerpools.replaceWorkerPool")
def replace(call: Call) -> Any:
    before = call.state.get(call.path)
    made = _made(call, before, call.path.rpartition("/")[2])
    call.state.resources[call.path] = made
    return made


@behaves("run.namespaces.services.delete", "run.namespaces.workerpools.delete")
def delete(call: Call) -> Any:
    call.state.remove(call.path)
    return {"kind": "Status", "apiVersion": "v1", "status": "Success"}


def _made(call: Call, before: dict[str, Any], name: str) -> dict[str, Any]:
    body = dict(call.body)
    project = body["metadata"].get("namespace", "demo")
    generation = 1 + before.get("metadata", {}).get("generation", 0)
    revision = f"{name}-{generation:05d}"
    _refuse_unready(call, body, project)
    template = body["spec"]["template"]
    image = template["spec"]["containers"][0]["image"]
    metadata = dict(body["metadata"]) | {
        "generation": generation,
        "uid": f"uid-{name}",
        "resourceVersion": str(generation),
        "creationTimestamp": before.get("metadata", {}).get("creationTimestamp", now()),
        "selfLink": f"/apis/serving.knative.dev/v1/{call.path}",
    }
    metadata["labels"] = metadata.get("labels", {}) | {
        "cloud.googleapis.com/location": "europe-west1"
    }
    call.state.resources[f"namespaces/{project}/revisions/{revision}"] = {
        "kind": "Revision",
        "apiVersion": "serving.knative.dev/v1",
        "metadata": {"name": revision, "namespace": project, "labels": {}},
        "spec": template["spec"],
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "imageDigest": image},
    }
    url = f"https://{name}-{NUMBER}.europe-west1.run.app"
    status = {
        "observedGeneration": generation,
        "conditions": [{"type": kind, "status": "True"} for kind in READY],
        "latestCreatedRevisionName": revision,
        "latestReadyRevisionName": revision,
    }
    if body["kind"] == "Service":
        status |= {"url": url, "address": {"url": url}}
        status["traffic"] = [{"revisionName": revision, "percent": 100, "latestRevision": True}]
    return body | {"metadata": metadata, "status": status}


def _refuse_unready(call: Call, body: dict[str, Any], project: str) -> None:
    """Refuse what could not start: an account or a secret that is not there."""
    spec = body["spec"]["template"]["spec"]
    account = spec.get("serviceAccountName", "")
    where = f"projects/{project}/serviceAccounts/{account}"
    if account and where not in call.state.resources:
        why = f"Permission 'iam.serviceaccounts.actAs' denied on service account {account}"
        raise Refused(403, "PERMISSION_DENIED", why)
    for container in spec["containers"]:
        if "@sha256:" not in container["image"]:
            raise Refused(400, "INVALID_ARGUMENT", f"{container['image']} has no digest")
        for entry in container.get("env", ()):
            reference = (entry.get("valueFrom") or {}).get("secretKeyRef")
            if reference and f"projects/{project}/secrets/{reference['name']}" not in (
                call.state.resources
            ):
                raise Refused(400, "INVALID_ARGUMENT", f"secret {reference['name']} not found")
