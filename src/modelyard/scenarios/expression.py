"""Small formulas over parameters, such as `price - deposit`: data, never code."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from modelyard.errors import Invalid

LONGEST = 200
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}


@dataclass(frozen=True)
class Expression:
    """A formula of names, numbers, + - * /, brackets, min, max and abs."""

    text: str
    names: tuple[str, ...]
    """The parameters it names, in the order of the alphabet."""
    tree: ast.expr = field(repr=False, compare=False)

    def value(self, values: Mapping[str, Any], is_exact: bool) -> Any:
        """Work it out, in decimals or in floats.

        Raises ArithmeticError for a division by zero.
        """
        return _value(self.tree, values, Decimal if is_exact else float)

    def __str__(self) -> str:
        """Give the formula as it was written."""
        return self.text


def parse_expression(where: str, text: str) -> Expression:
    """Read a formula; raises Invalid, naming `where`, for anything else than arithmetic."""
    if len(text) > LONGEST:
        raise Invalid(where, f"the formula is longer than {LONGEST} characters.")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(where, text) from None
    names: set[str] = set()
    _check(where, text, tree, names)
    return Expression(text, tuple(sorted(names)), tree)


def _check(where: str, text: str, node: ast.expr, names: set[str]) -> None:
    match node:
        case ast.Name(id=name):
            names.add(name)
        case ast.Constant(value=bool()):
            raise _refused(where, text)
        case ast.Constant(value=int() | float()):
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _check(where, text, inner, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            _check(where, text, left, names)
            _check(where, text, right, names)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if (
            name in FUNCTIONS
        ):
            for argument in args:
                _check(where, text, argument, names)
        case _:
            raise _refused(where, text)


def _refused(where: str, text: str) -> Invalid:
    return Invalid(
        where,
        f"'{text}' is not a formula.",
        "Write names of parameters, numbers, + - * / and brackets, min(...), max(...), abs(...).",
    )


def _value(node: ast.expr, values: Mapping[str, Any], number: Callable[[Any], Any]) -> Any:
    match node:
        case ast.Name(id=name):
            value = values[name]
            return value if hasattr(value, "dtype") else number(value)
        case ast.Constant(value=value):
            return number(str(value))
        case ast.UnaryOp(op=op, operand=inner):
            found = _value(inner, values, number)
            return -found if isinstance(op, ast.USub) else found
        case ast.BinOp(left=left, op=op, right=right):
            apply = OPERATORS[type(op)]
            return apply(_value(left, values, number), _value(right, values, number))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_value(argument, values, number) for argument in args])
    raise TypeError(ast.dump(node))


def _call(name: str, found: list[Any]) -> Any:
    if any(hasattr(value, "dtype") for value in found) and name != "abs":
        import numpy as np

        reduce = np.minimum if name == "min" else np.maximum
        return reduce.reduce(np.broadcast_arrays(*found))
    if len(found) == 1:
        return abs(found[0]) if name == "abs" else found[0]
    return FUNCTIONS[name](*found)
