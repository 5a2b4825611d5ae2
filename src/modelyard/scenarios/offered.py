"""A what-if model as it is offered: from a file, or from a record on top of one or alone."""

from datetime import date
from typing import Any, Literal

import msgspec

from modelyard.runs.fault import Fault
from modelyard.scenarios.record import Record
from modelyard.scenarios.setting import Content

Origin = Literal["python", "workbook", "record", "model"]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One model, as lists, forms and documents show it."""

    name: str
    title: str
    description: str = ""
    origin: Origin
    """Where its calculation comes from; `record` for formulas without code, `model` for a
    trained model that is varied."""
    file: str = ""
    digest: str = ""
    record: Record | None = None
    """None where nobody manages it: then it is as its file says."""
    version: int = 0
    """The version of the record that is meant here."""
    as_of: date | None = None
    """The day whose values are the defaults here."""
    definition: dict[str, Any] = {}
    """Parameters, outputs and notes as `definition_of` gives them, settings applied."""
    fault: Fault | None = None
    """Why it cannot be used; then there is no definition."""
    is_loading: bool = False
    """Whether its file is still being loaded, which is its fault until then."""


class Spec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model as worker processes, runs and passports name it: all that decides its figures."""

    name: str
    file: str = ""
    """Its file in the workspace; empty for one that stands alone."""
    base: str = ""
    """Its name in that file."""
    version: int = 0
    content: Content | None = None
    """The settings of the version; None for a model that is not managed."""
    as_of: date | None = None
    """The day whose values are taken."""
