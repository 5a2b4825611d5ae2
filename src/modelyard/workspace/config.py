"""modelyard.toml: what may stand in it."""

import re
from typing import Any, Literal

import msgspec

from modelyard.workspace.connections import ConnectionConfig
from modelyard.workspace.deploying import DeployConfig
from modelyard.workspace.place import FILE_NAME
from modelyard.workspace.training import TrainConfig

__all__ = [
    "FILE_NAME",
    "DatasetConfig",
    "FunctionsSection",
    "ModelConfig",
    "ScenarioConfig",
    "ScheduleConfig",
    "WorkspaceConfig",
    "WorkspaceSection",
]

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
Visibility = Literal["private", "shared", "signed-in", "public"]
FormatName = Literal["parquet", "csv", "ndjson", "json", "arrow"]
SEPARATOR = re.compile(r"[\t !#-/:-@\[-`{-~]")


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """Who may see a resource; part of its section."""

    visibility: Visibility | None = None
    """`private` (its owner), `shared` (with `shared_with`), `signed-in` or `public`; None leaves
    it to the workspace's default and to the page where it can be changed."""
    owner: str = ""
    """The e-mail address of the owner."""
    shared_with: tuple[str, ...] = ()
    """The e-mail addresses of those with whom it is shared."""


class DatasetConfig(Sharing, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[datasets.NAME]` section."""

    source: str
    """A path inside the workspace, or an s3://, gs://, hf:// or https:// address."""
    title: str = ""
    description: str = ""
    licence: str = ""
    homepage: str = ""
    format: FormatName | None = None
    """The format of the files, where their ending does not tell."""
    separator: str | None = None
    """The character between the cells of a CSV file; None takes a tab for .tsv, else a comma."""
    encoding: str = "utf-8"
    """The encoding of a CSV file, by its Python name."""
    null_values: tuple[str, ...] | None = None
    """The texts that mean 'no value' in a CSV file; None takes pandas' list."""
    decimal_comma: bool = False
    """Whether the numbers of a CSV file are written like 2,5; a comma is no separator then."""
    storage: dict[str, str] = {}
    """Options for a remote store; never a secret.

    The names are those that Polars and obstore share: `aws_region`, `aws_endpoint_url`,
    `aws_skip_signature` ("true" for a public bucket) for s3://; `google_base_url`,
    `google_skip_signature`, `google_service_account` (the path of a key file) for gs://;
    `timeout`, `connect_timeout` (such as "30s") and `proxy_url` for all.
    """


class ModelConfig(Sharing, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[models.NAME]` section."""

    title: str = ""
    description: str = ""
    file: str = ""
    """The model's file in the workspace; empty where it is `models/NAME...`, or comes by upload."""
    train: TrainConfig | None = None
    """How it is trained again; None where it is not."""


class ScenarioConfig(Sharing, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[scenarios.NAME]` section: a what-if model."""

    retrain: str = ""
    """A function of the workspace that a run of the kind `retrain` calls: `module:function`."""


class WorkspaceSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[workspace]` section."""

    name: str = ""
    description: str = ""
    default_dataset: str = ""
    """The dataset that /stats, /outliers and /benchmark answer for."""
    default_model: str = ""
    """The model that /predict, /invocations and /ping answer for; empty for the only one."""
    outside_folders: tuple[str, ...] = ()
    """Folders outside the workspace that sources may name."""
    visibility: Visibility = "signed-in"
    """Who may see what has no visibility of its own."""


class ScheduleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[schedules.NAME]` section: a run that starts by the clock."""

    cron: str
    """When: minute, hour, day of the month, month, day of the week, as cron writes them."""
    run: str
    """The kind of run, such as `outliers`."""
    timezone: str = "UTC"
    """The zone of those hours, such as `Europe/Berlin`."""
    request: dict[str, Any] = {}
    """What the run is to do, as `POST /api/v1/runs` takes it, such as `dataset = "flights"`."""


class FunctionsSection(Sharing, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[functions]` section: OpenAPI documents and the Python that answers them.

    Its sharing is that of every function.
    """

    documents: tuple[str, ...] = ()
    """The OpenAPI files; where none is named, `openapi.yml` and its like are looked for."""
    controller: str = ""
    """The module of functions whose operationId names none, such as `src.pets`."""
    development: bool | None = None
    """Whether saved files take effect at once, and wrong answers are errors. None: where only this
    machine can reach the service."""
    timeout_s: float = 30.0
    """How long a function may take, in seconds; an operation may say `x-timeout-s`."""
    at_once: int = 32
    """Calls of one function at one time, per process; an operation may say `x-at-once`."""
    memory_mib: int = 1024
    """The memory of a function in a process of its own; an operation may say `x-memory-mib`."""
    allow_remote_refs: tuple[str, ...] = ()
    """How addresses begin that a `$ref` may lead to, such as `https://example.com/specs/`."""


class WorkspaceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All of modelyard.toml."""

    workspace: WorkspaceSection = WorkspaceSection()
    connections: dict[str, ConnectionConfig] = {}
    datasets: dict[str, DatasetConfig] = {}
    schedules: dict[str, ScheduleConfig] = {}
    functions: FunctionsSection = FunctionsSection()
    models: dict[str, ModelConfig] = {}
    scenarios: dict[str, ScenarioConfig] = {}
    deploy: DeployConfig = DeployConfig()
    lines: dict[str, int] = {}
    """The line of each section that says who may see something, by its dotted path."""
