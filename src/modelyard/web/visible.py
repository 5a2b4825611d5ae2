"""What the one who asks sees: nothing else is listed, counted or hinted at."""

from dataclasses import replace

from modelyard.accounts.resource import Resource
from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset
from modelyard.errors import LONGEST_ECHO, Invalid, ModelyardError, NotFound
from modelyard.models.version import Model
from modelyard.web import guard
from modelyard.web.live import live, services


def datasets() -> Catalogue:
    """Give the datasets that the one who asks may see, and the faults of those."""
    catalogue = services().datasets
    if guard.asker().kind == "laptop":
        return catalogue
    return replace(
        catalogue,
        datasets={name: one for name, one in catalogue.datasets.items() if _is_seen(name)},
        faults={name: one for name, one in catalogue.faults.items() if _is_seen(name)},
        preferred=catalogue.preferred if _is_seen(catalogue.preferred) else "",
    )


def models() -> list[Model]:
    """Give the models that the one who asks may see, by name."""
    known = live().records.models.list_models()
    return [model for model in known if guard.may("read", Resource("model", model.name))]


def has_public() -> bool:
    """Tell whether anybody at all may see any dataset, function or model at all."""
    current = services()
    return any(
        is_public(Resource(kind, name))
        for kind, names in (
            ("dataset", current.datasets.datasets),
            ("function", current.functions),
            ("model", [model.name for model in live().records.models.list_models()]),
            ("scenario", [one.name for one in live().records.scenarios.list_models()]),
        )
        for name in names
    )


def is_public(resource: Resource) -> bool:
    """Tell whether anybody may see a resource, and what it is based on."""
    if guard.visibility(resource).level != "public":
        return False
    base = live().records.planning.find_base(resource)
    return base is None or guard.visibility(base).level == "public"


def get_default() -> Dataset:
    """Give the dataset that the short addresses answer for.

    Raises NotFound where there is none, or where it is secret; SignInNeeded for somebody unknown.
    """
    catalogue = services().datasets
    if guard.asker().kind == "laptop":
        return catalogue.get_default()
    try:
        name = catalogue.preferred or catalogue.get_default().name
    except NotFound as none:
        raise _no_default() from none
    if not _is_seen(name):
        raise _no_default()
    return catalogue.get_dataset(name)


def workspace_fault() -> ModelyardError | None:
    """Give why the present modelyard.toml is not in use; None where it is.

    It may name datasets and people, so those who manage the service alone are told its words.
    Somebody unknown is told nothing.
    """
    fault, actor = live().fault, guard.known_asker()
    if fault is None or not actor.is_signed_in:
        return None
    if "admin" in actor.scopes and actor.only is None:
        return fault
    return Invalid("modelyard.toml", "has a fault.", "Ask an owner.")


def find_default() -> str | None:
    """Give the name of the default dataset, where the one who asks may see it."""
    try:
        return get_default().name
    except ModelyardError:
        return None


def nearest(name: str) -> NotFound:
    """Say that there is no such dataset, and which there are instead."""
    seen = datasets()
    try:
        replace(seen, faults={}, datasets=_without(seen.datasets, name)).get_dataset(name)
    except NotFound as fault:
        return fault
    return NotFound(f"dataset '{name[:LONGEST_ECHO]}'", "there is no such dataset.")


def _without(known: dict[str, Dataset], name: str) -> dict[str, Dataset]:
    """Leave one out: a token may lack the scope `read` for what its person can see."""
    return {each: dataset for each, dataset in known.items() if each != name}


def _is_seen(name: str) -> bool:
    return guard.may("read", Resource("dataset", name))


def _no_default() -> ModelyardError:
    if not guard.asker().is_signed_in:
        return guard.absent(Resource("dataset", "default"))
    return NotFound(
        "datasets",
        "there is no default dataset that you may see.",
        "Ask for one by its name: /api/v1/datasets lists those that you may see.",
    )
