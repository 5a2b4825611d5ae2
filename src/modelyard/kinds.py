"""All the kinds of runs that this version knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.datasets.work import dataset_kinds
from modelyard.errors import Unavailable
from modelyard.functions.work import FunctionKind
from modelyard.models.training import TrainKind
from modelyard.models.work import ScoreKind
from modelyard.pinned_models import Pin, PinnedModels, pins_of
from modelyard.runs.echo import Echo
from modelyard.runs.kinds import Kind

if TYPE_CHECKING:
    from types import ModuleType

    from modelyard.datasets.dataset import Dataset
    from modelyard.datasets.parts import Part
    from modelyard.functions.catalogue import Functions
    from modelyard.functions.operation import Operation
    from modelyard.models.kept_files import KeptFiles
    from modelyard.models.registry import Registry
    from modelyard.scenarios.warehouse.tables import Warehouse
    from modelyard.scenarios.work import Tools
    from modelyard.wiring import Services


def kinds_of(
    current: "Callable[[], Services]",
    registry: "Registry | None" = None,
    scenarios: "Callable[[], Tools] | None" = None,
    models: "PinnedModels | None" = None,
) -> Callable[[], Mapping[str, Kind]]:
    """Give the kinds by name; `current` gives the workspace as it is when a request is checked.

    Without a `registry` of models, as in the child of a run, models come from the blob store.
    Without the `scenarios` that a database keeps, their runs are not done here. `models` gives
    those that functions ask for in the child of a run.
    """

    def find(name: str) -> "Dataset":
        return current().datasets.get_dataset(name)

    @cache
    def kinds() -> Mapping[str, Kind]:
        score = ScoreKind(
            _Tables(find),
            lambda: registry.files if registry else kept_files(current()),
            registry.get_version if registry else None,
        )
        train = TrainKind(
            score.tables, score.files, lambda: current().workspace, _loader(current), registry
        )
        functions = _of_functions(current, registry, models)
        known = (*dataset_kinds(find), functions, score, train, *_of_what_ifs(current, scenarios))
        return {kind.name: kind for kind in (*known, Echo())}

    return kinds


def _of_functions(
    current: "Callable[[], Services]", registry: "Registry | None", models: "PinnedModels | None"
) -> FunctionKind:
    """Give the kind of functions; in the child of a run, models come as they were pinned."""

    def pin(functions: "Functions", operation: "Operation") -> "Mapping[str, Any]":
        return pins_of(functions, operation, registry.get_version) if registry else {}

    def use(pins: Mapping[str, Any]) -> None:
        if models is not None:
            models.use(msgspec.convert(pins, dict[str, Pin]))

    return FunctionKind(lambda: current().functions, pin, use)


def _of_what_ifs(
    current: "Callable[[], Services]", tools: "Callable[[], Tools] | None"
) -> tuple[Kind, ...]:
    """Give the kinds of what-if models, loaded when somebody asks for kinds at all."""
    from modelyard.scenarios.chance_work import MonteCarloKind
    from modelyard.scenarios.retraining import RetrainKind
    from modelyard.scenarios.work import ScenarioKind, Tools

    known = tools() if tools else Tools(lambda: None, _no_warehouse)
    retrain = RetrainKind(lambda: current().workspace, _loader(current))
    return (ScenarioKind(known), MonteCarloKind(known), retrain)


@dataclass(frozen=True)
class _Tables:
    """The datasets, as the rooms beside theirs see them."""

    find: "Callable[[str], Dataset]"

    def parts(self, name: str) -> "list[Part]":
        """List the parts of a dataset."""
        from modelyard.datasets.parts import parts_of

        return parts_of(self.find(name))

    def digest(self, name: str) -> str:
        """Tell what the dataset of that name is from another that takes its name later."""
        return self.find(name).source.digest

    def passport(self, name: str, asked: "msgspec.Struct") -> dict[str, Any]:
        """Name the dataset's files, the parameters and the versions of the libraries."""
        from modelyard.datasets.passport import passport_of

        return passport_of(self.find(name), asked)


def _loader(current: "Callable[[], Services]") -> "Callable[[str], ModuleType]":
    """Give what imports a module of the workspace, as it is now."""

    def load(name: str) -> "ModuleType":
        from modelyard.functions.modules import Modules

        workspace = current().workspace
        return Modules(workspace.root, workspace.allows).load(name)

    return load


def kept_files(services: "Services") -> "KeptFiles":
    """Open the store of model files."""
    from modelyard.blobs import open_blobs
    from modelyard.models.kept_files import KeptFiles

    return KeptFiles(open_blobs(services.blobs_address))


def _no_warehouse() -> "Warehouse":
    raise Unavailable("warehouse", "is not known to this process.")
