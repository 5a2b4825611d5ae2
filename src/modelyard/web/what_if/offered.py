"""What-if models as the one who asks may see them, and what is asked of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from modelyard.accounts.resource import Resource
from modelyard.errors import LONGEST_ECHO, ModelyardError, NotFound
from modelyard.runs.fault import Fault
from modelyard.scenarios.offered import Offered
from modelyard.scenarios.record import Saved
from modelyard.scenarios.what_ifs import WhatIfs
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.what_if.state import State

KIND = "scenario"
LONGEST_NUMBER = 9
"""Digits of the number of a version."""


@dataclass(frozen=True)
class Tried:
    """What came of filling in a form."""

    answer: dict[str, Any] | None
    faults: dict[str, ModelyardError]
    """What is wrong with values, by parameter."""
    fault: ModelyardError | None = None
    """What is wrong with none of them: the model fails, hangs, or is not there."""

    @property
    def worst(self) -> ModelyardError | None:
        """The fault that decides how the answer is marked."""
        return self.fault or next(iter(self.faults.values()), None)


def what_ifs() -> WhatIfs:
    """Give the what-if models of the service."""
    return live().records.scenarios


def seen_models(wait_s: float | None = None) -> list[Offered]:
    """List the models that the one who asks may see; `wait_s` is how long files are waited for."""
    models = what_ifs().list_models(wait_s)
    return [one for one in models if guard.may("read", Resource(KIND, one.name))]


def saved_of(model: str) -> list[Saved]:
    """List the saved scenarios that the one who asks may see, of one model or (``""``) of all.

    None where that cannot be asked now: a page of a model needs none.
    """
    try:
        return what_ifs().saved.list_of(model, by=guard.asker())
    except ModelyardError:
        return []


def get_offered(name: str, version: int = 0, as_of: date | None = None) -> Offered:
    """Give a model that the guard has let them see.

    Raises the one answer for what is secret and for what is not there, and NotFound for a version.
    """
    try:
        return what_ifs().get_model(name, version, as_of)
    except NotFound:
        if version and any(one.name == name for one in what_ifs().list_models()):
            raise
        raise guard.absent(Resource(KIND, name)) from None


def get_usable(name: str, version: int = 0, as_of: date | None = None) -> Offered:
    """Give a model with its definition; raises its fault where it cannot be used."""
    offered = get_offered(name, version, as_of)
    if offered.fault is not None:
        raise offered.fault.to_error()
    return offered


def number_of(name: str, text: str) -> int:
    """Read the number of a version from an address; raises NotFound for what is none."""
    if text.isascii() and text.isdigit() and 0 < len(text) <= LONGEST_NUMBER:
        return int(text)
    raise NotFound(f"scenarios/{name}", f"has no version {text[:LONGEST_ECHO]}.")


def tried(offered: Offered, state: State) -> Tried:
    """Work a model out; what is wrong is told by parameter."""
    try:
        answer = what_ifs().run(offered.name, state.given, **state.asked)
    except ModelyardError as fault:
        faults = faults_at(offered, state)
        return Tried(None, faults, None if faults else fault)
    return Tried(answer, {})


def faults_at(offered: Offered, state: State) -> dict[str, ModelyardError]:
    """Say what is wrong with each value; nothing where that cannot be asked now."""
    try:
        found = what_ifs().faults_of(offered.name, state.given, **state.asked)
    except ModelyardError:
        return {}
    return {name: msgspec.convert(told, Fault).to_error() for name, told in found.items()}
