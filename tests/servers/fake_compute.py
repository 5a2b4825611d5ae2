"""What `gcloud compute` and `gcloud dns` mean, for the cloud in this process.

What a thing names must be there, and what another names is not removed.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from fake_gcloud import ASKED, DONE, VERBS, FakeGcloud

from modelyard.errors import NotFound, Unavailable

Flags = dict[str, str]
Key = tuple[str, str]
MIG = "compute instance-groups managed"
VERBS |= {
    "set-named-ports", "set-autoscaling", "wait-until", "start-update", "add-backend",
    "update-backend", "remove-backend", "import",
}  # fmt: skip


def firewall(flags: Flags) -> dict[str, Any]:
    """Give a firewall rule as it is shown."""
    return {
        "sourceRanges": flags["--source-ranges"].split(","),
        "targetTags": [flags["--target-tags"]],
        "allowed": [{"IPProtocol": "tcp", "ports": [flags["--allow"].removeprefix("tcp:")]}],
    }


def health_check(flags: Flags) -> dict[str, Any]:
    """Give a health check as it is shown."""
    return {
        "httpHealthCheck": {"port": int(flags["--port"]), "requestPath": flags["--request-path"]},
        "checkIntervalSec": int(flags["--check-interval"][:-1]),
        "timeoutSec": int(flags["--timeout"][:-1]),
        "healthyThreshold": int(flags["--healthy-threshold"]),
        "unhealthyThreshold": int(flags["--unhealthy-threshold"]),
    }


def address(_: Flags) -> dict[str, Any]:
    """Give an address of the block for examples."""
    return {"address": "203.0.113.7"}


def template(flags: Flags) -> dict[str, Any]:
    """Give an instance template as it is shown."""
    pairs = dict(one.split("=", 1) for one in flags["--metadata"].split(","))
    items = [{"key": key, "value": value} for key, value in pairs.items()]
    return {"properties": {"metadata": {"items": items}}}


def backend(flags: Flags) -> dict[str, Any]:
    """Give a backend service as it is shown."""
    return {
        "portName": flags["--port-name"],
        "healthChecks": [f"global/healthChecks/{flags['--health-checks']}"],
        "timeoutSec": int(flags["--timeout"][:-1]),
        "connectionDraining": {
            "drainingTimeoutSec": int(flags["--connection-draining-timeout"][:-1])
        },
    }


def certificate(flags: Flags) -> dict[str, Any]:
    """Give a certificate as it is shown."""
    return {"managed": {"domains": flags["--domains"].split(",")}}


def https_proxy(flags: Flags) -> dict[str, Any]:
    """Give what a proxy shows of its certificate."""
    return {"sslCertificates": [f"global/sslCertificates/{flags['--ssl-certificates']}"]}


def http_proxy(flags: Flags) -> dict[str, Any]:
    """Give what a proxy shows of its map."""
    return {"urlMap": f"global/urlMaps/{flags['--url-map']}"}


def nothing(_: Flags) -> dict[str, Any]:
    """Give nothing besides name and description."""
    return {}


KINDS: dict[str, Callable[[Flags], dict[str, Any]]] = {
    "firewall-rules": firewall,
    "health-checks": health_check,
    "addresses": address,
    "instance-templates": template,
    "backend-services": backend,
    "url-maps": nothing,
    "ssl-certificates": certificate,
    "target-https-proxies": https_proxy,
    "target-http-proxies": http_proxy,
    "forwarding-rules": nothing,
}
NEEDED = {
    "--health-check": "health-checks",
    "--health-checks": "health-checks",
    "--template": "instance-templates",
    "--default-service": "backend-services",
    "--ssl-certificates": "ssl-certificates",
    "--url-map": "url-maps",
    "--target-https-proxy": "target-https-proxies",
    "--target-http-proxy": "target-http-proxies",
    "--address": "addresses",
}


def needed(flags: Flags) -> Iterator[Key]:
    """Give what a command names."""
    for flag, kind in NEEDED.items():
        if flag in flags:
            yield f"compute {kind}", flags[flag]


def use(cloud: FakeGcloud, thing: dict[str, Any], flags: Flags) -> None:
    """Have a thing name others, which must be there."""
    uses: dict[str, Key] = thing.setdefault("uses", {})
    for kind, name in needed(flags):
        cloud.need(kind, name)
        uses[kind] = (kind, name)


def maker(kind: str, shown: Callable[[Flags], dict[str, Any]]) -> Callable[..., None]:
    """Make one of a kind."""

    def make(cloud: FakeGcloud, names: list[str], flags: Flags, text: str) -> None:
        made = cloud.make(f"compute {kind}", names[-1], flags)
        try:
            use(cloud, made, flags)
        except NotFound:
            del cloud.things[f"compute {kind}", names[-1]]
            raise
        made |= shown(flags) | {"creationTimestamp": f"{len(cloud.done):06}"}
        if text:
            made["user-data"] = text
            made["uses"]["account"] = ("iam service-accounts", flags["--service-account"])

    return make


def changer(kind: str, shown: Callable[[Flags], dict[str, Any]]) -> Callable[..., None]:
    """Change one of a kind."""

    def alter(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
        found = cloud.need(f"compute {kind}", names[-1])
        use(cloud, found, flags)
        found |= shown(flags)

    return alter


def remover(kind: str) -> Callable[..., None]:
    """Remove one that no other names."""

    def remove(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
        name = f"{flags['--region']}/{names[-1]}" if kind == MIG else names[-1]
        key = (kind, name)
        for other, thing in cloud.things.items():
            if key in thing.get("uses", {}).values():
                raise Unavailable(str(key), f"is already being used by {other}.")
        cloud.remove(*key)

    return remove


def lister(kind: str) -> Callable[..., Any]:
    """List all of a kind."""

    def listed(cloud: FakeGcloud, names: list[str], flags: Flags) -> Any:
        found = [thing for (group, _), thing in cloud.things.items() if group == kind]
        return json.loads(json.dumps(found))

    return listed


def make_group(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Make a group: its machines run at once."""
    region = flags["--region"]
    made = cloud.make(MIG, f"{region}/{names[0]}", flags)
    use(cloud, made, flags)
    made |= {
        "name": names[0],
        "region": f"https://google/regions/{region}",
        "versions": [{"instanceTemplate": f"x/{flags['--template']}"}],
        "status": {"isStable": True, "versionTarget": {"isReached": True}},
        "targetSize": int(flags["--size"]),
    }
    heal_group(cloud, names, flags, "")


def group_of(cloud: FakeGcloud, names: list[str], flags: Flags) -> dict[str, Any]:
    """Give a group."""
    return cloud.need(MIG, f"{flags['--region']}/{names[0]}")


def heal_group(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Set when machines are made anew."""
    check = f"x/{flags['--health-check']}"
    delay_s = int(flags["--initial-delay"][:-1])
    group = group_of(cloud, names, flags)
    group["autoHealingPolicies"] = [{"healthCheck": check, "initialDelaySec": delay_s}]


def name_ports(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Set the named port."""
    name, _, port = flags["--named-ports"].partition(":")
    group_of(cloud, names, flags)["namedPorts"] = [{"name": name, "port": int(port)}]


def scale(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Set the autoscaler's rules."""
    most, window = (one.partition("=")[2] for one in flags["--scale-in-control"].split(","))
    policy: dict[str, Any] = {
        "minNumReplicas": int(flags["--min-num-replicas"]),
        "maxNumReplicas": int(flags["--max-num-replicas"]),
        "coolDownPeriodSec": int(flags["--cool-down-period"][:-1]),
        "mode": flags["--mode"].upper(),
        "scaleInControl": {
            "maxScaledInReplicas": {"fixed": int(most)},
            "timeWindowSec": int(window),
        },
    }
    if share := flags.get("--target-cpu-utilization"):
        policy["cpuUtilization"] = {"utilizationTarget": float(share)}
    if share := flags.get("--target-load-balancing-utilization"):
        policy["loadBalancingUtilization"] = {"utilizationTarget": float(share)}
    if metric := flags.get("--update-stackdriver-metric"):
        target = float(flags["--stackdriver-metric-utilization-target"])
        policy["customMetricUtilizations"] = [{"metric": metric, "utilizationTarget": target}]
    group_of(cloud, names, flags)["autoscaler"] = {"autoscalingPolicy": policy}


def start_update(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Replace the machines; the wait finds them replaced."""
    release = flags["--version"].removeprefix("template=")
    assert flags["--max-unavailable"] == "0"
    group = group_of(cloud, names, flags)
    use(cloud, group, {"--template": release})
    group["versions"] = [{"instanceTemplate": f"x/{release}"}]
    group["status"]["versionTarget"]["isReached"] = False


def wait_until(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Have all machines replaced, unless the release is a bad one."""
    group = group_of(cloud, names, flags)
    image = group["versions"][0]["instanceTemplate"].rpartition("/")[2]
    if "bad" in str(cloud.things["compute instance-templates", image].get("user-data")):
        raise Unavailable(names[0], "did not become stable.")
    group["status"]["versionTarget"]["isReached"] = True


def put_backend(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Put a group behind the load balancer, or change how it is asked."""
    service, region = (
        cloud.need("compute backend-services", names[0]),
        flags["--instance-group-region"],
    )
    key = (MIG, f"{region}/{flags['--instance-group']}")
    cloud.need(*key)
    service["uses"][region] = key
    link = f"x/regions/{region}/instanceGroups/{flags['--instance-group']}"
    entry: dict[str, Any] = {"group": link, "balancingMode": flags["--balancing-mode"]}
    if rate := flags.get("--max-rate-per-instance"):
        entry["maxRatePerInstance"] = float(rate)
    if share := flags.get("--max-utilization"):
        entry["maxUtilization"] = float(share)
    others = [one for one in service.get("backends", []) if one["group"] != link]
    service["backends"] = [*others, entry]


def drop_backend(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Take a group away from the load balancer."""
    service, region = (
        cloud.need("compute backend-services", names[0]),
        flags["--instance-group-region"],
    )
    del service["uses"][region]
    kept = [one for one in service["backends"] if f"regions/{region}/" not in one["group"]]
    service["backends"] = kept


def import_map(cloud: FakeGcloud, names: list[str], flags: Flags, text: str) -> None:
    """Make a map of a document."""
    document = json.loads(text)
    described = {"--description": document["description"]}
    cloud.make("compute url-maps", names[0], described).update(document)


def make_record(cloud: FakeGcloud, names: list[str], flags: Flags, _: str) -> None:
    """Make a record of a name."""
    assert "<" not in flags["--rrdatas"], "the address is not known"
    cloud.make("dns record-sets", names[0], flags)["rrdatas"] = [flags["--rrdatas"]]


for _kind, _shown in KINDS.items():
    DONE[f"compute {_kind} create"] = maker(_kind, _shown)
    DONE[f"compute {_kind} update"] = changer(_kind, _shown)
    DONE[f"compute {_kind} delete"] = remover(f"compute {_kind}")
    ASKED[f"compute {_kind} list"] = lister(f"compute {_kind}")
DONE |= {
    f"{MIG} create": make_group,
    f"{MIG} delete": remover(MIG),
    f"{MIG} update": heal_group,
    f"{MIG} set-named-ports": name_ports,
    f"{MIG} set-autoscaling": scale,
    f"{MIG} wait-until": wait_until,
    f"{MIG} rolling-action start-update": start_update,
    "compute backend-services add-backend": put_backend,
    "compute backend-services update-backend": put_backend,
    "compute backend-services remove-backend": drop_backend,
    "compute url-maps import": import_map,
    "dns record-sets create": make_record,
}
ASKED[f"{MIG} list"] = lister(MIG)
ASKED["dns record-sets list"] = lister("dns record-sets")
