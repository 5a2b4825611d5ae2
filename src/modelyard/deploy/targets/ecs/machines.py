"""Machines of ours under the tasks, where `launch = "ec2"`: as many as the tasks need."""

from typing import Any

from modelyard.deploy.targets.ecs.network import task_subnets
from modelyard.deploy.targets.ecs.parts import Resources, Wish, attribute, ref, resource, text
from modelyard.deploy.targets.ecs.roles import MACHINE, managed, role

IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
ARM_IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
START = "#!/bin/bash\necho ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config\n"
FILLED_PERCENT = 100


def machines(wish: Wish) -> Resources:
    """Give the group of machines and how it grows with the tasks; nothing for Fargate."""
    if wish.settings.is_fargate:
        return {}
    return {
        "MachineRole": role("ec2.amazonaws.com", {"ManagedPolicyArns": [managed(MACHINE)]}),
        "MachineProfile": resource("IAM::InstanceProfile", {"Roles": [ref("MachineRole")]}),
        "Machine": _machine(wish),
        "MachineGroup": _group(wish),
        "Machines": _provider(),
        "MachinesOfCluster": _joined(),
    }


def _machine(wish: Wish) -> dict[str, Any]:
    outward = {
        "DeviceIndex": 0,
        "AssociatePublicIpAddress": wish.settings.addresses == "external",
        "Groups": [attribute("GroupId", "TaskGroup")],
    }
    data = {
        "ImageId": f"{{{{resolve:ssm:{IMAGE}}}}}",
        "InstanceType": wish.settings.machine,
        "IamInstanceProfile": {"Arn": attribute("Arn", "MachineProfile")},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "NetworkInterfaces": [outward],
        "UserData": {"Fn::Base64": text(START)},
    }
    return resource("EC2::LaunchTemplate", {"LaunchTemplateData": data})


def _group(wish: Wish) -> dict[str, Any]:
    template = {
        "LaunchTemplateId": ref("Machine"),
        "Version": attribute("LatestVersionNumber", "Machine"),
    }
    return resource(
        "AutoScaling::AutoScalingGroup",
        {
            "MinSize": "1",
            "MaxSize": str(wish.settings.max_machines),
            "LaunchTemplate": template,
            "VPCZoneIdentifier": task_subnets(wish),
            "Tags": [{"Key": "Name", "Value": f"{wish.name} machine", "PropagateAtLaunch": True}],
        },
        **({} if wish.settings.vpc else {"DependsOn": "WayOut"}),
    )


def _provider() -> dict[str, Any]:
    managed_scaling = {"Status": "ENABLED", "TargetCapacity": FILLED_PERCENT}
    return resource(
        "ECS::CapacityProvider",
        {
            "AutoScalingGroupProvider": {
                "AutoScalingGroupArn": ref("MachineGroup"),
                "ManagedScaling": managed_scaling,
                "ManagedTerminationProtection": "DISABLED",
            }
        },
    )


def _joined() -> dict[str, Any]:
    return resource(
        "ECS::ClusterCapacityProviderAssociations",
        {
            "Cluster": ref("Cluster"),
            "CapacityProviders": [ref("Machines")],
            "DefaultCapacityProviderStrategy": [{"CapacityProvider": ref("Machines"), "Weight": 1}],
        },
    )
