"""`[deploy.cloud_run]`: the image as a Cloud Run service."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from modelyard.workspace.deploying.settings import Contradiction, TargetSettings

Project = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9-]{4,28}[a-z0-9])?$")]
Region = Annotated[str, msgspec.Meta(pattern=r"^([a-z]+-[a-z]+[0-9]+)?$")]
Instances = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
CONNECTIONS = {
    "db-f1-micro": 25,
    "db-g1-small": 50,
    "db-custom-1-3840": 100,
    "db-custom-2-7680": 400,
}
"""What each size takes by default."""
KEPT_CONNECTIONS = 3
"""Those of them that are for administrators."""
WEB_MORE = 2
"""Connections of a web process besides one for each thread."""
WORKER_CONNECTIONS = 6
MEMORY = re.compile(r"(\d+)(Mi|Gi)")
INVOKER = re.compile(r"(user|group|serviceAccount):[^@\s,]+@[^@\s,]+|domain:[\w.-]+")
LEAST_MIB = {1: 128, 2: 128, 4: 2048, 6: 4096, 8: 4096}
"""The least memory by the number of processors, as Cloud Run has it."""
MOST_MIB = {1: 4096, 2: 8192, 4: 16384, 6: 24576, 8: 32768}


class CloudRunSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    project: Project = ""
    """The Google Cloud project's ID. Often in .env: CLOUD_RUN_PROJECT."""
    region: Region = ""
    """Such as europe-west1."""
    build: Literal["docker", "cloud_build"] = "docker"
    """Where the image is built."""
    cpu: Literal[1, 2, 4, 6, 8] = 1
    memory: str = "1Gi"
    """Of an instance; its file system is in it."""
    processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Web processes of an instance."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=250)] = 8
    """Threads of each. Requests at one time per instance are processes x threads."""
    min_instances: Instances = 0
    max_instances: Instances = 4
    timeout_s: Seconds = 300
    """The most that a request may take, in seconds."""
    ingress: Literal["all", "internal", "load_balancer"] = "all"
    """From where it can be reached: everywhere, this project's networks, or these and a load
    balancer."""
    invokers: tuple[str, ...] = ()
    """Who may ask it: user:ana@example.com, group:..., serviceAccount:..., domain:example.com."""
    public: bool = False
    """Whether everybody may ask it; as `--public`. Modelyard's own accounts decide then."""
    workers: Literal["pool", "inside", "none"] = "pool"
    """Where runs are done: in a worker pool, in the service itself with a processor that is never
    withdrawn, or nowhere."""
    worker_instances: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    worker_memory: str = "2Gi"
    database: Literal["cloud_sql", "secret", "none"] = "cloud_sql"
    """A Postgres of its own, one whose address is a secret (`database_secret`), or none: then
    accounts and runs are lost whenever the instance ends."""
    database_secret: str = ""
    database_tier: Literal["db-f1-micro", "db-g1-small", "db-custom-1-3840", "db-custom-2-7680"] = (
        "db-g1-small"
    )
    database_disk_gib: Annotated[int, msgspec.Meta(ge=10, le=4096)] = 10
    public_url: str = ""
    """The address that people type, where a domain leads to the service."""

    @property
    def concurrency(self) -> int:
        """Requests at one time that an instance takes."""
        return self.processes * self.threads

    @property
    def connections(self) -> int:
        """Connections to the database, at most: what web processes and workers may open."""
        web = self.max_instances * self.processes * (self.threads + WEB_MORE)
        workers = {"pool": self.worker_instances, "inside": self.max_instances, "none": 0}
        return web + WORKER_CONNECTIONS * workers[self.workers]

    def contradictions(self) -> Iterator[Contradiction]:
        """Give what does not go together."""
        yield from TargetSettings.contradictions(self)
        yield from self._sizes()
        yield from self._keeping()
        for one in self.invokers:
            if not INVOKER.fullmatch(one):
                why = f"'{one[:60]}' names nobody."
                yield Contradiction("invokers", why, "Such as user:ana@example.com.")
        if self.public_url and not self.public_url.startswith("https://"):
            yield Contradiction("public_url", "must begin with https://.")

    def _sizes(self) -> Iterator[Contradiction]:
        if self.concurrency > 1000:
            why = f"{self.processes} processes with {self.threads} threads take more than 1000."
            yield Contradiction("threads", why)
        if self.max_instances < max(1, self.min_instances):
            why = f"is less than {max(1, self.min_instances)}, the fewest instances."
            yield Contradiction("max_instances", why)
        for key, cpu in (("memory", self.cpu), ("worker_memory", 1)):
            mib = memory_mib(getattr(self, key))
            if mib is None:
                yield Contradiction(key, "is no size of memory.", "Such as 512Mi or 2Gi.")
            elif not max(512, LEAST_MIB[cpu]) <= mib <= MOST_MIB[cpu]:
                least, most = max(512, LEAST_MIB[cpu]), MOST_MIB[cpu]
                yield Contradiction(key, f"must be {least}Mi to {most}Mi with {cpu} processors.")

    def _keeping(self) -> Iterator[Contradiction]:
        if self.database == "none" and self.max_instances > 1:
            why = "several instances need one database."
            yield Contradiction("database", why, "Take cloud_sql, or set max_instances = 1.")
        if self.database == "none" and self.workers == "pool":
            why = "a worker pool needs a database in common with the service."
            yield Contradiction("workers", why, 'Take cloud_sql, or set workers = "inside".')
        if (self.database == "secret") != bool(self.database_secret):
            why = 'goes with database = "secret", and with that alone.'
            yield Contradiction("database_secret", why)
        if self.workers == "inside" and self.min_instances < 1:
            why = "is 0: without an instance nobody would do runs."
            yield Contradiction("min_instances", why, 'With workers = "inside" it must be 1.')
        most = CONNECTIONS[self.database_tier] - KEPT_CONNECTIONS
        if self.database == "cloud_sql" and self.connections > most:
            why = f"{self.database_tier} takes {most} connections, {self.connections} are needed."
            cure = "Take a larger one, or fewer max_instances, threads or workers."
            yield Contradiction("database_tier", why, cure)


def memory_mib(text: str) -> int | None:
    """Read a size such as 512Mi or 2Gi, in MiB; None for what is none."""
    found = MEMORY.fullmatch(text)
    return int(found[1]) * (1024 if found[2] == "Gi" else 1) if found else None
