"""What runs of what-if models are asked for, and how such a request is looked at and filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from modelyard.errors import Conflict, Invalid, NotFound
from modelyard.scenarios.record import MODEL, SAVED, Saved
from modelyard.scenarios.what_ifs import WhatIfs

MOST_SCENARIOS = 10_000
MOST_LOOKED_AT = 50
"""How many sets of values are looked at when the run is asked for; the others tell later."""
AS_IN_ITS_FILE = -1
Key = tuple[str, str]


class NamedInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Values of open parameters, under a name."""

    name: str = ""
    inputs: dict[str, Any] = {}
    id: str = ""
    """Of the saved scenario; filled in when the run is asked for."""


class ScenarioRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Scenarios of one what-if model, worked out in bulk and written to the warehouse."""

    what_if: str
    """The model."""
    saved: tuple[str, ...] = ()
    """Ids of saved scenarios; a run takes them as they are when it is asked for."""
    inputs: tuple[NamedInputs, ...] = ()
    """Sets of values; without these and saved ones, the model's defaults."""
    version: int = 0
    """Of the managed model; 0 for the one that is served. A run keeps the number."""
    as_of: str = ""
    """The day whose values are taken, such as 2027-01-01; empty for the day of the request."""
    warehouse: bool = True
    """Whether outputs are written to the warehouse, besides the files of the run."""


class MonteCarloRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A what-if model with parameters drawn by chance."""

    what_if: str
    distributions: dict[str, Any] = {}
    """By parameter, such as `normal(7%, 1%)`."""
    saved: str = ""
    """The id of a saved scenario whose values hold for what is not drawn."""
    inputs: dict[str, Any] = {}
    """Values on top of those, or of the defaults."""
    draws: int = 100_000
    seed: int = 0
    version: int = 0
    as_of: str = ""
    warehouse: bool = True


@dataclass(frozen=True)
class About:
    """What a run is about: who may see that sees the run."""

    kind: str
    name: str


def day_of(text: str) -> date | None:
    """Read a day; raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        cure = "Write it as 2027-12-31."
        raise Invalid("request.as_of", f"'{text[:20]}' is not a day.", cure) from None


def pinned(what_ifs: WhatIfs, name: str, version: int, day: date | None) -> tuple[int, str]:
    """Give the version and the day that a run keeps.

    Raises NotFound; Conflict for a version that was not approved, and for the bare file of a model
    that is managed; and the model's fault.
    """
    record = what_ifs.versions.find_record(name)
    if record is None:
        what_ifs.spec_of(name, version or AS_IN_ITS_FILE)
        return AS_IN_ITS_FILE, ""
    if version < 0:
        raise Conflict(f"scenarios/{name}", "is managed since: its settings count now.")
    meant = what_ifs.versions.get_version(name, version)
    if meant.state != "approved":
        raise Conflict(meant.where, f"is {meant.state}: only what is approved is run.")
    spec = what_ifs.spec_of(name, meant.number, day)
    return meant.number, spec.as_of.isoformat() if spec.as_of else ""


def filled(what_ifs: WhatIfs, asked: ScenarioRequest) -> tuple[ScenarioRequest, About]:
    """Fill a request in: version, day, and the values of saved scenarios as they are now.

    Who asks may see the saved ones: the doors have looked.
    """
    given = [one for one in asked.inputs if not one.id]
    if len(asked.saved) + len(given) > MOST_SCENARIOS:
        raise Invalid("request", f"has more than {MOST_SCENARIOS:,} scenarios.")
    saved = [get_saved(what_ifs, saved_id, asked.what_if) for saved_id in asked.saved]
    version, day = pinned(what_ifs, asked.what_if, asked.version, day_of(asked.as_of))
    for one in given[:MOST_LOOKED_AT]:
        refuse_faulty(what_ifs, asked.what_if, one.inputs, max(version, 0), day_of(day))
    kept = [NamedInputs(id=one.id, name=one.name, inputs=one.inputs) for one in saved]
    if not kept and not given:
        given = [NamedInputs(name="Defaults")]
    changed = {"inputs": (*kept, *given), "version": version, "as_of": day}
    return msgspec.structs.replace(asked, **changed), about(what_ifs, asked.what_if, saved)


def about(what_ifs: WhatIfs, name: str, saved: list[Saved]) -> About:
    """Say what a run is about: of a scenario that is not for all, that scenario."""
    for one in saved:
        if what_ifs.saved.visibility_of(one).level in {"private", "shared"}:
            return About(SAVED, one.id)
    return About(MODEL, name)


def get_saved(what_ifs: WhatIfs, saved_id: str, model: str) -> Saved:
    """Give a saved scenario of a model; raises NotFound, Invalid for one of another model."""
    saved = what_ifs.saved.store.find_saved(saved_id[:64])
    if saved is None:
        raise NotFound("saved scenario", "is not here.")
    if saved.model != model:
        raise Invalid("request.saved", f"'{saved.name}' is a scenario of {saved.model}.")
    return saved


def refuse_faulty(
    what_ifs: WhatIfs, name: str, inputs: Mapping[str, Any], version: int, day: date | None
) -> None:
    """Raise what is wrong with the first value that is not right."""
    faults = what_ifs.faults_of(name, inputs, version=version, as_of=day)
    for fault in faults.values():
        from modelyard.runs.fault import Fault

        raise msgspec.convert(fault, Fault).to_error()
