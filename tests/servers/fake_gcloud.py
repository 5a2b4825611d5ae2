"""A cloud in this process that understands the commands of gcloud by their meaning.

It keeps what they make, refuses what Google would refuse, and can fail at any step: before it, or
after it, when the thing is done and the answer was lost.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from modelyard.deploy.runner import filled
from modelyard.deploy.steps import Command, RemoveFile, Step, Wait, WriteFile
from modelyard.errors import Conflict, NotFound, Unavailable

Argv = tuple[str, ...]
NUMBER = "123456789012"
POLICIES = {"projects", "storage buckets", "secrets", "run services"}


@dataclass
class FakeGcloud:
    """See above."""

    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By kind and name."""
    bindings: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    apis: list[str] = field(default_factory=lambda: ["storage.googleapis.com"])
    images: dict[str, str] = field(default_factory=dict)
    """Digests by name with tag."""
    objects: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    fail_at: int = 0
    fails_after: bool = False
    fault: BaseException = field(
        default_factory=lambda: Unavailable("gcloud", "failed by the test.")
    )
    content: str = "one"
    """What docker would build: another content has another digest."""

    def ask(self, argv: Argv) -> Any:
        """Answer a question."""
        if argv[0] == "docker":
            return "27.0"
        group, verb, names, flags = understood(argv)
        if verb == "get-iam-policy":
            name = names[0] if names else ""
            return {"bindings": self._policy(group, name)}
        if special := ASKED.get(f"{group} {verb}"):
            return special(self, names, flags)
        found = self.things.get((group, names[0])) if names else None
        return json.loads(json.dumps(found)) if found else None

    def do(self, step: Step, given: dict[str, str]) -> None:
        """Do a step, unless it is the one that is to fail."""
        self.fail_at -= 1
        if self.fail_at == 0 and not self.fails_after:
            raise self.fault
        if isinstance(step, Command):
            self._run(filled(step, given), given)
        elif isinstance(step, Wait):
            assert step.holds(self.ask(step.argv)), str(step)
        else:
            assert isinstance(step, WriteFile | RemoveFile)
        self.done.append(str(step))
        if self.fail_at == 0 and self.fails_after:
            raise self.fault

    def _policy(self, group: str, name: str) -> list[dict[str, Any]]:
        found = self.bindings.get((group, name), [])
        return [{"role": role, "members": [who]} for who, role in found]

    def _run(self, command: Command, given: dict[str, str]) -> None:
        argv = command.argv
        if argv[0] == "docker":
            if argv[1] == "push":
                self.images[argv[2]] = digest_of(self.content)
            return
        if argv[0] != "gcloud":
            return
        group, verb, names, flags = understood(argv)
        if verb.endswith("-iam-policy-binding"):
            self._bind(group, verb, names[0], (flags["--member"], flags["--role"]))
        elif done := DONE.get(f"{group} {verb}"):
            done(self, names, flags, command.stdin)
        elif verb == "create":
            self.make(group, names[0], flags)
        elif verb == "delete":
            self.remove(group, names[0])
        elif command.gives:
            found = self.images.get(names[0]) or self.things[group, names[0]]["address"]
            given[command.gives] = found
        else:
            raise AssertionError(f"the fake does not know {argv}")

    def _bind(self, group: str, verb: str, name: str, binding: tuple[str, str]) -> None:
        bound = self.bindings.setdefault((group, name), [])
        if verb.startswith("add") and binding not in bound:
            account = binding[0].partition(":")[2]
            if account.endswith("gserviceaccount.com"):
                self.need("iam service-accounts", account)
            bound.append(binding)
        elif verb.startswith("remove"):
            bound.remove(binding)

    def make(self, group: str, name: str, flags: dict[str, str]) -> dict[str, Any]:
        """Make something that is not there."""
        if (group, name) in self.things:
            raise Conflict(f"{group} {name}", "the name is taken.")
        labels = dict(one.split("=") for one in flags.get("--labels", "").split(",") if one)
        made: dict[str, Any] = {"name": name, "labels": labels}
        made["description"] = flags.get("--description", "")
        self.things[group, name] = made
        return made

    def need(self, group: str, name: str) -> dict[str, Any]:
        """Give something that must be there."""
        if (group, name) not in self.things:
            raise NotFound(f"{group} {name}", "is not there.")
        return self.things[group, name]

    def remove(self, group: str, name: str) -> None:
        """Remove something with its policy."""
        self.need(group, name)
        del self.things[group, name]
        self.bindings.pop((group, name), None)
        if group == "artifacts repositories":
            self.images.clear()


def digest_of(content: str) -> str:
    """Give the digest of an image."""
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()


def understood(argv: Argv) -> tuple[str, str, list[str], dict[str, str]]:
    """Take a command apart: group, verb, names, options."""
    words = [word for word in argv[1:] if not word.startswith("--")]
    flags = dict(
        (word.split("=", 1) if "=" in word else [word, ""])
        for word in argv
        if word.startswith("--")
    )
    plain = [word for word in words if word not in {"beta", "alpha"}]
    length = next(number for number, word in enumerate(plain) if word in VERBS)
    return " ".join(plain[:length]), plain[length], plain[length + 1 :], flags


VERBS = {
    "list", "describe", "create", "delete", "update", "patch", "replace", "enable", "add", "cp",
    "cat", "rm", "get-iam-policy", "add-iam-policy-binding", "remove-iam-policy-binding",
    "set-password", "configure-docker", "submit",
}  # fmt: skip


def _create_account(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    email = f"{names[0]}@{flags['--project']}.iam.gserviceaccount.com"
    cloud.make("iam service-accounts", email, flags)


def _create_bucket(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    made = cloud.make("storage buckets", names[0], flags)
    made["location"] = flags["--location"].upper()


def _label_bucket(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    key, value = flags["--update-labels"].split("=")
    cloud.need("storage buckets", names[0])["labels"][key] = value


def _write_object(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
    cloud.need("storage buckets", names[1].rpartition("/")[0])
    if names[1] in cloud.objects:
        raise Conflict("gcloud storage cp", "somebody else was there first.")
    cloud.objects[names[1]] = text


def _remove_objects(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    if "--recursive" in flags:
        for name in [name for name in cloud.objects if name.startswith(names[0])]:
            del cloud.objects[name]
        cloud.remove("storage buckets", names[0])
    elif cloud.objects.pop(names[0], None) is None:
        raise NotFound(names[0], "is not there.")


def _make_sql(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    made = cloud.make("sql instances", names[0], flags)
    made |= {"state": "RUNNABLE"}
    made["settings"] = {"tier": flags["--tier"], "userLabels": made["labels"], "protected": True}


def _patch_sql(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    settings = cloud.need("sql instances", names[0])["settings"]
    settings["tier"] = flags.get("--tier", settings["tier"])
    settings["protected"] = settings["protected"] and "--no-deletion-protection" not in flags


def _delete_sql(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    if cloud.need("sql instances", names[0])["settings"]["protected"]:
        raise Unavailable(names[0], "is protected.")
    cloud.remove("sql instances", names[0])
    for kind in ("sql databases", "sql users"):
        cloud.things.pop((kind, "modelyard"), None)


def _set_password(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
    cloud.need("sql users", names[0])["password"] = text.partition('"')[2].rstrip('"\n')


def _make_user(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
    cloud.need("sql instances", flags["--instance"])
    cloud.make("sql users", names[0], flags)
    _set_password(cloud, names, flags, text)


def _add_version(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
    cloud.need("secrets", names[0]).setdefault("versions", []).append(text)


def _replace(kind: str) -> Callable[..., None]:
    def replace(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
        document = json.loads(text)
        spec = document["spec"]["template"]["spec"]
        cloud.need("iam service-accounts", spec["serviceAccountName"])
        container = spec["containers"][0]
        assert "@sha256:" in container["image"], container["image"]
        for entry in container["env"]:
            if "valueFrom" in entry:
                name = entry["valueFrom"]["secretKeyRef"]["name"]
                assert cloud.need("secrets", name).get("versions"), f"{name} has no value"
        name = document["metadata"]["name"]
        ready = [{"type": "Ready", "status": "True"}]
        document["status"] = {"conditions": ready, "url": f"https://{name}.run.app"}
        cloud.things[kind, name] = document

    return replace


def _enable(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    cloud.apis.extend(names)


def _nothing(cloud: FakeGcloud, names: list[str], flags: dict[str, str], _: str) -> None:
    """Signing in to the registry leaves nothing."""


def _submit(cloud: FakeGcloud, names: list[str], flags: dict[str, str], text: str) -> None:
    for image in json.loads(text)["images"]:
        cloud.images[image] = digest_of(cloud.content)


DONE: dict[str, Callable[..., None]] = {
    "iam service-accounts create": _create_account,
    "storage buckets create": _create_bucket,
    "storage buckets update": _label_bucket,
    "storage cp": _write_object,
    "storage rm": _remove_objects,
    "sql instances create": _make_sql,
    "sql instances patch": _patch_sql,
    "sql instances delete": _delete_sql,
    "sql users create": _make_user,
    "sql users set-password": _set_password,
    "secrets versions add": _add_version,
    "run services replace": _replace("run services"),
    "run worker-pools replace": _replace("run worker-pools"),
    "services enable": _enable,
    "auth configure-docker": _nothing,
    "builds submit": _submit,
}
ASKED: dict[str, Callable[..., Any]] = {
    "services list": lambda cloud, names, flags: [
        {"name": f"projects/{NUMBER}/services/{api}", "config": {"name": api}} for api in cloud.apis
    ],
    "storage objects list": lambda cloud, names, flags: [
        {"name": name.rpartition("/")[2]} for name in cloud.objects
    ],
    "storage cat": lambda cloud, names, flags: (
        json.loads(cloud.objects[names[0]]) if names[0] in cloud.objects else None
    ),
    "artifacts docker images describe": lambda cloud, names, flags: (
        {"image_summary": {"digest": cloud.images[names[0]]}} if names[0] in cloud.images else None
    ),
    "sql databases list": lambda cloud, names, flags: [
        thing for (kind, _), thing in cloud.things.items() if kind == "sql databases"
    ],
    "sql users list": lambda cloud, names, flags: [
        thing for (kind, _), thing in cloud.things.items() if kind == "sql users"
    ],
    "secrets versions list": lambda cloud, names, flags: cloud.need("secrets", names[0]).get(
        "versions", []
    ),
}
