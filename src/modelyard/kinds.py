"""All the kinds of runs that this version knows."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from modelyard.datasets.work import dataset_kinds
from modelyard.functions.work import FunctionKind
from modelyard.runs.echo import Echo
from modelyard.runs.kinds import Kind

if TYPE_CHECKING:
    from modelyard.datasets.dataset import Dataset
    from modelyard.wiring import Services


def kinds_of(current: "Callable[[], Services]") -> Callable[[], Mapping[str, Kind]]:
    """Give the kinds by name; `current` gives the workspace as it is when a request is checked."""

    def find(name: str) -> "Dataset":
        return current().datasets.get_dataset(name)

    functions = FunctionKind(lambda: current().functions)
    kinds = (*dataset_kinds(find), functions, Echo())
    by_name: Mapping[str, Kind] = {kind.name: kind for kind in kinds}
    return lambda: by_name
