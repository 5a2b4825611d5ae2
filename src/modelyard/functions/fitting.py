"""Does a function fit its operation? And how its arguments come from the request's values."""

import builtins
import functools
import inspect
import keyword
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from modelyard.errors import Invalid
from modelyard.functions.binder import Key, Values
from modelyard.functions.description import Description
from modelyard.functions.faults import RequestFault

Giver = Callable[[str, object], object]
"""Gives what an annotation asks for; gets the argument's name and the person who asks."""
Givers = Mapping[object, Giver]
AS_IT_IS = (str, int, float, bool, bytes, dict, list, object, Any, None, type(None))


@dataclass(frozen=True)
class Offer:
    """A value that an operation may have for its function."""

    key: Key
    is_sure: bool
    """Whether every request has it, or it has a default; a body that is not sent is None."""
    must_be_taken: bool


@dataclass(frozen=True)
class _Taken:
    key: Key
    argument: str
    convert: Callable[[Any], Any] | None
    is_none_without: bool


@dataclass(frozen=True, eq=False)
class Callee:
    """A function with the plan for its arguments."""

    function: Callable[..., Any]
    takes: tuple[_Taken, ...]
    gives: tuple[tuple[str, Giver, str], ...]

    def arguments(self, values: Values, asker: object) -> dict[str, Any]:
        """Give the arguments; raises RequestFault where a value is not what is annotated."""
        arguments: dict[str, Any] = {}
        for take in self.takes:
            if take.key in values:
                value = values[take.key]
                if take.convert is not None:
                    value = _converted(take, value)
                arguments[take.argument] = value
            elif take.is_none_without:
                arguments[take.argument] = None
        for argument, give, name in self.gives:
            arguments[argument] = give(name, asker)
        return arguments

    def call(self, values: Values, asker: object) -> Any:
        """Call the function."""
        return self.function(**self.arguments(values, asker))


def offers_of(description: Description) -> tuple[Offer, ...]:
    """List the values that an operation has for its function."""
    offers = [
        Offer(
            (one.place, one.name),
            is_sure=one.is_required or one.has_default,
            must_be_taken=one.place in {"path", "query"},
        )
        for one in description.parameters
    ]
    body = description.body
    if body is not None:
        schemas = [schema for schema in body.contents.values() if schema is not None]
        names = dict.fromkeys(name for schema in schemas for name in schema.property_names())
        offers += [Offer(("form", name), False, False) for name in names]
        offers.append(Offer(("body", body.name), True, False))
    return tuple(offers)


def fit(function: object, offers: Iterable[Offer], givers: Givers, place: str) -> Callee:
    """Plan the arguments of a function.

    Raises Invalid, naming the operation, where the function wants what the operation does not
    have, or cannot take what it must.
    """
    if not callable(function) or isinstance(function, type):
        raise Invalid(place, "the name does not lead to a function.")
    if inspect.iscoroutinefunction(function):
        raise Invalid(place, "an async function is not called here.", "Write it with plain 'def'.")
    return _Fitting(function, givers, place).fit(offers)


class _Fitting:
    """The work of planning, done once."""

    def __init__(self, function: Callable[..., Any], givers: Givers, place: str) -> None:
        self.function, self.place = function, place
        self.called = getattr(function, "__name__", "the function")
        parameters, self.hints = _signature(function, place)
        self.has_kwargs = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
        kinds = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
        self.named = {name: one for name, one in parameters.items() if one.kind in kinds}
        given = (_given(name, self.hints.get(name), givers) for name in self.named)
        self.gives = tuple(one for one in given if one is not None)
        self.wanted = self.named.keys() - {name for name, _, _ in self.gives}
        self.takes: dict[str, _Taken] = {}
        self.unsure: set[str] = set()

    def fit(self, offers: Iterable[Offer]) -> Callee:
        for offer in offers:
            self._take(offer)
        for name in sorted(self.wanted):
            if self.named[name].default is inspect.Parameter.empty:
                self._refuse_unfed(name)
        return Callee(self.function, tuple(self.takes.values()), self.gives)

    def _take(self, offer: Offer) -> None:
        """Find the argument for a value that the operation has."""
        place, name = offer.key
        spelt = spellings(name)
        argument = next((one for one in spelt if one in self.wanted), None)
        if argument is None and self.has_kwargs and place != "form":
            argument = spelt[0]
        if argument is None and offer.must_be_taken:
            raise Invalid(
                self.place,
                f"'{self.called}' does not take the {place} parameter '{name}'.",
                f"Add the argument {spelt[-1]}, or **kwargs.",
            )
        if argument is not None and argument not in self.takes:
            convert = _converter(self.hints.get(argument), self.place, argument)
            known = self.named.get(argument)
            is_none = place == "body" and (known is None or known.default is known.empty)
            self.takes[argument] = _Taken(offer.key, argument, convert, is_none)
            if not offer.is_sure:
                self.unsure.add(argument)

    def _refuse_unfed(self, name: str) -> None:
        """Raise Invalid where an argument without a default may be left without a value."""
        if name not in self.takes:
            raise Invalid(
                self.place,
                f"'{self.called}' wants '{name}', which the operation does not have.",
                "Describe it as a parameter, or give it a default.",
            )
        if name in self.unsure:
            raise Invalid(
                self.place,
                f"'{name}' may be left out of a request, but '{self.called}' has no default "
                "for it.",
                f"Write {name}=None, or make it required.",
            )


def _signature(
    function: Callable[..., Any], place: str
) -> tuple[Mapping[str, inspect.Parameter], dict[str, Any]]:
    try:
        parameters = inspect.signature(function).parameters
        hints = typing.get_type_hints(_annotated(function), include_extras=True)
    except (ValueError, TypeError, NameError, AttributeError) as fault:
        raise Invalid(place, f"the signature of its function cannot be read: {fault}.") from None
    if any(one.kind is one.POSITIONAL_ONLY for one in parameters.values()):
        raise Invalid(place, "its function takes arguments by position only ('/').", "Remove '/'.")
    return parameters, hints


def _annotated(function: Any) -> Any:
    """Give what has the annotations: behind a partial, or the method of a callable thing."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(function) else type(function).__call__


def spellings(name: str) -> list[str]:
    """List how an argument may be spelt, the nearest first: `X-Page-Size` is `x_page_size` too."""
    plain = re.sub(r"[^0-9a-zA-Z_]", "_", name).lstrip("0123456789")
    without = re.sub(r"[^0-9a-zA-Z_]", "", name).lstrip("0123456789")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    found = [name, plain, without, plain.lower(), without.lower(), snake]
    reserved = keyword.iskeyword(snake) or hasattr(builtins, snake)
    spelt = dict.fromkeys([*found, f"{plain}_", f"{snake}_"] if reserved else found)
    usable = [one for one in spelt if one.isidentifier() and not keyword.iskeyword(one)]
    return usable or [f"argument_{plain}"]


def _given(name: str, hint: Any, givers: Givers) -> tuple[str, Giver, str] | None:
    """Find who gives what an annotation asks for: `Annotated[Dataset, "name"]` names it."""
    asked, hint = name, _without_none(hint)
    if get_origin(hint) is Annotated:
        hint, *extra = get_args(hint)
        asked = next((one for one in extra if isinstance(one, str)), name)
    hint = _without_none(hint)
    try:
        giver = givers.get(hint)
    except TypeError:
        return None
    return (name, giver, asked) if giver is not None else None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        kept = [one for one in get_args(hint) if one is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint


def _converter(hint: Any, place: str, argument: str) -> Callable[[Any], Any] | None:
    """Choose how a value becomes what is annotated; None where JSON's own values will do."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    wanted = _without_none(hint)
    if wanted in AS_IT_IS or get_origin(wanted) in {list, dict}:
        return _list_converter(wanted)
    if hasattr(wanted, "model_validate"):
        return typing.cast("Callable[[Any], Any]", wanted.model_validate)
    try:
        msgspec.json.schema(wanted)
    except TypeError:
        raise Invalid(
            place,
            f"the annotation of '{argument}' is not known.",
            "Known: what JSON has, date, datetime, UUID, Decimal, Enum, dataclasses.",
        ) from None
    return lambda value: msgspec.convert(value, wanted)


def _list_converter(wanted: Any) -> Callable[[Any], Any] | None:
    inside = get_args(wanted)
    if not inside or all(one in AS_IT_IS for one in inside):
        return None
    return lambda value: msgspec.convert(value, wanted)


def _converted(take: _Taken, value: Any) -> Any:
    if value is None or type(value).__name__ == "Upload":
        return value
    try:
        return take.convert(value) if take.convert else value
    except (msgspec.ValidationError, ValueError) as fault:
        place, name = take.key
        raise RequestFault(place, name, "annotation", f"{str(fault)[:300].rstrip('.')}.") from None
