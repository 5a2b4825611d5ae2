"""The way in: firewall, health checks, the address."""

from modelyard.deploy.google.things import Thing
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site, named, options

BALANCER = ("130.211.0.0/22", "35.191.0.0/16")
"""From where Google's load balancers and health checks ask."""
READY = "/health/ready"
ALIVE = "/health/live"


def firewall(site: Site) -> Thing:
    """Let the load balancer and the health checks reach the port, and nobody else."""
    rule, port = f"{site.name}-balancer", site.settings.port
    set_to = options(
        {
            "source-ranges": ",".join(BALANCER),
            "target-tags": site.name,
            "description": site.mark,
        }
    )
    why = f"the load balancer and the health checks reach port {port}, and nobody else"
    made = ("--direction=INGRESS", f"--network={site.settings.network}", f"--allow=tcp:{port}")
    return Thing(
        query=site.among("firewall-rules"),
        row=named(rule),
        what=f"firewall rule {rule}",
        why=why,
        make=(site.have(why, "firewall-rules", "create", rule, *made, *set_to),),
        alter=(site.have(why, "firewall-rules", "update", rule, f"--allow=tcp:{port}", *set_to),),
        remove=(site.do("close the port", "firewall-rules", "delete", rule),),
        wanted={
            ("sourceRanges",): BALANCER,
            ("targetTags",): (site.name,),
            ("allowed", 0, "ports"): (str(port),),
        },
        permissions=("compute.firewalls.create", "compute.networks.updatePolicy"),
    )


def ready_check(site: Site) -> Thing:
    """Whether a machine is given requests: soon noticed either way."""
    why = "the load balancer asks only machines that are ready"
    return _check(site, "ready", READY, (5, 5, 2, 2), why)


def alive_check(site: Site) -> Thing:
    """Whether a machine is made anew: slowly, as a busy one is not a dead one."""
    why = "a machine whose process is dead for 2 minutes is made anew; a busy one is not"
    return _check(site, "alive", ALIVE, (20, 10, 1, 6), why)


def _check(site: Site, role: str, path: str, pace: tuple[int, int, int, int], why: str) -> Thing:
    name, port = f"{site.name}-{role}", site.settings.port
    every_s, patience_s, well, ill = pace
    set_to = options(
        {
            "port": port,
            "request-path": path,
            "check-interval": f"{every_s}s",
            "timeout": f"{patience_s}s",
            "healthy-threshold": well,
            "unhealthy-threshold": ill,
            "description": site.mark,
        }
    )
    return Thing(
        query=site.among("health-checks", *GLOBAL),
        row=named(name),
        what=f"health check {name}",
        why=why,
        make=(site.have(why, "health-checks", "create", "http", name, *GLOBAL, *set_to),),
        alter=(site.have(why, "health-checks", "update", "http", name, *GLOBAL, *set_to),),
        remove=(site.do("nobody asks by it any more", "health-checks", "delete", name, *GLOBAL),),
        wanted={
            ("httpHealthCheck", "port"): port,
            ("httpHealthCheck", "requestPath"): path,
            ("checkIntervalSec",): every_s,
            ("timeoutSec",): patience_s,
            ("healthyThreshold",): well,
            ("unhealthyThreshold",): ill,
        },
        permissions=("compute.healthChecks.create", "compute.healthChecks.update"),
    )


def address(site: Site) -> Thing:
    """Give the one address, which stays while everything behind it changes."""
    name = f"{site.name}-address"
    why = "one address stays, for all regions"
    described = f"--description={site.mark}"
    return Thing(
        query=site.among("addresses", *GLOBAL),
        row=named(name),
        what=f"address {name}",
        why=why,
        make=(
            site.have(why, "addresses", "create", name, *GLOBAL, "--ip-version=IPV4", described),
        ),
        remove=(site.do("give the address back", "addresses", "delete", name, *GLOBAL),),
        permissions=("compute.globalAddresses.create",),
    )
