"""What the tasks may do in the account: their own secrets, their own logs, their own bucket."""

from typing import Any

from modelyard.deploy.targets.ecs.parts import (
    BLOBS,
    PASSWORD,
    Resources,
    Wish,
    attribute,
    ref,
    resource,
    text,
)

TASKS = "ecs-tasks.amazonaws.com"
STARTING = "service-role/AmazonECSTaskExecutionRolePolicy"
MACHINE = "service-role/AmazonEC2ContainerServiceforEC2Role"


def roles(wish: Wish) -> Resources:
    """Give the role by which ECS starts tasks, and the one that the tasks have themselves."""
    starting: dict[str, Any] = {"ManagedPolicyArns": [managed(STARTING)]}
    if named := secrets_of(wish):
        starting["Policies"] = [policy("secrets", [_reading(named)])]
    files = policy(
        "files",
        [
            _allow(["s3:ListBucket", "s3:ListBucketMultipartUploads"], attribute("Arn", BLOBS)),
            _allow(
                ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                text(f"${{{BLOBS}.Arn}}/*"),
            ),
        ],
    )
    return {
        "StartingRole": role(TASKS, starting),
        "TaskRole": role(TASKS, {"Policies": [files]}),
    }


def role(who: str, rights: dict[str, Any]) -> dict[str, Any]:
    """Give a role that one kind of Amazon's machinery may take."""
    taking = {"Effect": "Allow", "Principal": {"Service": who}, "Action": "sts:AssumeRole"}
    trusted = {"Version": "2012-10-17", "Statement": [taking]}
    return resource("IAM::Role", {"AssumeRolePolicyDocument": trusted, **rights})


def policy(name: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    """Give a policy that stands in a role."""
    document = {"Version": "2012-10-17", "Statement": statements}
    return {"PolicyName": name, "PolicyDocument": document}


def managed(name: str) -> dict[str, str]:
    """Give the ARN of a policy of Amazon's, in whatever part of the world."""
    return text(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}")


def secrets_of(wish: Wish) -> list[Any]:
    """Give the ARNs of the secrets with which tasks are started."""
    own: list[Any] = [ref(PASSWORD)] if wish.settings.has_own_database else []
    return own + sorted(set(wish.secrets.values()))


def _reading(secrets: list[Any]) -> dict[str, Any]:
    return _allow(["secretsmanager:GetSecretValue"], secrets)


def _allow(actions: list[str], what: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": what}
