"""The network: its own or an existing one, and who may speak to whom, group by group."""

from typing import Any

from modelyard.deploy.targets.ecs.parts import (
    PORT,
    Resources,
    Wish,
    attribute,
    named,
    ref,
    resource,
)

EVERYBODY = "0.0.0.0/0"
WITHIN = "10.0.0.0/16"
POSTGRES = 5432
ZONES = ("A", "B")
ANY_HOST_PORT = (32_768, 65_535)
"""Where Docker publishes the ports of tasks on machines of ours."""
Value = str | dict[str, Any]


def vpc(wish: Wish) -> Value:
    """Give the network."""
    return wish.settings.vpc or ref("Network")


def task_subnets(wish: Wish) -> list[Value]:
    """Give the subnets of the tasks."""
    return list(wish.settings.subnets) or [ref(f"TaskSubnet{zone}") for zone in ZONES]


def balancer_subnets(wish: Wish) -> list[Value]:
    """Give the subnets of the load balancer."""
    return list(wish.settings.balancer_subnets) or task_subnets(wish)


def data_subnets(wish: Wish) -> list[Value]:
    """Give the subnets of the database: in a network of its own, without any way out."""
    return list(wish.settings.subnets) or [ref(f"DataSubnet{zone}") for zone in ZONES]


def kept_network(wish: Wish) -> Resources:
    """Give what the database stands in."""
    if wish.settings.vpc:
        return {}
    whole = {"CidrBlock": WITHIN, "EnableDnsHostnames": True, "EnableDnsSupport": True}
    return {
        "Network": resource("EC2::VPC", {**whole, "Tags": named(wish, "network")}),
        **{
            f"DataSubnet{zone}": _subnet(wish, number, f"10.0.{128 + number}.0/24", "data")
            for number, zone in enumerate(ZONES)
        },
    }


def open_network(wish: Wish) -> Resources:
    """Give the part of a network of its own from which the internet can be reached."""
    if wish.settings.vpc:
        return {}
    way = {"RouteTableId": ref("Routes"), "DestinationCidrBlock": EVERYBODY}
    gateway = {"VpcId": ref("Network"), "InternetGatewayId": ref("Gateway")}
    found: Resources = {
        "Gateway": resource("EC2::InternetGateway", {"Tags": named(wish, "gateway")}),
        "GatewayAttachment": resource("EC2::VPCGatewayAttachment", gateway),
        "Routes": resource("EC2::RouteTable", {"VpcId": ref("Network")}),
        "WayOut": resource(
            "EC2::Route", {**way, "GatewayId": ref("Gateway")}, DependsOn="GatewayAttachment"
        ),
    }
    for number, zone in enumerate(ZONES):
        found[f"TaskSubnet{zone}"] = _subnet(wish, number, f"10.0.{number}.0/24", "tasks")
        joined = {"SubnetId": ref(f"TaskSubnet{zone}"), "RouteTableId": ref("Routes")}
        found[f"TaskSubnet{zone}Routes"] = resource("EC2::SubnetRouteTableAssociation", joined)
    return found


def _subnet(wish: Wish, number: int, block: str, what: str) -> dict[str, Any]:
    zone = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
    return resource(
        "EC2::Subnet",
        {
            "VpcId": ref("Network"),
            "CidrBlock": block,
            "AvailabilityZone": zone,
            "Tags": named(wish, what),
        },
    )


def data_group(wish: Wish) -> Resources:
    """Give the group around the database: nobody may speak to it, until `rules` let tasks in."""
    if not wish.settings.has_own_database:
        return {}
    return {"DataGroup": _group(wish, "The database: tasks alone reach it.")}


def groups(wish: Wish) -> Resources:
    """Give the groups around balancer and tasks, and what lets one speak to the next."""
    first, last = (PORT, PORT) if wish.settings.is_fargate else ANY_HOST_PORT
    found = {
        "BalancerGroup": _group(wish, "The load balancer.", _entrances(wish)),
        "TaskGroup": _group(wish, "The tasks: the load balancer alone reaches them."),
        "TasksFromBalancer": _rule("TaskGroup", "BalancerGroup", first, last),
    }
    if wish.settings.has_own_database:
        found["DataFromTasks"] = _rule("DataGroup", "TaskGroup", POSTGRES, POSTGRES)
    return found


def is_on_the_internet(wish: Wish) -> bool:
    """Tell whether the load balancer has an address that the internet can reach."""
    return wish.is_public or bool(wish.settings.allow_from)


def _entrances(wish: Wish) -> list[dict[str, Any]]:
    """Say who may speak to the load balancer, by network: everybody, some, or those within."""
    if wish.is_public:
        networks: list[Value] = [EVERYBODY]
    elif wish.settings.allow_from:
        networks = list(wish.settings.allow_from)
    else:
        networks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    ports = (80, 443) if wish.settings.domain else (80,)
    return [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": network}
        for network in networks
        for port in ports
    ]


def _group(
    wish: Wish, description: str, entrances: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    given: dict[str, Any] = {"GroupDescription": description, "VpcId": vpc(wish)}
    if entrances:
        given["SecurityGroupIngress"] = entrances
    return resource("EC2::SecurityGroup", given)


def _rule(into: str, source: str, first: int, last: int) -> dict[str, Any]:
    """Let members of one group speak to those of another: no address stands in it."""
    return resource(
        "EC2::SecurityGroupIngress",
        {
            "GroupId": attribute("GroupId", into),
            "SourceSecurityGroupId": attribute("GroupId", source),
            "IpProtocol": "tcp",
            "FromPort": first,
            "ToPort": last,
        },
    )
