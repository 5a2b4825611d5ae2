"""`[deploy.ecs]`: containers at Amazon, as one CloudFormation stack."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from modelyard.workspace.deploying.settings import Contradiction, TargetSettings

Region = Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2}(-[a-z]+){1,2}-[0-9])?$")]
Account = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{12})?$")]
Network = Annotated[str, msgspec.Meta(pattern=r"^(vpc-[0-9a-f]{8,17})?$")]
Subnet = Annotated[str, msgspec.Meta(pattern=r"^subnet-[0-9a-f]{8,17}$")]
Machine = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
Domain = Annotated[str, msgspec.Meta(pattern=r"^(([a-z0-9-]{1,63}\.)+[a-z]{2,63})?$")]
Certificate = Annotated[
    str, msgspec.Meta(pattern=r"^(arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[\w-]+)?$")
]
HostedZone = Annotated[str, msgspec.Meta(pattern=r"^(Z[A-Z0-9]{5,31})?$")]
Instances = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class EcsSettings(TargetSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the section may say."""

    region: Region = ""
    """Such as eu-central-1. Often in .env: ECS_REGION."""
    account: Account = ""
    """The twelve digits of the only account that it may go to; empty for any."""

    launch: Literal["fargate", "ec2"] = "fargate"
    """Whether Amazon has the machines, or the account has its own."""
    machine: Machine = "t3.large"
    """The kind of machine, with `launch = "ec2"`."""
    max_machines: Annotated[int, msgspec.Meta(ge=1, le=100)] = 4
    """The most machines, with `launch = "ec2"`."""
    cpu: Annotated[int, msgspec.Meta(ge=128, le=16_384)] = 1024
    """Of a web task: 1024 is one processor."""
    memory_mib: Annotated[int, msgspec.Meta(ge=512, le=122_880)] = 2048
    processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Web processes of a task."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=250)] = 8
    """Threads of each."""
    min_instances: Instances = 1
    """The fewest web tasks."""
    max_instances: Instances = 4
    """The most web tasks."""
    target_cpu: Annotated[float, msgspec.Meta(ge=0, le=0.95)] = 0.6
    """The share of the processors that the autoscaling aims at; 0: it does not look at them."""
    requests_per_instance: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 0
    """The requests per second that one web task shall answer; 0 where that is not known."""
    run_workers: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1
    """Tasks that do runs; 0: the web tasks do them."""
    run_worker_cpu: Annotated[int, msgspec.Meta(ge=128, le=16_384)] = 1024
    run_worker_memory_mib: Annotated[int, msgspec.Meta(ge=512, le=122_880)] = 4096

    vpc: Network = ""
    """An existing network, such as vpc-0a1b2c3d; empty for one of its own."""
    subnets: tuple[Subnet, ...] = ()
    """Subnets of it, in two zones at least, for the tasks and the database."""
    balancer_subnets: tuple[Subnet, ...] = ()
    """Those for the load balancer; empty for the same."""
    addresses: Literal["external", "none"] = "external"
    """Whether tasks have addresses of their own, by which they fetch the image. With `none` the
    subnets need a NAT or endpoints. Nobody reaches the service by them in either case."""

    public: bool = False
    """Whether everybody on the internet may reach it; as `--public`."""
    allow_from: tuple[str, ...] = ()
    """Networks that may reach it over the internet, such as 203.0.113.0/24."""
    domain: Domain = ""
    """The name that people type, such as yard.example.com."""
    certificate: Certificate = ""
    """The ARN of the domain's certificate in Certificate Manager."""
    hosted_zone: HostedZone = ""
    """The zone of Route 53 that holds the domain: its record is made there, and its certificate
    where none is named."""

    database: Literal["rds", "secret"] = "rds"
    """A Postgres of its own, or one whose URL is the secret MODELYARD_DATABASE_URL."""
    database_class: Annotated[str, msgspec.Meta(pattern=r"^db\.[a-z0-9-]+\.[a-z0-9-]+$")] = (
        "db.t4g.micro"
    )
    database_gib: Annotated[int, msgspec.Meta(ge=20, le=65_536)] = 20
    database_version: Annotated[str, msgspec.Meta(pattern=r"^1[3-9](\.[0-9]{1,2})?$")] = "16"
    database_standby: bool = False
    """Whether a second database in another zone stands ready."""
    backup_days: Annotated[int, msgspec.Meta(ge=0, le=35)] = 7
    """How long daily backups of the database are kept."""
    log_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 180, 365] = 30
    """How long log lines are kept."""

    @property
    def is_fargate(self) -> bool:
        """Whether there are no machines of ours."""
        return self.launch == "fargate"

    @property
    def has_own_database(self) -> bool:
        """Whether the stack holds the database."""
        return self.database == "rds"

    def contradictions(self) -> Iterator[Contradiction]:
        """Give what does not go together."""
        from modelyard.workspace.deploying.ecs_faults import LOOKS

        yield from TargetSettings.contradictions(self)
        for look in LOOKS:
            yield from look(self)
