"""A group of machines in one region: its release, its healing, its size."""

from modelyard.deploy.cloud import Query
from modelyard.deploy.google.things import Place, Thing
from modelyard.deploy.steps import Plan
from modelyard.deploy.targets.compute_engine.commands import METRIC, Site, number, options

PORT_NAME = "http"
START_GAP_S = 60
"""How much longer than its start a machine may take until it is judged."""
PERMISSIONS = (
    "compute.instanceGroupManagers.create",
    "compute.instanceGroupManagers.update",
    "compute.instances.create",
    "iam.serviceAccounts.actAs",
)


def groups_query(site: Site) -> Query:
    """List the groups of all regions, each with its autoscaler."""
    rule = f"--filter=name={site.name}"
    return site.show("instance-groups", "managed", "list", rule)


def in_region(region: str) -> Place:
    """Say which group is meant."""
    return (("region", region),)


def group(site: Site, region: str, template: str) -> Thing:
    """Give the group; which release it runs is changed by `release`."""
    settings = site.settings
    why = f"{settings.min_instances} to {settings.max_instances} machines run in {region}"
    zones = ",".join(settings.zones_of(region))
    set_to = options(
        {
            "region": region,
            "zones": zones,
            "size": settings.min_instances,
            "template": template,
            "base-instance-name": site.name,
            "health-check": f"{site.name}-alive",
            "initial-delay": f"{settings.start_s + START_GAP_S}s",
            "update-policy-type": "opportunistic",
            "update-policy-max-unavailable": 0,
            "update-policy-max-surge": settings.surge(region),
            "description": site.mark,
        }
    )
    end = f"--region={region}"
    return Thing(
        query=groups_query(site),
        row=in_region(region),
        what=f"group {site.name} in {region}",
        why=why,
        make=(site.have(why, "instance-groups", "managed", "create", site.name, *set_to),),
        remove=(
            site.do("end the machines", "instance-groups", "managed", "delete", site.name, end),
        ),
        permissions=PERMISSIONS,
    )


def named_port(site: Site, region: str) -> Thing:
    """Say which port the load balancer asks: the one on which the service listens."""
    port = site.settings.port
    why = f"the load balancer asks port {port} of the machines"
    words = ("instance-groups", "managed", "set-named-ports", site.name, f"--region={region}")
    step = site.have(why, *words, f"--named-ports={PORT_NAME}:{port}")
    return Thing(
        query=groups_query(site),
        row=in_region(region),
        what=f"named port of {region}",
        why=why,
        make=(step,),
        alter=(step,),
        wanted={(("name", PORT_NAME), "port"): port},
        part=("namedPorts",),
        permissions=PERMISSIONS,
    )


def autohealing(site: Site, region: str) -> Thing:
    """Say when a machine is made anew: by a health check of its own, slower than the other."""
    why = "machines that are dead are made anew"
    delay_s = site.settings.start_s + START_GAP_S
    check = (f"--health-check={site.name}-alive", f"--initial-delay={delay_s}s")
    words = ("instance-groups", "managed", "update", site.name, f"--region={region}")
    step = site.have(why, *words, *check)
    return Thing(
        query=groups_query(site),
        row=in_region(region),
        what=f"autohealing of {region}",
        why=why,
        make=(step,),
        alter=(step,),
        wanted={("healthCheck",): f"{site.name}-alive", ("initialDelaySec",): delay_s},
        part=("autoHealingPolicies", 0),
        permissions=PERMISSIONS,
    )


def autoscaler(site: Site, region: str) -> Thing:
    """Say by which signals machines come and go; the one that asks for the most decides."""
    settings = site.settings
    why = f"there are as many machines as {' and '.join(_signals(site))} ask for"
    size = {
        "region": region,
        "min-num-replicas": settings.min_instances,
        "max-num-replicas": settings.max_instances,
        "cool-down-period": f"{settings.cool_down_s}s",
        "scale-in-control": f"max-scaled-in-replicas={settings.scale_in_most},"
        f"time-window={settings.scale_in_window_s}",
        "mode": "on",
        "description": site.mark,
    }
    targets = _targets(site)
    words = ("instance-groups", "managed", "set-autoscaling", site.name)
    step = site.have(why, *words, *options(size), *targets)
    return Thing(
        query=groups_query(site),
        row=in_region(region),
        what=f"autoscaler of {region}",
        why=why,
        make=(step,),
        alter=(step,),
        wanted=_policy(site),
        part=("autoscaler",),
        permissions=PERMISSIONS,
    )


def release(site: Site, region: str, template: str) -> Thing:
    """Bring a release to all machines of a region, without one fewer that answers."""
    why = f"machines of {region} are replaced by new ones, added before old ones go"
    words = ("instance-groups", "managed", "rolling-action", "start-update", site.name)
    how = options(
        {
            "region": region,
            "version": f"template={template}",
            "type": "proactive",
            "max-unavailable": 0,
            "max-surge": site.settings.surge(region),
        }
    )
    step = site.have(why, *words, *how)
    return Thing(
        query=groups_query(site),
        row=in_region(region),
        what=f"release {template} in {region}",
        why=why,
        make=(step,),
        alter=(step,),
        wanted={("versions", 0, "instanceTemplate"): template},
        permissions=PERMISSIONS,
    )


def settled(site: Site, region: str) -> Plan:
    """Wait until all machines of a region run the release, and are well."""
    limit = f"--timeout={(site.settings.start_s + START_GAP_S) * site.settings.max_instances}"
    words = ("instance-groups", "managed", "wait-until", site.name, f"--region={region}")
    return (
        site.do("wait until all machines run it", *words, "--version-target-reached", limit),
        site.do("wait until all machines are well", *words, "--stable", limit),
    )


def _signals(site: Site) -> list[str]:
    settings = site.settings
    found = []
    if settings.target_cpu:
        found.append(f"processors {settings.target_cpu:.0%} busy")
    if settings.requests_per_instance:
        rate = settings.requests_per_instance * settings.load_share
        found.append(f"{number(rate)} requests a second and machine")
    elif settings.load_share:
        found.append(f"load-balancer use of {settings.load_share:.0%}")
    if settings.target_latency_ms:
        found.append(f"a latency of {number(settings.target_latency_ms)} ms")
    return found or ["you"]


def _targets(site: Site) -> tuple[str, ...]:
    settings = site.settings
    found: list[str] = []
    if settings.target_cpu:
        method = "optimize-availability" if settings.predictive else "none"
        found += ["--scale-based-on-cpu", f"--target-cpu-utilization={number(settings.target_cpu)}"]
        found += [f"--cpu-utilization-predictive-method={method}"]
    if settings.load_share:
        found += ["--scale-based-on-load-balancing"]
        found += [f"--target-load-balancing-utilization={number(settings.load_share)}"]
    if settings.target_latency_ms:
        found += [f"--update-stackdriver-metric={METRIC}"]
        found += [f"--stackdriver-metric-utilization-target={number(settings.target_latency_ms)}"]
        found += ["--stackdriver-metric-utilization-target-type=gauge"]
    elif found:
        found += [f"--remove-stackdriver-metric={METRIC}"]
    return tuple(found)


def _policy(site: Site) -> dict[Place, object]:
    settings = site.settings
    at = "autoscalingPolicy"
    return {
        (at, "minNumReplicas"): settings.min_instances,
        (at, "maxNumReplicas"): settings.max_instances,
        (at, "coolDownPeriodSec"): settings.cool_down_s,
        (at, "mode"): "ON",
        (at, "scaleInControl", "maxScaledInReplicas", "fixed"): settings.scale_in_most,
        (at, "scaleInControl", "timeWindowSec"): settings.scale_in_window_s,
        (at, "cpuUtilization", "utilizationTarget"): settings.target_cpu or None,
        (at, "loadBalancingUtilization", "utilizationTarget"): settings.load_share or None,
        (at, "customMetricUtilizations", ("metric", METRIC), "utilizationTarget"): (
            settings.target_latency_ms or None
        ),
    }
