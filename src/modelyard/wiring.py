"""The one place where the parts are chosen and joined."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.datasets.catalogue import Catalogue, open_catalogue
from modelyard.datasets.results import Results
from modelyard.processor import prefer_fast_sort
from modelyard.settings import MEBIBYTE, Settings, from_environment
from modelyard.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from modelyard.accounts.accounts import Accounts
    from modelyard.accounts.resource import Resource, Visibility
    from modelyard.blobs import Blobs
    from modelyard.db import Database
    from modelyard.functions.catalogue import Functions, Tools
    from modelyard.models.registry import Registry
    from modelyard.models.serving import Served
    from modelyard.models.watching import ModelFolder
    from modelyard.planning import Planning
    from modelyard.runs.runs import Runs
    from modelyard.scenarios.catalogue import Scenarios
    from modelyard.scenarios.what_ifs import WhatIfs
    from modelyard.varied.models import VariedModels


@dataclass(frozen=True, repr=False)
class Services:
    """One workspace, opened: what the doors (web, command line, notebook) ask."""

    settings: Settings
    workspace: Workspace
    state: Path
    """The folder for caches, fetched copies and the state of computations."""
    datasets: Catalogue
    live_functions: "Callable[[], Functions] | None" = None
    """Gives the functions as they are now, in a service that runs on while files are saved."""

    @property
    def functions(self) -> "Functions":
        """The operations of the workspace's OpenAPI documents, read at the first use."""
        return self.live_functions() if self.live_functions else self._functions

    @cached_property
    def _functions(self) -> "Functions":
        from modelyard.functions.opening import open_functions

        return open_functions(self.workspace, tools_for(self))

    @cached_property
    def scenarios(self) -> "Scenarios":
        """The what-if models in `scenarios/`, loaded at the first use; their code is run."""
        from modelyard.scenarios.catalogue import open_scenarios

        return open_scenarios(self.workspace.root)

    def own_model(self, name: str, selector: str) -> "Served":
        """Give a model of this workspace to ask; raises NotFound, Conflict and Unavailable."""
        return self.own_models.predictors.get(name, selector)

    @cached_property
    def own_models(self) -> "Registry":
        """The registry of models, with those in the folder taken in, for a notebook or a command.

        Raises Unavailable where the database cannot be reached.
        """
        from modelyard.db.migrate import migrate

        records = open_records(self)
        migrate(records.database)
        open_model_folder(self, records).look()
        return records.models

    @property
    def blobs_address(self) -> str:
        """Where the files of runs and models are kept."""
        kept = self.settings.data_for(self.workspace.root, self.workspace.has_file)
        return self.settings.blobs or str(kept / "blobs")

    def __repr__(self) -> str:
        """Name the folder and its datasets."""
        return f"<Services {self.workspace.root}: {self.datasets!r}>"


def open_folder(folder: Path | str | None = None, settings: Settings | None = None) -> Services:
    """Open a folder (by default the one in the settings).

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    prefer_fast_sort()
    chosen = settings or from_environment()
    workspace = open_workspace(chosen.workspace if folder is None else folder)
    state = chosen.state_for(workspace.root, workspace.has_file)
    results = Results(state / "cache", chosen.cache_bytes)
    catalogue = open_catalogue(workspace, results, state / "fetched")
    return Services(chosen, workspace, state, catalogue)


def tools_for(
    services: Services,
    current: Callable[[], Services] | None = None,
    find_model: "Callable[[str, str], Served] | None" = None,
) -> "Tools":
    """Give what functions work with: what is given to them, threads, and worker processes.

    It outlives a reload of the functions; `current` gives the workspace as it is now, `find_model`
    a model: by default from the workspace's own registry, opened when a function asks for one.
    """
    from modelyard import giving
    from modelyard.functions.catalogue import Tools
    from modelyard.functions.processes import command
    from modelyard.processes.kept import KeptProcesses
    from modelyard.settings import child_environment

    section, settings = services.workspace.config.functions, services.settings
    argv = command(services.workspace.root, section.memory_mib * MEBIBYTE)
    says = section.development
    return Tools(
        is_development=settings.is_loopback if says is None else says,
        has_mocks=settings.mocks,
        givers=giving.givers(current or (lambda: services), find_model or services.own_model),
        workers=KeptProcesses(argv, child_environment(settings)),
    )


@dataclass(frozen=True, repr=False)
class Records:
    """What a service keeps of people, runs and models, in one database."""

    database: "Database"
    accounts: "Accounts"
    runs: "Runs"
    blobs: "Blobs"
    models: "Registry"
    planning: "Planning"

    @property
    def scenarios(self) -> "WhatIfs":
        """The what-if models with their records, joined at the first use."""
        return self.planning.what_ifs()

    @property
    def varied(self) -> "VariedModels":
        """The trained models, to be varied like what-if models."""
        from modelyard.varied.models import VariedModels

        return VariedModels(self.models)


def open_records(
    services: Services,
    current: Callable[[], Services] | None = None,
    connections: int | None = None,
) -> Records:
    """Open the database of a workspace, and what stands on it; nothing is asked of it yet.

    `current` gives the workspace as it is now, where it may change while the records are open.
    There are at most so many `connections` to the database: by default two more than threads.
    Raises Invalid where the settings name no usable database or store.
    """
    from modelyard import kinds
    from modelyard.accounts.accounts import open_accounts
    from modelyard.blobs import open_blobs
    from modelyard.db import open_database
    from modelyard.models.registry import open_registry
    from modelyard.planning import Planning
    from modelyard.runs.runs import open_runs

    settings = services.settings
    kept = settings.data_for(services.workspace.root, services.workspace.has_file)
    database = open_database(
        settings.database_url or f"sqlite:///{kept / 'modelyard.db'}",
        pool=connections or settings.threads + 2,
    )
    blobs = open_blobs(services.blobs_address)
    accounts = open_accounts(database, token_quota=services.settings.token_quota)
    models = open_registry(database, blobs, accounts.audit, settings.model_bytes)

    latest = current or (lambda: services)

    def first_of(run_id: str) -> str:
        return runs.first_of(run_id)

    planning = Planning(
        services,
        accounts,
        lambda resource: visibility_of(latest(), accounts, resource),
        first_of,
    )
    known = kinds.kinds_of(latest, models, planning.tools)
    runs = open_runs(database, known, blobs)
    return Records(database, accounts, runs, blobs, models, planning)


def open_model_folder(
    services: Services, records: Records, current: Callable[[], Services] | None = None
) -> "ModelFolder":
    """Give what takes the models of the workspace's folder into the registry; it waits for `look`.

    `current` gives the workspace as it is now, where it may change while this is in use.
    """
    from modelyard.models.watching import ModelFolder

    latest = current or (lambda: services)
    lock = services.state / "models.lock"
    return ModelFolder(records.models, lambda: latest().workspace, lock)


def take_brought_models(services: Services, records: Records) -> None:
    """Publish the model files that the platform keeps for this service; nothing where it does not.

    Raises Invalid for an address of no known store, and Unavailable.
    """
    from modelyard.blobs import open_blobs
    from modelyard.models.brought import BroughtModels

    address = services.settings.model_storage
    if address:
        storage = open_blobs(address.removeprefix("file://"))
        name = services.workspace.config.workspace.default_model or "model"
        lock = services.state / "brought.lock"
        BroughtModels(records.models, storage, name, lock).take()


def visibility_of(services: Services, accounts: "Accounts", resource: "Resource") -> "Visibility":
    """Say who may see a resource: by modelyard.toml, else by the table, else by the default."""
    from modelyard.accounts.resource import Visibility

    workspace = services.workspace
    found = workspace.find_sharing(resource.kind, resource.name)
    if found is not None:
        sharing, place = found
        return Visibility(
            level=sharing.visibility or "signed-in",
            owner=sharing.owner.lower(),
            people=tuple(person.lower() for person in sharing.shared_with),
            decided_by=place,
            is_fixed=True,
        )
    kept = accounts.sharing.all_of(resource.kind).get(resource.name)
    if kept is None and resource.kind == "saved-scenario":
        return Visibility(level="private")
    return kept or Visibility(level=workspace.config.workspace.visibility)
