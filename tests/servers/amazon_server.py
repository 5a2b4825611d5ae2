"""Amazon on loopback: moto's server, with what its CloudFormation leaves out that we lean on.

`python amazon_server.py PORT` runs it. Added: secrets as things of a stack, parameters that a
new template drops, tables of routes and repositories that go, and tasks that end.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STARTS_WITHIN_S = 60
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_PAGER": "",
}


@contextmanager
def amazon() -> Iterator[dict[str, str]]:
    """Run it on a free port, and give the environment in which aws asks it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, str(Path(__file__).resolve()), str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environ = os.environ | {"MOTO_ECS_SERVICE_RUNNING": "1"}
    with subprocess.Popen(argv, env=environ, **quiet) as process:
        try:
            _wait_for(port)
            address = f"http://127.0.0.1:{port}"
            yield ENVIRON | {"AWS_ENDPOINT_URL": address}
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def serve(port: int) -> None:
    """Serve until killed."""
    from moto.cloudformation import parsing
    from moto.ec2.models.internet_gateways import InternetGateway
    from moto.ec2.models.route_tables import RouteTable
    from moto.ecr.models import Repository
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.server import main

    _drop_parameters(parsing.ResourceMap)
    _add_secrets()
    _keep_unchanged(parsing)
    _remove_networks(RouteTable, InternetGateway)
    _empty_repositories(Repository)
    _end_tasks(EC2ContainerServiceBackend)
    main(["-H", "127.0.0.1", "-p", str(port)])


def _drop_parameters(stacks: Any) -> None:
    """A template that has no parameters any more gets none."""
    update = stacks.update

    def updated(self: Any, template: dict[str, Any], parameters: dict[str, Any] | None) -> None:
        declared = template.get("Parameters", {})
        self.input_parameters = {
            name: value for name, value in (parameters or {}).items() if name in declared
        }
        self.resolved_parameters = {}
        update(self, template, parameters)

    stacks.update = updated


def _keep_unchanged(parsing: Any) -> None:
    """A thing that moto cannot bring to another shape stays as it is, and is not forgotten."""
    update = parsing.parse_and_update_resource

    def updated(logical_id: str, document: Any, things: Any, *place: str, **more: str) -> Any:
        before = things[logical_id]
        return update(logical_id, document, things, *place, **more) or before

    parsing.parse_and_update_resource = updated


def _remove_networks(table: Any, gateway: Any) -> None:
    """Tables of routes and gateways go with their stack."""

    def without_table(self: Any, *_: str) -> None:
        self.ec2_backend.route_tables.pop(self.id, None)

    def without_gateway(self: Any, *_: str) -> None:
        self.ec2_backend.internet_gateways.pop(self.id, None)

    table.delete, gateway.delete = without_table, without_gateway


def _empty_repositories(repository: Any) -> None:
    """A repository goes with its images: our template says EmptyOnDelete."""
    from moto.ecr.models import ecr_backends

    def delete(self: Any, account_id: str, region_name: str) -> None:
        ecr_backends[account_id][region_name].delete_repository(self.name, force=True)

    repository.delete = delete


def _end_tasks(tasks: Any) -> None:
    """A task that is described has ended well."""
    describe = tasks.describe_tasks

    def ended(self: Any, cluster: str, given: Any) -> Any:
        found = describe(self, cluster, given)
        for task in found:
            task.last_status = task.desired_status = "STOPPED"
            for container in task.containers:
                container.last_status, container.exitCode = "STOPPED", 0
        return found

    tasks.describe_tasks = ended


def _add_secrets() -> None:
    """Make secrets with a stack; moto finds the kinds that it knows by this class above them."""
    from moto.core.common_models import CloudFormationModel
    from moto.secretsmanager.models import secretsmanager_backends

    class Secret(CloudFormationModel):
        """A secret that is made with the stack."""

        __module__ = "moto.secretsmanager.models"  # moto takes the service's name of it

        def __init__(self, arn: str) -> None:
            self.physical_resource_id = arn

        @staticmethod
        def cloudformation_type() -> str:
            return "AWS::SecretsManager::Secret"

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, given: Any, account_id: str, region_name: str, **_: Any
        ) -> "Secret":
            made = given["Properties"]["GenerateSecretString"]
            value = json.loads(made["SecretStringTemplate"])
            value[made["GenerateStringKey"]] = secrets.token_hex(16)
            backend = secretsmanager_backends[account_id][region_name]
            told = backend.create_secret(
                name=resource_name, secret_string=json.dumps(value), secret_binary=None,
                description="", tags=[], kms_key_id=None, client_request_token=None,
                replica_regions=[], force_overwrite=False,
            )  # fmt: skip
            return cls(json.loads(told)["ARN"])

        @classmethod
        def update_from_cloudformation_json(cls, original_resource: "Secret", **_: Any) -> Any:
            return original_resource

        def delete(self, account_id: str, region: str) -> None:
            backend = secretsmanager_backends[account_id][region]
            arn = self.physical_resource_id
            backend.delete_secret(arn, None, force_delete_without_recovery=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
