"""Compute Engine and Cloud DNS: what is named must be there, and what is in use is not removed."""

import re
from collections.abc import Iterator
from typing import Any

from google_cloud.discovery import methods_of
from google_cloud.generic import BEHAVIOURS, Call, behaves, merge, now
from google_cloud.state import Refused, State

API = "compute.v1"
OURS = re.compile(r"projects/[^/]+/(global|regions/[^/]+)/(?!networks/|operations/)[A-Za-z]+/[^/]+")
COMPUTED = (
    "id",
    "creationTimestamp",
    "selfLink",
    "kind",
    "name",
    "region",
    "status",
    "fingerprint",
)


def furnish(state: State, project: str) -> None:
    """Enable the APIs, and put a zone of Cloud DNS there."""
    state.resources[f"projects/{project}/managedZones/example"] = {"name": "example"}


def make(call: Call) -> Any:
    """Make one; all that it names must be there."""
    path = f"{call.path}/{call.body['name']}"
    refuse_missing(call)
    made = call.state.put_new(path, dict(call.body))
    number = len(call.state.asked)
    made |= {
        "id": str(7000 + number),
        "creationTimestamp": now().replace(".000Z", f".{number:03}-07:00"),
        "selfLink": link(call, path),
        "fingerprint": "AAAA",
    }
    if found := re.search(r"/regions/([^/]+)/", path):
        made["region"] = link(call, path.partition("/regions/")[0]) + f"/regions/{found[1]}"
    if finish := FINISH.get(call.method.id.split(".")[1]):
        finish(call, path, made)
    return done(call, path)


def change(call: Call) -> Any:
    """Change what was sent of it."""
    path = call.path
    if "autoscaler" in call.query:
        path = f"{path}/{call.query['autoscaler']}"
    elif call.method.id.endswith("utoscalers.update"):
        path = f"{path}/{call.body['name']}"
    refuse_missing(call)
    found = call.state.get(path)
    if call.method.action == "update":
        for key in [key for key in found if key not in COMPUTED]:
            del found[key]
    merge(found, call.body)
    return done(call, path)


def remove(call: Call) -> Any:
    """Remove it, unless another names it."""
    gone = call.state.get(call.path)
    for path, other in call.state.resources.items():
        of_it = path.startswith(f"{call.path}/") or other is gone
        if not of_it and call.path in set(named_in(other)) and not follows(call.path, path):
            message = f"The resource '{call.path}' is already being used by '{path}'"
            raise Refused(400, "resourceInUseByAnotherResource", message)
    call.state.remove(call.path)
    for path in [one for one in call.state.resources if follows(call.path, one)]:
        del call.state.resources[path]
    return done(call, call.path)


def follows(manager: str, path: str) -> bool:
    """Tell whether something goes with a group's manager: the group itself, its autoscaler."""
    if "/instanceGroupManagers/" not in manager:
        return False
    region, _, name = manager.partition("/instanceGroupManagers/")
    return path == f"{region}/instanceGroups/{name}" or path.startswith(
        f"{region}/autoscalers/{name}-"
    )


def refuse_missing(call: Call) -> None:
    """Refuse what names something that is not there."""
    for path in named_in(call.body):
        if path not in call.state.resources:
            raise Refused(404, "notFound", f"The resource '{path}' was not found")


def named_in(value: Any) -> Iterator[str]:
    """Give the paths of all resources that a document names."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in {"selfLink", "region", "instanceGroup"}:
                yield from named_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from named_in(item)
    elif isinstance(value, str) and (found := OURS.search(value)) and found.end() == len(value):
        yield found[0]


def link(call: Call, path: str) -> str:
    """Give the address of a resource."""
    return f"{call.address}/compute/v1/{path}"


def done(call: Call, path: str) -> Any:
    """Give an operation that is done."""
    scope = re.match(r"projects/[^/]+/(global|regions/[^/]+)", call.path)
    assert scope, call.path
    region = {} if scope[1] == "global" else {"region": link(call, scope[0])}
    return region | {
        "kind": "compute#operation",
        "name": "operation-1",
        "operationType": call.method.action,
        "status": "DONE",
        "progress": 100,
        "targetLink": link(call, path),
        "selfLink": link(call, f"{scope[0]}/operations/operation-1"),
    }


def group_made(call: Call, path: str, made: dict[str, Any]) -> None:
    """A group comes with its manager, and its machines run at once."""
    group = path.replace("/instanceGroupManagers/", "/instanceGroups/")
    call.state.resources[group] = {
        "name": made["name"],
        "selfLink": link(call, group),
        "fingerprint": "AAAA",
        "namedPorts": [],
    }
    made["instanceGroup"] = link(call, group)
    made.setdefault("versions", [{"instanceTemplate": made.get("instanceTemplate")}])
    made["status"] = {"isStable": True, "versionTarget": {"isReached": True}}


def address_made(_: Call, __: str, made: dict[str, Any]) -> None:
    """An address of the block for examples."""
    made["address"] = "203.0.113.7"


def certificate_made(_: Call, __: str, made: dict[str, Any]) -> None:
    """A certificate waits for the record of its name."""
    made["managed"]["status"] = "PROVISIONING"


FINISH = {
    "regionInstanceGroupManagers": group_made,
    "globalAddresses": address_made,
    "sslCertificates": certificate_made,
}
for _method in methods_of(API):
    _does = {"insert": make, "patch": change, "update": change, "delete": remove}
    if _method.action in _does:
        BEHAVIOURS.setdefault(_method.id, _does[_method.action])


@behaves("compute.images.getFromFamily")
def newest_image(call: Call) -> Any:
    path = call.path.replace("/family/", "/")
    return {"name": "cos-stable-1", "selfLink": link(call, path), "diskSizeGb": "10"}


@behaves("compute.regionInstanceGroups.setNamedPorts")
def set_named_ports(call: Call) -> Any:
    path = call.path.removesuffix("/setNamedPorts")
    group = call.state.get(path)
    manager = call.state.get(path.replace("/instanceGroups/", "/instanceGroupManagers/"))
    group["namedPorts"] = manager["namedPorts"] = call.body["namedPorts"]
    return done(call, path)


@behaves("compute.targetHttpsProxies.setSslCertificates")
def set_certificates(call: Call) -> Any:
    return _set(call, "setSslCertificates", sslCertificates=call.body["sslCertificates"])


@behaves("compute.targetHttpProxies.setUrlMap", "compute.targetHttpsProxies.setUrlMap")
def set_url_map(call: Call) -> Any:
    return _set(call, "setUrlMap", urlMap=call.body["urlMap"])


def _set(call: Call, verb: str, **values: Any) -> Any:
    refuse_missing(call)
    path = call.path.removesuffix(f"/{verb}").replace(
        "projects/demo/targetHttp", "projects/demo/global/targetHttp"
    )
    call.state.get(path).update(values)
    return done(call, path)


@behaves(
    "compute.globalOperations.wait", "compute.regionOperations.wait",
    "compute.globalOperations.get", "compute.regionOperations.get",
)  # fmt: skip
def operation_done(call: Call) -> Any:
    return done(call, call.path)


@behaves(
    "compute.instanceGroupManagers.aggregatedList", "compute.autoscalers.aggregatedList",
    "compute.instanceTemplates.aggregatedList",
)  # fmt: skip
def list_everywhere(call: Call) -> Any:
    kind = call.path.rpartition("/")[2]
    items: dict[str, Any] = {}
    for path, found in call.state.resources.items():
        place = re.fullmatch(rf"projects/[^/]+/(global|regions/[^/]+)/{kind}/[^/]+", path)
        if place:
            items.setdefault(place[1], {kind: []})[kind].append(found)
    return {"items": items}


@behaves("dns.resourceRecordSets.create")
def make_record(call: Call) -> Any:
    call.state.get(call.path.removesuffix("/rrsets"))
    body = call.body
    return call.state.put_new(f"{call.path}/{body['name']}/{body['type']}", dict(body))


@behaves("dns.resourceRecordSets.list")
def list_records(call: Call) -> Any:
    found = (one for path, one in call.state.resources.items() if path.startswith(f"{call.path}/"))
    return {"rrsets": list(found)}
