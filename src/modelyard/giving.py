"""What functions may ask for by an annotation, and who gives it to them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from modelyard.accounts.actor import Actor
from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset

if TYPE_CHECKING:
    from modelyard.wiring import Services


def givers(current: Callable[[], "Services"]) -> Mapping[Any, Callable[[str, object], object]]:
    """Give what functions may ask for, of the workspace as it is at each call.

    `flights: modelyard.Dataset` is the dataset of that name, `tables: modelyard.Catalogue` all of
    them, `asker: modelyard.Actor` who asks.
    """
    return {
        Dataset: lambda name, _: current().datasets.get_dataset(name),
        Catalogue: lambda _, __: current().datasets,
        Actor: lambda _, asker: asker,
    }
