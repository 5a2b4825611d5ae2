"""The load balancer: the one address, and how it finds out which tasks are well."""

from typing import Any

from modelyard.deploy.targets.ecs.network import balancer_subnets, is_on_the_internet, vpc
from modelyard.deploy.targets.ecs.parts import PORT, Resources, Wish, attribute, ref, resource, text

HEALTH = "/health/ready"
CHECK_EVERY_S = 10
DRAIN_S = 30
"""How long a task that goes may still answer what it was asked."""
IDLE_S = 75
TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
PLAIN, SECURE = "Listener", "SecureListener"
MOVED = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}


def balancer(wish: Wish) -> Resources:
    """Give the load balancer with what listens on it; with a domain, by HTTPS alone."""
    found = {"Balancer": _balancer(wish), targets_name(wish): _targets(wish)}
    if not wish.settings.domain:
        return found | {PLAIN: _listener(80, "HTTP", _to_tasks(wish))}
    turned = {"Type": "redirect", "RedirectConfig": MOVED}
    secured = {"Certificates": [{"CertificateArn": _certificate(wish)}], "SslPolicy": TLS}
    found[SECURE] = _listener(443, "HTTPS", _to_tasks(wish), **secured)
    found[PLAIN] = {**_listener(80, "HTTP", turned), "DependsOn": SECURE}
    return found | _names(wish)


def listener_name(wish: Wish) -> str:
    """Give the name in the stack of what leads requests to the web tasks."""
    return SECURE if wish.settings.domain else PLAIN


def targets_name(wish: Wish) -> str:
    """Give the name in the stack of the group of web tasks.

    It belongs to one load balancer alone, so that another one, on the internet, needs its own.
    """
    return "OpenWeb" if is_on_the_internet(wish) else "Web"


def public_url(wish: Wish) -> str | dict[str, str]:
    """Give the address that people type."""
    if wish.settings.domain:
        return f"https://{wish.settings.domain}"
    return text("http://${Balancer.DNSName}")


def _balancer(wish: Wish) -> dict[str, Any]:
    scheme = "internet-facing" if is_on_the_internet(wish) else "internal"
    attributes = {
        "idle_timeout.timeout_seconds": str(IDLE_S),
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    properties = {
        "Type": "application",
        "Scheme": scheme,
        "Subnets": balancer_subnets(wish),
        "SecurityGroups": [attribute("GroupId", "BalancerGroup")],
        "LoadBalancerAttributes": _pairs(attributes),
    }
    needs = {} if wish.settings.vpc else {"DependsOn": "GatewayAttachment"}
    return resource("ElasticLoadBalancingV2::LoadBalancer", properties, **needs)


def _targets(wish: Wish) -> dict[str, Any]:
    return resource(
        "ElasticLoadBalancingV2::TargetGroup",
        {
            "VpcId": vpc(wish),
            "Protocol": "HTTP",
            "Port": PORT,
            "TargetType": "ip" if wish.settings.is_fargate else "instance",
            "HealthCheckPath": HEALTH,
            "HealthCheckPort": "traffic-port",
            "HealthCheckIntervalSeconds": CHECK_EVERY_S,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 3,
            "Matcher": {"HttpCode": "200"},
            "TargetGroupAttributes": _pairs(
                {
                    "deregistration_delay.timeout_seconds": str(DRAIN_S),
                    "load_balancing.algorithm.type": "least_outstanding_requests",
                }
            ),
        },
    )


def _to_tasks(wish: Wish) -> dict[str, Any]:
    return {"Type": "forward", "TargetGroupArn": ref(targets_name(wish))}


def _listener(port: int, protocol: str, action: dict[str, Any], **secured: Any) -> dict[str, Any]:
    return resource(
        "ElasticLoadBalancingV2::Listener",
        {
            "LoadBalancerArn": ref("Balancer"),
            "Port": port,
            "Protocol": protocol,
            "DefaultActions": [action],
            **secured,
        },
    )


def _certificate(wish: Wish) -> str | dict[str, str]:
    return wish.settings.certificate or ref("Certificate")


def _names(wish: Wish) -> Resources:
    """Give the record of the name, and its certificate where none was given."""
    settings = wish.settings
    found: Resources = {}
    if not settings.hosted_zone:
        return found
    place = {
        "DNSName": attribute("DNSName", "Balancer"),
        "HostedZoneId": attribute("CanonicalHostedZoneID", "Balancer"),
    }
    record = {"HostedZoneId": settings.hosted_zone, "Name": settings.domain, "Type": "A"}
    found["Address"] = resource("Route53::RecordSet", {**record, "AliasTarget": place})
    if not settings.certificate:
        proof = {"DomainName": settings.domain, "HostedZoneId": settings.hosted_zone}
        asked = {"DomainName": settings.domain, "ValidationMethod": "DNS"}
        found["Certificate"] = resource(
            "CertificateManager::Certificate", {**asked, "DomainValidationOptions": [proof]}
        )
    return found


def _pairs(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in attributes.items()]
