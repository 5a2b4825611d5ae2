"""Vertex AI: models, and endpoints that share requests among those that are deployed."""

import secrets
from typing import Any

from google_cloud.generic import Call, behaves, now
from google_cloud.state import Refused

AI = "aiplatform.projects.locations"


def done(call: Call, parent: str, said: dict[str, Any]) -> dict[str, Any]:
    """Give an operation that is done, and keep it for whoever asks again."""
    path = f"{parent}/operations/{secrets.randbelow(10**9)}"
    made = {"name": path, "done": True, "response": {"@type": "type.googleapis.com/any", **said}}
    call.state.resources[path] = made
    return made


@behaves(f"{AI}.models.upload")
def upload(call: Call) -> Any:
    parent = call.path.rpartition("/models")[0] + "/models"
    path = f"{parent}/{call.body['modelId']}"
    made = dict(call.body["model"]) | {"name": path, "createTime": now(), "versionId": "1"}
    made["supportedDeploymentResourcesTypes"] = ["DEDICATED_RESOURCES"]
    call.state.put_new(path, made)
    return done(call, path, {"model": path, "modelVersionId": "1"})


@behaves(f"{AI}.endpoints.create")
def make_endpoint(call: Call) -> Any:
    path = f"{call.path}/{call.query['endpointId']}"
    made = dict(call.body) | {"name": path, "createTime": now(), "deployedModels": []}
    call.state.put_new(path, made)
    return done(call, path, {"name": path})


@behaves(f"{AI}.endpoints.deployModel")
def deploy(call: Call) -> Any:
    endpoint, made = call.state.get(call.path), dict(call.body["deployedModel"])
    call.state.get(made["model"])
    if any(one["id"] == made["id"] for one in endpoint["deployedModels"]):
        raise Refused(400, "INVALID_ARGUMENT", f"{made['id']} is deployed already")
    endpoint["deployedModels"].append(made | {"createTime": now()})
    split = call.body["trafficSplit"]
    share(endpoint, {made["id"] if one == "0" else one: part for one, part in split.items()})
    return done(call, call.path, {"deployedModel": made})


@behaves(f"{AI}.endpoints.undeployModel")
def undeploy(call: Call) -> Any:
    endpoint, number = call.state.get(call.path), call.body["deployedModelId"]
    kept = [one for one in endpoint["deployedModels"] if one["id"] != number]
    if split := call.body.get("trafficSplit"):
        share(endpoint, split)
    if kept and endpoint.get("trafficSplit", {}).get(number):
        raise Refused(400, "FAILED_PRECONDITION", f"{number} has traffic")
    endpoint["deployedModels"] = kept
    endpoint.get("trafficSplit", {}).pop(number, None)
    return done(call, call.path, {})


@behaves(f"{AI}.endpoints.patch")
def change_endpoint(call: Call) -> Any:
    endpoint = call.state.get(call.path)
    share(endpoint, call.body["trafficSplit"])
    return endpoint


@behaves(f"{AI}.endpoints.predict")
def predict(call: Call) -> Any:
    endpoint = call.state.get(call.path)
    number = max(endpoint["trafficSplit"], key=endpoint["trafficSplit"].__getitem__)
    return {"predictions": [1.5 for _ in call.body["instances"]], "deployedModelId": number}


@behaves(f"{AI}.endpoints.delete", f"{AI}.models.delete")
def remove(call: Call) -> Any:
    if call.state.get(call.path).get("deployedModels"):
        raise Refused(400, "FAILED_PRECONDITION", "models are deployed there")
    for other in call.state.resources.values():
        if any(one["model"] == call.path for one in other.get("deployedModels") or ()):
            raise Refused(400, "FAILED_PRECONDITION", "the model is deployed")
    call.state.remove(call.path)
    return done(call, call.path.rpartition("/")[0].rpartition("/")[0], {})


def share(endpoint: dict[str, Any], split: dict[str, int]) -> None:
    """Share requests among what is deployed: 100 in all."""
    known = {one["id"] for one in endpoint["deployedModels"]}
    if sum(split.values()) != 100 or not set(split) <= known:
        raise Refused(400, "INVALID_ARGUMENT", f"{split} does not share 100 among {known}")
    endpoint["trafficSplit"] = {one: part for one, part in split.items() if part}
