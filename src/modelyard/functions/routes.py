"""Which operation answers an address: a tree of the parts of paths, so their number costs nothing.

A part that is written out goes before one that is a parameter, as OpenAPI says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Target = TypeVar("Target")
PARAMETER = re.compile(r"\{([^{}/]+)\}")


@dataclass(eq=False)
class _Part(Generic[Target]):
    """One place in the tree."""

    written: "dict[str, _Part[Target]]" = field(default_factory=dict)
    matched: "list[tuple[str, re.Pattern[str], _Part[Target]]]" = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Match(Generic[Target]):
    """What was found for an address."""

    targets: Mapping[str, Target]
    """By the HTTP verb, in upper case."""
    values: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]

    def values_for(self, method: str) -> dict[str, str]:
        """Give the parameters of the path under the names that the operation has for them."""
        return dict(zip(self.names[method], self.values, strict=True))


class Routes(Generic[Target]):
    """All addresses."""

    def __init__(self) -> None:
        self._root: _Part[Target] = _Part()

    def add(self, method: str, path: str, target: Target) -> Target | None:
        """Add an address; gives what has it already, in which case nothing is added.

        `/pets/{id}` and `/pets/{name}` are the same address.
        """
        part = self._root
        for text in path.strip("/").split("/"):
            part = self._below(part, text)
        known = part.targets.get(method)
        if known is None:
            part.targets[method] = target
            part.names[method] = tuple(PARAMETER.findall(path))
        return known

    def find(self, path: str) -> Match[Target] | None:
        """Find what answers a path, whose parts are not decoded yet or hold no slash."""
        return _find(self._root, path.strip("/").split("/"), 0, ())

    def _below(self, part: _Part[Target], text: str) -> _Part[Target]:
        if "{" not in text:
            return part.written.setdefault(text, _Part())
        shape = PARAMETER.sub("{}", text)
        for known, _, below in part.matched:
            if known == shape:
                return below
        pattern = re.compile(_pattern(shape.split("{}")))
        below = _Part[Target]()
        part.matched.append((shape, pattern, below))
        part.matched.sort(key=lambda entry: -len(entry[0]))
        return below


def _pattern(literals: list[str]) -> str:
    """Write the pattern of a part: each value ends where the next written character begins.

    So no text, however made, takes more than one look at each of its characters.
    """
    parts = [re.escape(literals[0])]
    for literal, is_last in zip(literals[1:], [False] * (len(literals) - 2) + [True], strict=True):
        stop = "" if is_last or not literal else re.escape(literal[0])
        parts.append(f"([^/{stop}]+){re.escape(literal)}")
    return "".join(parts)


def _find(
    part: _Part[Target], texts: list[str], at: int, values: tuple[str, ...]
) -> Match[Target] | None:
    if at == len(texts):
        return Match(part.targets, values, part.names) if part.targets else None
    below = part.written.get(texts[at])
    found = _find(below, texts, at + 1, values) if below is not None else None
    if found is not None:
        return found
    for _, pattern, below in part.matched:
        match = pattern.fullmatch(texts[at])
        if match is not None:
            found = _find(below, texts, at + 1, values + match.groups())
            if found is not None:
                return found
    return None
