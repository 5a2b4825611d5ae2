"""What functions may ask for by an annotation, and who gives it to them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from modelyard.accounts.actor import Actor
from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset
from modelyard.errors import Unavailable
from modelyard.models.given import Predictor, give_predictor

if TYPE_CHECKING:
    from modelyard.models.serving import Served
    from modelyard.wiring import Services


def givers(
    current: Callable[[], "Services"], find_model: "Callable[[str, str], Served]"
) -> Mapping[Any, Callable[[str, object], object]]:
    """Give what functions may ask for, of the workspace as it is at each call.

    `flights: modelyard.Dataset` is the dataset of that name, `tables: modelyard.Catalogue` all of
    them, `delays: modelyard.Predictor` the model of that name, `asker: modelyard.Actor` who asks.
    Whoever may ask the function may have what it makes of them: its author decides what that is.
    """
    return {
        Predictor: lambda asked, _: give_predictor(find_model, asked),
        Dataset: lambda name, _: current().datasets.get_dataset(name),
        Catalogue: lambda _, __: current().datasets,
        Actor: lambda _, asker: asker,
    }


def no_model(name: str, _: str) -> "Served":
    """Give no models, in a process that may not ask the database. Raises Unavailable."""
    raise Unavailable(
        f"model '{name}'",
        "is not given to functions in a process of their own.",
        "Leave out x-isolation: process.",
    )
