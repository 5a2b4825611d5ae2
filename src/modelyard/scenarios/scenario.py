"""A scenario: a saved set of values of a model, and what it came to."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from modelyard.errors import Invalid
from modelyard.scenarios.execute import Answer, execute
from modelyard.scenarios.inputs import plain_values
from modelyard.scenarios.what_if import WhatIf

LONGEST_NAME = 200


@dataclass(frozen=True)
class Note:
    """Who saves something, when, and why."""

    at: datetime
    author: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Values under a name: who saved them, when, and why."""

    id: str
    model: str
    digest: str
    """The code or workbook it was saved with."""
    name: str
    values: dict[str, Any]
    """All values, as JSON holds them."""
    author: str = ""
    saved_at: datetime
    why: str = ""
    version: int = 1
    """How often it has been saved."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """What it came to when it was saved, as JSON holds it."""

    @property
    def given(self) -> dict[str, Any]:
        """Give the values that a model takes again."""
        return dict(self.values)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return vars(self) | {"saved_at": self.saved_at.isoformat()}


def save(
    what_if: WhatIf,
    name: str,
    given: Mapping[str, Any],
    note: Note,
) -> tuple[Scenario, Answer]:
    """Work the model out and keep values and outputs under a name.

    Raises Invalid for a name that is none, and what working it out raises.
    """
    answer = execute(what_if, given)
    content = answer.as_json()
    scenario = Scenario(
        id=f"sc_{secrets.token_hex(8)}",
        model=what_if.name,
        digest=what_if.digest,
        name=_name(what_if, name),
        values=content["inputs"],
        author=note.author,
        saved_at=note.at,
        why=note.why,
        outputs=content["outputs"],
    )
    return scenario, answer


def change(
    scenario: Scenario,
    what_if: WhatIf,
    given: Mapping[str, Any],
    note: Note,
) -> Scenario:
    """Give the scenario's next version, with some values changed."""
    answer = execute(what_if, kept_values(scenario, what_if) | dict(given))
    content = answer.as_json()
    return replace(
        scenario,
        digest=what_if.digest,
        values=content["inputs"],
        outputs=content["outputs"],
        author=note.author or scenario.author,
        saved_at=note.at,
        why=note.why,
        version=scenario.version + 1,
    )


def kept_values(scenario: Scenario, what_if: WhatIf) -> dict[str, Any]:
    """Give the saved values that the model, as it is now, still takes.

    Those of locked and derived parameters are left to the model.
    """
    free = {item.name for item in what_if.parameters if item.access == "open"}
    return {name: value for name, value in scenario.values.items() if name in free}


def _name(what_if: WhatIf, name: str) -> str:
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        raise Invalid(
            what_if.where, "a scenario needs a name.", f"At most {LONGEST_NAME} characters."
        )
    return shown


def values_of(answer: Answer) -> dict[str, Any]:
    """Give an answer's inputs as JSON holds them."""
    return plain_values(answer.values)
