"""An account at Amazon in this process: it understands our commands, and can fail at any."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.deploy.runner import filled
from modelyard.deploy.steps import Command, Step, Wait, WriteFile, later
from modelyard.errors import Conflict, Unavailable

ACCOUNT = "123456789012"
SERVICE = {"serviceName": "web", "runningCount": 1, "desiredCount": 1}


@dataclass
class FakeAmazon:
    """Keeps a stack, images, tasks and locks by what the commands mean."""

    stack: dict[str, Any] | None = None
    template: dict[str, Any] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    """Digests by tag, of the one repository."""
    built: set[str] = field(default_factory=set)
    locks: dict[str, str] = field(default_factory=dict)
    bucket_is_full: bool = True
    signed_in: bool = False
    migrations: list[str] = field(default_factory=list)
    """The images that migrated, in order."""
    secrets: tuple[str, ...] = ()
    fails_at: int = -1
    """The number of the step that fails."""
    done: int = 0
    exit_code: int = 0
    """Of the migration."""
    commands: list[tuple[str, ...]] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)

    def ask(self, argv: tuple[str, ...]) -> Any:
        """Answer a question."""
        if argv[0] == "docker":
            return "27.0"
        answers = {
            "get-caller-identity": self._caller,
            "describe-stacks": self._stacks,
            "get-template": lambda _: {"TemplateBody": self.template},
            "describe-stack-resources": lambda _: {"StackResources": self._resources()},
            "describe-repositories": lambda _: (
                {"repositories": [{}]} if self._has("Repository") else None
            ),
            "describe-images": lambda argv: self._image(after(argv, "--image-ids")),
            "describe-services": lambda _: {"services": [SERVICE]},
            "describe-tasks": self._tasks,
            "describe-secret": self._secret,
            "get-parameter": self._parameter,
        }
        return answers[argv[2]](argv)

    def _caller(self, _: tuple[str, ...]) -> Any:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana"}

    def _stacks(self, _: tuple[str, ...]) -> Any:
        return {"Stacks": [self.stack]} if self.stack else None

    def _tasks(self, _: tuple[str, ...]) -> Any:
        codes = [{"exitCode": self.exit_code}]
        return {"tasks": [{"lastStatus": "STOPPED", "containers": codes}]}

    def _secret(self, argv: tuple[str, ...]) -> Any:
        name = after(argv, "--secret-id")
        arn = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:{name}-AbCdEf"
        return {"ARN": arn} if name in self.secrets else None

    def _parameter(self, argv: tuple[str, ...]) -> Any:
        found = self.locks.get(after(argv, "--name"))
        return json.loads(found) if found else None

    def do(self, step: Step, given: dict[str, str]) -> None:
        """Do a step, or fail at it."""
        number, self.done = self.done, self.done + 1
        if number == self.fails_at:
            self._break(step)
            raise Unavailable("fake", f"fails at step {number}.")
        if isinstance(step, Wait):
            argv = tuple(_with(text, given) for text in step.argv)
            assert step.holds(self.ask(argv))
        elif isinstance(step, Command):
            said = self._do(filled(step, given))
            if step.gives:
                given[step.gives] = said
        else:
            assert isinstance(step, WriteFile)
            self.files[step.path] = step.text

    def _do(self, command: Command) -> str:
        argv = command.argv
        self.commands.append(argv)
        assert not any("<" in text for text in argv), argv
        if argv[0] == "docker":
            return self._docker(argv, command.stdin)
        if argv[1:3] == ("cloudformation", "deploy"):
            self._deploy(argv, self.files[command.folder / after(argv, "--template-file")])
            return ""
        found = getattr(self, "_" + "_".join(argv[1:3]).replace("-", "_"))
        return str(found(argv) or "")

    def _docker(self, argv: tuple[str, ...], stdin: str) -> str:
        if argv[1] == "build":
            self.built.add(after(argv, "--tag"))
        elif argv[1] == "login":
            assert stdin == "registry-password"
            self.signed_in = True
        else:
            assert argv[1] == "push"
            assert argv[2] in self.built
            assert self.signed_in
            assert self._has("Repository")
            tag = argv[2].rpartition(":")[2]
            self.images[tag] = "sha256:" + hashlib.sha256(tag.encode()).hexdigest()
        return ""

    def _ecr_get_login_password(self, argv: tuple[str, ...]) -> str:
        return "registry-password"

    def _ecr_describe_images(self, argv: tuple[str, ...]) -> str:
        return str(self._image(after(argv, "--image-ids"))["imageDetails"][0]["imageDigest"])

    def _deploy(self, argv: tuple[str, ...], document: str) -> None:
        template = json.loads(document)
        images = dict(one.split("=", 1) for one in _overrides(argv))
        assert set(images) == set(template.get("Parameters", {}))
        assert all("@sha256:" in image or image == "none" for image in images.values())
        assert self.stack is None or self.stack["StackStatus"].endswith("_COMPLETE")
        assert self.stack is None or self.stack["StackStatus"] != "ROLLBACK_COMPLETE"
        self.template = template
        self.stack = self._stack("UPDATE_COMPLETE" if self.stack else "CREATE_COMPLETE", images)

    def _cloudformation_describe_stack_resources(self, argv: tuple[str, ...]) -> str:
        is_request = after(argv, "--query").startswith("to_string")
        return '{"cluster": "Cluster-1"}' if is_request else "Cluster-1"

    def _cloudformation_delete_stack(self, argv: tuple[str, ...]) -> None:
        kept = [
            name
            for name, one in self.template.get("Resources", {}).items()
            if one.get("DeletionPolicy", "Delete") != "Delete"
        ]
        assert not kept or self.stack["StackStatus"] == "ROLLBACK_COMPLETE", kept
        assert not self.bucket_is_full or not self._has("Blobs")
        self.stack, self.template = None, {}

    def _cloudformation_continue_update_rollback(self, argv: tuple[str, ...]) -> None:
        self.stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"

    def _ecs_run_task(self, argv: tuple[str, ...]) -> str:
        assert json.loads(after(argv, "--cli-input-json"))
        values = {one["ParameterKey"]: one["ParameterValue"] for one in self.stack["Parameters"]}
        self.migrations.append(values["MigrationImage"])
        return "arn:aws:ecs:task/1"

    def _s3_rm(self, argv: tuple[str, ...]) -> None:
        self.bucket_is_full = False

    def _ssm_put_parameter(self, argv: tuple[str, ...]) -> None:
        name = after(argv, "--name")
        if name in self.locks:
            raise Conflict("ssm", "the name is taken.")
        self.locks[name] = after(argv, "--value")

    def _ssm_delete_parameter(self, argv: tuple[str, ...]) -> None:
        del self.locks[after(argv, "--name")]

    def _break(self, step: Step) -> None:
        """Leave what Amazon leaves when it breaks: a first stack that can only be removed."""
        if isinstance(step, Command) and step.argv[1:3] == ("cloudformation", "deploy"):
            if self.stack is None:
                self.stack = self._stack("ROLLBACK_COMPLETE", {})
            else:
                self.stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"

    def _stack(self, status: str, images: dict[str, str]) -> dict[str, Any]:
        return {
            "StackStatus": status,
            "Tags": [{"Key": "modelyard", "Value": "yard"}],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": image} for name, image in images.items()
            ],
        }

    def _has(self, name: str) -> bool:
        return name in self.template.get("Resources", {})

    def _resources(self) -> list[dict[str, str]]:
        return [
            {"LogicalResourceId": name, "PhysicalResourceId": f"{name.lower()}-1"}
            for name in self.template.get("Resources", {})
        ]

    def _image(self, asked: str) -> Any:
        kind, _, value = asked.partition("=")
        digest = self.images.get(value) if kind == "imageTag" else value
        known = digest in self.images.values()
        return {"imageDetails": [{"imageDigest": digest}]} if known else None


def after(argv: tuple[str, ...], option: str) -> str:
    """Give the value of an option."""
    return argv[argv.index(option) + 1]


def _overrides(argv: tuple[str, ...]) -> list[str]:
    if "--parameter-overrides" not in argv:
        return []
    start = argv.index("--parameter-overrides") + 1
    return [text for text in argv[start:] if "=" in text]


def _with(text: str, given: dict[str, str]) -> str:
    for name, value in given.items():
        text = text.replace(later(name), value)
    return text
