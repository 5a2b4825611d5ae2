"""Reading the query of an address strictly."""

import difflib

from flask import request
from werkzeug.datastructures import MultiDict

from modelyard.errors import LONGEST_ECHO, Invalid

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


def no_parameters() -> None:
    """Raise Invalid where the address of this request has any parameter."""
    for name in request.args:
        shown = name[:LONGEST_ECHO]
        raise Invalid(f"parameter '{shown}'", "is not known here.", "This address takes none.")


class Query:
    """The parameters of a request, of which only the named ones may occur."""

    def __init__(self, args: MultiDict[str, str], *known: str) -> None:
        """Raise Invalid, with the nearest known name, for a parameter that is not known."""
        for name in args:
            if name not in known:
                shown = name[:LONGEST_ECHO]
                near = difflib.get_close_matches(shown, known, n=1)
                cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
                raise Invalid(f"parameter '{shown}'", "is not known here.", cure)
        self.args = args

    def text(self, name: str, default: str = "") -> str:
        """Give a text."""
        return self.args.get(name, default)

    def many(self, name: str) -> tuple[str, ...]:
        """Give the values of a parameter that may be repeated; empty ones are left out."""
        return tuple(value for value in self.args.getlist(name) if value)

    def names(self, name: str) -> tuple[str, ...]:
        """Give a list written with commas."""
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def flag(self, name: str) -> bool:
        """Give a truth; raises Invalid for anything else."""
        value = self.text(name)[:LONGEST_ECHO].lower()
        if value in TRUE | FALSE:
            return value in TRUE
        raise Invalid(f"parameter '{name}'", f"'{value}' is neither true nor false.")

    def integer(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """Give a whole number within bounds; raises Invalid."""
        return int(self.number(name, default, minimum, maximum, whole=True))

    def number(
        self, name: str, default: float, minimum: float, maximum: float, whole: bool = False
    ) -> float:
        """Give a number within bounds; raises Invalid."""
        text = self.text(name)
        if not text:
            return default
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            kind = "a whole number" if whole else "a number"
            raise Invalid(f"parameter '{name}'", f"'{text[:50]}' is not {kind}.") from None
        if not minimum <= value <= maximum:
            raise Invalid(
                f"parameter '{name}'", f"{text[:50]} is not between {minimum:g} and {maximum:g}."
            )
        return value
