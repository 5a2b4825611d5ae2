"""What `gcloud ai` means, for the cloud in this process: it refuses what Vertex AI would refuse."""

from typing import Any

from fake_gcloud import ASKED, DONE, VERBS, FakeGcloud

from modelyard.errors import Unavailable

Flags = dict[str, str]
ENDPOINTS, MODELS = "ai endpoints", "ai models"
VERBS |= {"upload", "deploy-model", "undeploy-model", "predict"}


def upload(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Make a model of an image."""
    made = cloud.make(MODELS, flags["--model-id"], flags)
    assert "@sha256:" in flags["--container-image-uri"]
    made["name"] = f"projects/1/locations/x/models/{flags['--model-id']}"
    environ = flags["--container-env-vars"]
    made["containerSpec"] = {"imageUri": flags["--container-image-uri"], "env": environ}
    made["createTime"] = f"{len(cloud.done):06}"


def make_endpoint(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Make an endpoint, at which nothing is deployed."""
    made = cloud.make(ENDPOINTS, flags["--endpoint-id"], flags)
    made |= {"deployedModels": [], "trafficSplit": {}}


def deploy(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Have machines answer by a model."""
    endpoint, number = cloud.need(ENDPOINTS, names[0]), flags["--deployed-model-id"]
    cloud.need(MODELS, flags["--model"])
    if "bad" in str(cloud.things[MODELS, flags["--model"]]):
        raise Unavailable(names[0], "Model server never became ready.")
    if any(one["id"] == number for one in endpoint["deployedModels"]):
        raise Unavailable(names[0], "is deployed already.")
    model = f"projects/1/locations/x/models/{flags['--model']}"
    made = {"id": number, "model": model, "createTime": f"{len(cloud.done):06}"}
    endpoint["deployedModels"].append(made)
    share(endpoint, flags["--traffic-split"], number)


def undeploy(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Have machines answer by it no more; not while requests go there."""
    endpoint, number = cloud.need(ENDPOINTS, names[0]), flags["--deployed-model-id"]
    kept = [one for one in endpoint["deployedModels"] if one["id"] != number]
    assert len(kept) < len(endpoint["deployedModels"])
    if split := flags.get("--traffic-split"):
        share(endpoint, split, number)
    if kept and endpoint["trafficSplit"].get(number):
        raise Unavailable(names[0], "has traffic.")
    endpoint["deployedModels"] = kept
    endpoint["trafficSplit"].pop(number, None)


def update(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Share requests anew."""
    share(cloud.need(ENDPOINTS, names[0]), flags["--traffic-split"], "")


def share(endpoint: dict[str, Any], text: str, new: str) -> None:
    """Set who gets how much of the requests: 100 in all, among those that are deployed."""
    pairs = (one.split("=") for one in text.split(","))
    split = {new if number == "0" else number: int(percent) for number, percent in pairs}
    assert sum(split.values()) == 100, text
    assert set(split) <= {one["id"] for one in endpoint["deployedModels"]}, text
    endpoint["trafficSplit"] = split


def remove_endpoint(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Remove an endpoint at which nothing is deployed."""
    if cloud.need(ENDPOINTS, names[0])["deployedModels"]:
        raise Unavailable(names[0], "has deployed models.")
    cloud.remove(ENDPOINTS, names[0])


def remove_model(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Remove a model that is deployed nowhere."""
    for (kind, _), thing in cloud.things.items():
        models = [one["model"] for one in thing.get("deployedModels", [])]
        if kind == ENDPOINTS and any(one.endswith(f"/{names[0]}") for one in models):
            raise Unavailable(names[0], "is deployed.")
    cloud.remove(MODELS, names[0])


def list_models(cloud: FakeGcloud, names: list[str], flags: Flags) -> Any:
    """List those with a label."""
    key, _, value = flags["--filter"].removeprefix("labels.").partition("=")
    found = (thing for (kind, _), thing in cloud.things.items() if kind == MODELS)
    return [one for one in found if one["labels"].get(key) == value]


DONE |= {
    f"{MODELS} upload": upload,
    f"{MODELS} delete": remove_model,
    f"{ENDPOINTS} create": make_endpoint,
    f"{ENDPOINTS} deploy-model": deploy,
    f"{ENDPOINTS} undeploy-model": undeploy,
    f"{ENDPOINTS} update": update,
    f"{ENDPOINTS} delete": remove_endpoint,
}
ASKED[f"{MODELS} list"] = list_models
