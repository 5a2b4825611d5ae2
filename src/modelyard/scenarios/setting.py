"""What a version of a managed model says of each parameter, and of outputs that are formulas."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec

State = Literal["open", "locked", "derived"]


class Dated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value, and from which day on it holds."""

    value: Any
    """As JSON holds it: decimals and dates are texts, a table is a list of rows."""
    since: date | None = None
    """None holds from the beginning."""


class Setting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of one parameter.

    On top of a model of the folder, what is left out stays as the model's author wrote it; kind,
    choices, columns, `exact` and `places` are the author's anyway.
    """

    name: str
    values: tuple[Dated, ...] = ()
    """Its value (default), or several with the days from which they hold."""
    state: State | None = None
    """`open` within its bounds, `locked` at its value, or `derived` by the formula."""
    minimum: Any = None
    """A figure, a day, or a formula that names other parameters, such as `price * 0.5`."""
    maximum: Any = None
    formula: str = ""
    """How a derived parameter follows from others."""
    kind: str = ""
    title: str = ""
    unit: str = ""
    help: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()
    exact: bool = False
    places: int | None = None


class OutputSetting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An output of a model without code: a formula over its parameters and earlier outputs."""

    name: str
    formula: str
    kind: str = "number"
    title: str = ""
    unit: str = ""
    help: str = ""
    exact: bool = False
    places: int | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one version of a managed model says; it never changes."""

    based_on: str = ""
    """The model of the folder that it sets parameters of; empty for one that stands alone."""
    title: str = ""
    description: str = ""
    settings: tuple[Setting, ...] = ()
    outputs: tuple[OutputSetting, ...] = ()
    """Of a model that stands alone; one based on a model of the folder has that model's."""


def value_at(values: Sequence[Dated], day: date) -> Dated | None:
    """Give the value that holds on a day: the one that began last; None where none has begun."""
    begun = [one for one in values if one.since is None or one.since <= day]
    return max(begun, key=lambda one: one.since or date.min) if begun else None
