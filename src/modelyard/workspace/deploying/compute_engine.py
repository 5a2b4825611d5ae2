"""`[deploy.compute_engine]`: an autoscaled group of machines behind one address."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from modelyard.workspace.deploying.cloud_run import WEB_MORE, WORKER_CONNECTIONS, Project
from modelyard.workspace.deploying.settings import Contradiction, TargetSettings

Instances = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
ZONES_OF_A_REGION = 3
"""Over how many zones Compute Engine spreads a group of a region where none are named."""
LOAD_BY_DEFAULT = 0.8


class ComputeEngineSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    project: Project = ""
    """The Google Cloud project's ID. Often in .env: COMPUTE_ENGINE_PROJECT."""
    regions: tuple[str, ...] = ()
    """A group of machines in each, such as europe-west4; all of them answer at one address. The
    image is kept in the first."""
    zones: tuple[str, ...] = ()
    """The zones to use, such as europe-west4-a; Compute Engine chooses where none are named."""
    build: Literal["docker", "cloud_build"] = "docker"
    """Where the image is built."""
    domains: tuple[str, ...] = ()
    """The names that people type; links are made of the first. Without any there is no
    certificate, and so no HTTPS: `plain_http` must say then that this is meant."""
    plain_http: bool = False
    """HTTP at the bare address, for a trial: passwords can be read on the way."""
    public: bool = False
    """Whether everybody is let in as long as there are no users; as `--public`."""
    dns_zone: str = ""
    """The zone of Cloud DNS that holds the domains; empty where their records are made elsewhere:
    then they are printed."""
    port: Annotated[int, msgspec.Meta(ge=1024, le=65_535)] = 8080
    """Of the container, the machines, the named port, the health checks and the firewall."""
    machine: str = "e2-standard-2"
    disk_gib: Annotated[int, msgspec.Meta(ge=10, le=2000)] = 20
    network: str = "default"
    subnet: str = ""
    """The subnet, where the network does not have one in every region by itself."""
    addresses: Literal["external", "none"] = "external"
    """Whether machines have addresses of their own, by which they fetch the image. With `none` the
    subnet needs Private Google Access. Nobody reaches the service by them in either case."""
    processes: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    """Web processes of a machine."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=250)] = 8
    """Threads of each."""
    run_workers: Annotated[int, msgspec.Meta(ge=0, le=64)] = 1
    """Worker processes for runs, on each machine."""
    min_instances: Instances = 2
    """The fewest machines of a region."""
    max_instances: Instances = 4
    """The most machines of a region."""
    target_cpu: Share = 0.6
    """The share of the processors that the autoscaler aims at; 0: it does not look at them."""
    predictive: bool = False
    """Whether machines start ahead of a daily or weekly rise that was seen before."""
    requests_per_instance: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0
    """How many requests per second one machine shall answer; 0 where that is not known."""
    target_load: Share = 0
    """The share of what a machine can take that the autoscaler aims at, as the load balancer sees
    it: 0.8 by itself where `requests_per_instance` is set; else 0: it does not look there."""
    target_latency_ms: Annotated[float, msgspec.Meta(ge=0, le=600_000)] = 0
    """The latency that 95 of 100 requests should not exceed: machines report theirs, and more are
    started above it. 0: none of this."""
    cool_down_s: Annotated[int, msgspec.Meta(ge=15, le=3600)] = 90
    """How long a new machine takes until its figures count."""
    scale_in_most: Instances = 1
    """So many machines of a region are taken away within `scale_in_window_s`, at most."""
    scale_in_window_s: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 600
    timeout_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    """When the load balancer gives a request up, in seconds."""
    start_s: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300
    """How long a machine may take to start and to fetch the image, before it is judged."""
    database: Literal["cloud_sql", "secret", "none"] = "cloud_sql"
    """A Postgres of its own, one whose address is a secret (`database_secret`), or none: then all
    is kept on one machine, and lost with it."""
    database_secret: str = ""
    database_tier: Literal["db-f1-micro", "db-g1-small", "db-custom-1-3840", "db-custom-2-7680"] = (
        "db-custom-2-7680"
    )
    database_disk_gib: Annotated[int, msgspec.Meta(ge=10, le=4096)] = 10
    releases_kept: Annotated[int, msgspec.Meta(ge=2, le=50)] = 5
    """To so many releases one can go back; the templates of older ones are removed."""

    @property
    def load_share(self) -> float:
        """The share of a machine's capacity to aim at; 0 for no such signal."""
        return self.target_load or (LOAD_BY_DEFAULT if self.requests_per_instance else 0)

    @property
    def is_many(self) -> bool:
        """Whether there may be more machines than one."""
        return self.max_instances > 1 or len(self.regions) > 1

    @property
    def connections(self) -> int:
        """Connections to the database, at most: also while an update adds machines."""
        machines = sum(self.max_instances + self.surge(region) for region in self.regions)
        web = self.processes * (self.threads + WEB_MORE)
        return machines * (web + WORKER_CONNECTIONS * self.run_workers)

    def zones_of(self, region: str) -> tuple[str, ...]:
        """Give the zones that are named for a region."""
        return tuple(zone for zone in self.zones if zone[:-2] == region)

    def surge(self, region: str) -> int:
        """Give how many machines an update adds at a time: one per zone, as Google demands."""
        return len(self.zones_of(region)) or ZONES_OF_A_REGION

    def contradictions(self) -> Iterator[Contradiction]:
        """Give what does not go together."""
        from modelyard.workspace.deploying import compute_engine_faults as faults

        yield from TargetSettings.contradictions(self)
        yield from faults.of_places(self)
        yield from faults.of_names(self)
        yield from faults.of_signals(self)
        yield from faults.of_what_is_kept(self)
