"""What is kept of managed models: records, their versions, saved scenarios, figures."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from modelyard.scenarios.setting import Content

VersionState = Literal["approved", "proposed", "rejected"]
FigureKind = Literal["run", "compare", "sensitivity", "grid", "goal-seek", "montecarlo"]
MODEL, SAVED = "scenario", "saved-scenario"
"""The kinds of resources: a what-if model by its name, a saved scenario by its id."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is managed: its parameters are set, with versions and history."""

    name: str
    served: int
    """The version that is used; 0 before the first one is approved."""
    last_number: int
    """The newest number that was given; numbers are never given again."""
    needs_approval: bool
    """Whether a new version waits until a second person approves it."""
    created_at: datetime
    created_by: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a managed model. What it says never changes, only whether it is approved."""

    model: str
    number: int
    content: Content
    digest: str
    """The SHA-256 of the content."""
    made_from: int
    """The version that its author had before them; 0 for the first."""
    why: str
    state: VersionState
    created_at: datetime
    created_by: str
    created_by_id: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_why: str = ""

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"scenarios/{self.model}, version {self.number}"


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A saved scenario: the values of open parameters under a name."""

    id: str
    """Also its permanent address."""
    name: str
    model: str
    version: int
    """The version of the managed model it was saved with; 0 for a model that is not managed."""
    digest: str
    """The code or workbook, with the settings on top, it was saved with."""
    inputs: dict[str, Any]
    """Values of open parameters only, as JSON holds them; all others are the model's."""
    as_of: date | None
    """The day whose values are taken; None takes those of the day on which it is worked out."""
    note: str
    revision: int
    """How often it has been saved; a change names the revision that it was made from."""
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that were worked out and kept, with all it takes to work them out again."""

    id: str
    kind: FigureKind
    model: str
    version: int
    saved: str
    """The id of the saved scenario they belong to; empty for none."""
    question: dict[str, Any]
    answer: dict[str, Any]
    passport: dict[str, Any]
    """The digest of the code, the settings, all inputs, versions of libraries, the seed."""
    created_at: datetime
    created_by: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs between two versions."""

    path: str
    """Such as `settings.rate.maximum` or `outputs.profit.formula`."""
    before: Any
    """None where it was not there."""
    now: Any
