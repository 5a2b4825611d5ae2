"""The load balancer: from the one address to the machines of all regions."""

import json
from collections.abc import Iterator

from modelyard.deploy.google.things import Place, Thing
from modelyard.deploy.steps import Command
from modelyard.deploy.targets.compute_engine.commands import GLOBAL, Site, named, number, options
from modelyard.deploy.targets.compute_engine.groups import PORT_NAME

SCHEME = "EXTERNAL_MANAGED"
DRAIN_S = 60
MOST_BUSY = 0.8
"""From this use of its processors on, a machine is given fewer requests than others."""
SERVICE_PERMISSIONS = ("compute.backendServices.create", "compute.backendServices.update")


def backend(site: Site) -> Thing:
    """Say how machines are asked: by the named port, while their check says that they are ready."""
    name, timeout_s = site.name, site.settings.timeout_s
    why = f"requests go to the named port '{PORT_NAME}' of machines that are ready"
    set_to = options(
        {
            "port-name": PORT_NAME,
            "health-checks": f"{name}-ready",
            "timeout": f"{timeout_s}s",
            "connection-draining-timeout": f"{DRAIN_S}s",
            "description": site.mark,
        }
    )
    scheme = (f"--load-balancing-scheme={SCHEME}", "--protocol=HTTP")
    checked = (*set_to, "--global-health-checks")
    words = ("backend-services", "create", name, *GLOBAL, *scheme, *checked)
    changed = ("backend-services", "update", name, *GLOBAL, *checked)
    return Thing(
        query=site.among("backend-services", *GLOBAL),
        row=named(name),
        what=f"backend service {name}",
        why=why,
        make=(site.have(why, *words, "--enable-logging"),),
        alter=(site.have(why, *changed),),
        remove=(site.do("ask no machine more", "backend-services", "delete", name, *GLOBAL),),
        wanted={
            ("portName",): PORT_NAME,
            ("healthChecks",): (f"{name}-ready",),
            ("timeoutSec",): timeout_s,
            ("connectionDraining", "drainingTimeoutSec"): DRAIN_S,
        },
        permissions=SERVICE_PERMISSIONS,
    )


def backends(site: Site) -> Iterator[Thing]:
    """Put the group of each region behind the load balancer."""
    rate = site.settings.requests_per_instance
    mode = "RATE" if rate else "UTILIZATION"
    most = f"--max-rate-per-instance={number(rate)}" if rate else f"--max-utilization={MOST_BUSY}"
    told = f"up to {number(rate)} requests a second and machine" if rate else "by how busy they are"
    measure = "maxRatePerInstance" if rate else "maxUtilization"
    wanted: dict[Place, object] = {("balancingMode",): mode, (measure,): rate or MOST_BUSY}
    for region in site.settings.regions:
        why = f"the machines of {region} answer, {told}"
        which = (f"--instance-group={site.name}", f"--instance-group-region={region}")
        rest = (site.name, *GLOBAL, *which, f"--balancing-mode={mode}", most)
        yield Thing(
            query=site.among("backend-services", *GLOBAL),
            row=named(site.name),
            what=f"backend {region}",
            why=why,
            make=(site.have(why, "backend-services", "add-backend", *rest),),
            alter=(site.have(why, "backend-services", "update-backend", *rest),),
            part=place_of(site, region),
            wanted=wanted,
            permissions=SERVICE_PERMISSIONS,
        )


def place_of(site: Site, region: str) -> Place:
    """Say where the backend service tells of a region's group."""
    return ("backends", ("group", f"regions/{region}/instanceGroups/{site.name}"))


def remove_backend(site: Site, region: str) -> Command:
    """Ask the machines of a region no more."""
    which = (f"--instance-group={site.name}", f"--instance-group-region={region}")
    words = ("backend-services", "remove-backend", site.name, *GLOBAL, *which)
    return site.do(f"ask the machines of {region} no more", *words)


def url_map(site: Site) -> Thing:
    """Lead every address of the service to it."""
    name, why = site.name, "every path leads to the service"
    to = (f"--default-service={name}", f"--description={site.mark}")
    return Thing(
        query=site.among("url-maps", *GLOBAL),
        row=named(name),
        what=f"URL map {name}",
        why=why,
        make=(site.have(why, "url-maps", "create", name, *GLOBAL, *to),),
        remove=(site.do("nothing leads there", "url-maps", "delete", name, *GLOBAL),),
        permissions=("compute.urlMaps.create",),
    )


def certificate(site: Site) -> Thing:
    """Have Google make the certificate of the domains, and renew it."""
    name, why = site.certificate, "Google makes the certificate for HTTPS, and renews it"
    told = (f"--domains={','.join(site.settings.domains)}", f"--description={site.mark}")
    return Thing(
        query=site.among("ssl-certificates", *GLOBAL),
        row=named(name),
        what=f"certificate {name}",
        why=why,
        make=(site.have(why, "ssl-certificates", "create", name, *GLOBAL, *told),),
        remove=(site.do("no name needs it", "ssl-certificates", "delete", name, *GLOBAL),),
        permissions=("compute.sslCertificates.create",),
    )


def https_proxy(site: Site) -> Thing:
    """End HTTPS with the certificate."""
    name, why = f"{site.name}-https", "HTTPS ends here, with the certificate"
    held = f"--ssl-certificates={site.certificate}"
    led = (f"--url-map={site.name}", f"--description={site.mark}")
    kind = "target-https-proxies"
    return Thing(
        query=site.among(kind, *GLOBAL),
        row=named(name),
        what=f"HTTPS proxy {name}",
        why=why,
        make=(site.have(why, kind, "create", name, *GLOBAL, held, *led),),
        alter=(site.have(why, kind, "update", name, *GLOBAL, held, "--global-ssl-certificates"),),
        remove=(site.do("end HTTPS", kind, "delete", name, *GLOBAL),),
        wanted={("sslCertificates",): (site.certificate,)},
        permissions=("compute.targetHttpsProxies.create",),
    )


def redirect(site: Site) -> Thing:
    """Send who comes by HTTP to HTTPS."""
    name, why = f"{site.name}-redirect", "who comes by HTTP is sent to HTTPS"
    document = {
        "name": name,
        "description": site.mark,
        "defaultUrlRedirect": {
            "httpsRedirect": True,
            "redirectResponseCode": "MOVED_PERMANENTLY_DEFAULT",
            "stripQuery": False,
        },
    }
    step = site.have(why, "url-maps", "import", name, *GLOBAL, stdin=json.dumps(document, indent=2))
    return Thing(
        query=site.among("url-maps", *GLOBAL),
        row=named(name),
        what=f"URL map {name}",
        why=why,
        make=(step,),
        remove=(site.do("send nobody more", "url-maps", "delete", name, *GLOBAL),),
        permissions=("compute.urlMaps.create",),
    )


def http_proxy(site: Site) -> Thing:
    """Take HTTP: to send it to HTTPS, or, without domains, to the service."""
    name = f"{site.name}-http"
    to = site.name if site.settings.plain_http else f"{site.name}-redirect"
    why = (
        "HTTP is taken, in the open"
        if site.settings.plain_http
        else "HTTP is taken, to send it to HTTPS"
    )
    led, kind = (f"--url-map={to}", f"--description={site.mark}"), "target-http-proxies"
    return Thing(
        query=site.among(kind, *GLOBAL),
        row=named(name),
        what=f"HTTP proxy {name}",
        why=why,
        make=(site.have(why, kind, "create", name, *GLOBAL, *led),),
        alter=(site.have(why, kind, "update", name, *GLOBAL, f"--url-map={to}"),),
        remove=(site.do("take no HTTP", kind, "delete", name, *GLOBAL),),
        wanted={("urlMap",): to},
        permissions=("compute.targetHttpProxies.create",),
    )


def rule(site: Site, scheme: str) -> Thing:
    """Open port 443 or 80 of the address."""
    name = f"{site.name}-{scheme}"
    port = {"https": 443, "http": 80}[scheme]
    why = f"port {port} of the address leads to it"
    kind = "forwarding-rules"
    made = options(
        {
            "load-balancing-scheme": SCHEME,
            "address": f"{site.name}-address",
            f"target-{scheme}-proxy": name,
            "ports": port,
            "description": site.mark,
        }
    )
    return Thing(
        query=site.among(kind, *GLOBAL),
        row=named(name),
        what=f"forwarding rule {name}",
        why=why,
        make=(site.have(why, kind, "create", name, *GLOBAL, *made),),
        remove=(site.do(f"close port {port}", kind, "delete", name, *GLOBAL),),
        permissions=("compute.globalForwardingRules.create",),
    )


def front(site: Site) -> tuple[Thing, ...]:
    """Give what is in front of the machines, in the order in which it is made."""
    plain = (http_proxy(site), rule(site, "http"))
    if site.settings.plain_http:
        return (url_map(site), *plain)
    return (url_map(site), certificate(site), *secure(site), redirect(site), *plain)


def secure(site: Site) -> tuple[Thing, ...]:
    """Give what takes HTTPS."""
    return (https_proxy(site), rule(site, "https"))
