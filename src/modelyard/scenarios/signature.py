"""A function's annotations as parameters and outputs."""

import ast
import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from modelyard.errors import Invalid
from modelyard.scenarios import author
from modelyard.scenarios.describe import check_parameters, output_of, parameter_of
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter

MARKERS: dict[type, tuple[str, tuple[Any, ...], str]] = {
    author.Integer: ("integer", (int,), "int"),
    author.Money: ("money", (Decimal, float), "Decimal or float"),
    author.Percent: ("percent", (Decimal, float), "Decimal or float"),
    author.Number: ("number", (Decimal, float), "Decimal or float"),
    author.Day: ("date", (date,), "datetime.date"),
    author.Choice: ("choice", (str,), "str"),
    author.Text: ("text", (str,), "str"),
    author.Table: ("table", (list, tuple), "a list of a dataclass"),
}
PLAIN: dict[Any, author.Told] = {
    int: author.Integer(),
    float: author.Number(),
    Decimal: author.Number(),
    date: author.Day(),
    str: author.Text(),
    list: author.Table(),
    tuple: author.Table(),
}
PARAMETER_ONLY = ("group", "locked", "derived", "minimum", "maximum", "least_rows", "most_rows")
Lines = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Signature:
    """What a function takes and gives."""

    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    row_classes: Mapping[str, type]
    """The dataclass of the rows of each table parameter."""
    gives_one: bool
    """Whether it gives one bare value instead of a structure of outputs."""


@dataclass(frozen=True)
class Code:
    """A file, and where its names are."""

    file: str
    lines: Lines

    def place(self, owner: str, name: str) -> str:
        """Name an argument or a field by file and line."""
        line = self.lines.get((owner, name))
        place = f"{self.file}, line {line}" if line else f"{self.file}, {owner}"
        return place if name == "return" else f"{place}, {name}"


@dataclass(frozen=True)
class Hint:
    """One annotation, taken apart."""

    kind: str
    marker: author.Told
    base: Any
    is_optional: bool
    row_class: type | None


def lines_of(text: str) -> dict[tuple[str, str], int]:
    """Find the line of every argument of a function and every field of a class."""
    found: dict[tuple[str, str], int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                found[node.name, item.arg] = item.lineno
            found[node.name, "return"] = node.returns.lineno if node.returns else node.lineno
        elif isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    found[node.name, field.target.id] = field.lineno
    return found


def signature_of(code: Code, function: Callable[..., Any]) -> Signature:
    """Read the annotations of a function.

    Raises Invalid, naming file, line and parameter, for what cannot be a parameter or an output.
    """
    name = function.__name__
    hints = _hints(f"{code.file}, {name}", function)
    parameters, row_classes = [], {}
    for key, argument in inspect.signature(function).parameters.items():
        where = code.place(name, key)
        if argument.kind in (
            argument.VAR_POSITIONAL,
            argument.VAR_KEYWORD,
            argument.POSITIONAL_ONLY,
        ):
            raise Invalid(where, "a model takes plain named parameters only.")
        if key not in hints:
            raise Invalid(where, "has no annotation.", f"Write one: {key}: float")
        hint = _taken_apart(where, hints[key])
        default = None if argument.default is argument.empty else argument.default
        parameters.append(_parameter(where, key, hint, default, code))
        if hint.row_class is not None:
            row_classes[key] = hint.row_class
    outputs, gives_one = _outputs(code.place(name, "return"), hints, code)
    check_parameters(f"{code.file}, {name}", parameters)
    return Signature(tuple(parameters), outputs, row_classes, gives_one)


def _hints(where: str, thing: Any) -> dict[str, Any]:
    try:
        return get_type_hints(thing, include_extras=True)
    except (NameError, TypeError, SyntaxError, AttributeError) as fault:
        raise Invalid(where, f"an annotation cannot be read: {fault}.") from None


def _taken_apart(where: str, hint: Any) -> Hint:
    base, notes = _without_notes(hint)
    base, is_optional = _without_none(base)
    base, more = _without_notes(base)
    marker: author.Told | None = next(
        (note for note in (*notes, *more) if isinstance(note, author.Told)), None
    )
    outer, row_class = get_origin(base) or base, None
    if outer is Literal:
        texts: dict[str, Any] = {} if marker is None else vars(marker)
        kept = {key: value for key, value in texts.items() if key in vars(author.Told())}
        marker, outer = author.Choice(*get_args(base), **kept), str
    if marker is None:
        marker = PLAIN.get(outer)
    if marker is None:
        cure = "Known: int, float, Decimal, str, date, Literal, a list of a dataclass."
        raise Invalid(where, f"the type {_type_name(base)} is no kind of value.", cure)
    kind, fitting, words = MARKERS[type(marker)]
    if outer not in fitting:
        raise Invalid(where, f"a {kind} is of type {words}, not {_type_name(base)}.")
    if kind == "table":
        row_class = next((part for part in get_args(base) if part is not Ellipsis), None)
        if not dataclasses.is_dataclass(row_class):
            raise Invalid(where, "a table is a list of a dataclass, one field for each column.")
    return Hint(kind, marker, outer, is_optional, row_class)


def _without_notes(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is not Annotated:
        return hint, ()
    base, *notes = get_args(hint)
    return base, tuple(notes)


def _without_none(base: Any) -> tuple[Any, bool]:
    if get_origin(base) in (Union, types.UnionType):
        parts = [part for part in get_args(base) if part is not types.NoneType]
        if len(parts) == 1 and len(get_args(base)) == 2:
            return parts[0], True
    return base, False


def _type_name(base: Any) -> str:
    return getattr(base, "__name__", str(base))


def _told(hint: Hint) -> dict[str, Any]:
    told = {key: value for key, value in vars(hint.marker).items() if value not in (None, "", ())}
    return told | {"kind": hint.kind, "exact": hint.base is Decimal}


def _parameter(where: str, name: str, hint: Hint, default: Any, code: Code) -> Parameter:
    told = {key: value for key, value in _told(hint).items() if key != "chart"}
    if hint.is_optional:
        raise Invalid(where, "a parameter always has a value: None is none.")
    if hint.row_class is not None:
        told["columns"] = tuple(_columns(hint.row_class, code, _parameter_column))
    return parameter_of(where, name, told | {"default": default}, where)


def _outputs(where: str, hints: Mapping[str, Any], code: Code) -> tuple[tuple[Output, ...], bool]:
    if "return" not in hints:
        raise Invalid(where, "the result has no annotation.", "Annotate it with a dataclass.")
    result = hints["return"]
    if isinstance(result, type) and (
        dataclasses.is_dataclass(result)
        or typing.is_typeddict(result)
        or hasattr(result, "_fields")
    ):
        outputs = tuple(_columns(result, code, _output))
        if not outputs:
            raise Invalid(where, f"{result.__name__} has no fields, so there are no outputs.")
        return outputs, False
    return (_output(where, "result", _taken_apart(where, result), code),), True


Make = Callable[[str, str, Hint, Code], Any]


def _columns(owner: type, code: Code, make: Make) -> Iterator[Any]:
    for name, hint in _hints(f"{code.file}, {owner.__name__}", owner).items():
        where = code.place(owner.__name__, name)
        yield make(where, name, _taken_apart(where, hint), code)


def _parameter_column(where: str, name: str, hint: Hint, code: Code) -> Parameter:
    if hint.kind == "table":
        raise Invalid(where, "a table holds no tables.")
    return _parameter(where, name, hint, None, code)


def _output(where: str, name: str, hint: Hint, code: Code) -> Output:
    told = {key: value for key, value in _told(hint).items() if key not in PARAMETER_ONLY}
    told.pop("choices", None)
    if hint.row_class is not None:
        told["columns"] = tuple(_columns(hint.row_class, code, _output))
    return output_of(where, name, told | {"optional": hint.is_optional}, where)
