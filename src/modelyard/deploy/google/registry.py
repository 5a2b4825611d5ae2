"""The repository of images, and the image in it by its digest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.deploy.cloud import Query, Seen
from modelyard.deploy.context import IGNORE_FILE
from modelyard.deploy.google import bucket
from modelyard.deploy.google.gcloud import ask, gcloud
from modelyard.deploy.google.things import Thing, mark_of
from modelyard.deploy.plan import Change
from modelyard.deploy.source import DIGEST, ImageSource, push_steps
from modelyard.deploy.steps import Command, Plan, WriteFile, later

KEY = "repository"
IMAGE = "image"
IGNORED = ".gcloudignore"
DOCKER = "gcr.io/cloud-builders/docker"
PUSH = ("artifactregistry.repositories.uploadArtifacts",)


@dataclass(frozen=True)
class Registry:
    """Where the images of a deployment are."""

    project: str
    region: str
    name: str
    """The deployment's."""

    @property
    def host(self) -> str:
        """The host to which images are pushed."""
        return f"{self.region}-docker.pkg.dev"

    @property
    def path(self) -> str:
        """The image's name without tag and digest."""
        return f"{self.host}/{self.project}/{self.name}/{self.name}"

    def thing(self) -> Thing:
        """Give the repository."""
        words, where = ("artifacts", "repositories"), f"--location={self.region}"
        make = gcloud(
            self.project, "make the repository", *words, "create", self.name, where,
            "--repository-format=docker", f"--labels={mark_of(self.name)}",
        )  # fmt: skip
        remove = gcloud(self.project, "remove it", *words, "delete", self.name, where)
        return Thing(
            query=ask(self.project, KEY, *words, "describe", self.name, where),
            what=f"image repository {self.name}",
            why="keeps the images",
            make=(make,),
            remove=(remove,),
            permissions=("artifactregistry.repositories.create",),
        )

    def questions(self, source: ImageSource, seen: Seen) -> Iterator[Query]:
        """Ask for the repository, and where it is there for the image of this content."""
        yield self.thing().query
        if seen.get(KEY) is not None and source.tag:
            words = ("artifacts", "docker", "images", "describe", f"{self.path}:{source.tag}")
            yield ask(self.project, IMAGE, *words)

    def image_of(self, source: ImageSource, seen: Seen) -> str:
        """Give the image by its digest; before it is pushed, with a place for the digest."""
        if source.pushed:
            return source.pushed
        return f"{self.path}@{_digest(seen.get(IMAGE)) or later(DIGEST)}"

    def change(self, source: ImageSource, seen: Seen, in_cloud: bool = False) -> Change:
        """Build and push the image, unless one of the same content is there."""
        if source.pushed:
            return Change(f"image {source.pushed}", "keep", "it was pushed before")
        if digest := _digest(seen.get(IMAGE)):
            what = f"image {self.path}@{digest[:19]}"
            return Change(what, "keep", "the folder has not changed since")
        build = self._in_cloud(source) if in_cloud else self._here(source)
        argv = ("gcloud", "artifacts", "docker", "images", "describe", f"{self.path}:{source.tag}",
                f"--project={self.project}", "--format=value(image_summary.digest)")  # fmt: skip
        read = Command(argv, "learn its digest", gives=DIGEST)
        permissions = (*PUSH, *(("cloudbuild.builds.create",) if in_cloud else ()))
        why = "the folder has changed, or was never deployed"
        return Change(f"image {self.path}:{source.tag}", "create", why, (*build, read), permissions)

    def _here(self, source: ImageSource) -> Plan:
        argv = ("gcloud", "auth", "configure-docker", self.host, "--quiet")
        sign_in = Command(argv, "let docker push there")
        return (sign_in, *source.build_steps(self.path), *push_steps(self.path, source.tag))

    def _in_cloud(self, source: ImageSource) -> Plan:
        """Send the folder to Cloud Build, which builds and pushes it."""
        steps = source.build_steps(self.path)
        docker = [
            {"name": DOCKER, "args": list(step.argv[1:]), "env": ["DOCKER_BUILDKIT=1"]}
            for step in steps
            if isinstance(step, Command) and step.argv[0] == "docker"
        ]
        wheel = tuple(
            step for step in steps if isinstance(step, Command) and step.argv[0] != "docker"
        )
        images = [f"{self.path}:{source.tag}"]
        document = {
            "steps": docker,
            "images": images,
            "timeout": "3600s",
            "options": {"logging": "CLOUD_LOGGING_ONLY"},
        }
        staging = f"--gcs-source-staging-dir={bucket.url(self.project, self.name)}/build"
        ignored = source.folder / IGNORED
        ignore = WriteFile(ignored, ignored_by_cloud_build(source.folder), "send no secrets")
        submit = gcloud(
            self.project, "build the image at Google", "builds", "submit", str(source.folder),
            f"--region={self.region}", "--config=/dev/stdin", f"--ignore-file={IGNORED}",
            staging,
            stdin=json.dumps(document, indent=1),
        )  # fmt: skip
        return (*wheel, ignore, submit)


def ignored_by_cloud_build(folder: Path) -> str:
    """Give the rules of `.dockerignore`, but for the files of which the image is made."""
    path = folder / IGNORE_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    kept = [line for line in lines if line.strip() not in {"Dockerfile", IGNORE_FILE}]
    return "\n".join([*kept, IGNORED]) + "\n"


def _digest(found: Any) -> str:
    summary = (found or {}).get("image_summary") or {}
    return str(summary.get("digest") or "")
