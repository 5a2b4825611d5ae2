"""What a scenario was saved with, and the model does not let be chosen any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.web.what_if.written import coordinate, written


@dataclass(frozen=True)
class Kept:
    """The values of a saved scenario, as the model is now."""

    given: dict[str, Any]
    """Of parameters that are open, and so count."""
    overruled: dict[str, Any]
    """Of those that were locked or derived since, or are gone."""


def kept_of(definition: Mapping[str, Any], inputs: Mapping[str, Any]) -> Kept:
    """Part the values of a saved scenario into those that count and those that do not."""
    names = {
        item["name"] for item in definition["parameters"] if item.get("access", "open") == "open"
    }
    return Kept(
        {name: value for name, value in inputs.items() if name in names},
        {name: value for name, value in inputs.items() if name not in names},
    )


def overruled_words(
    definition: Mapping[str, Any], overruled: Mapping[str, Any], now: Mapping[str, Any]
) -> list[str]:
    """Say of each value that does not count what counts instead; nothing where it is the same."""
    known = {item["name"]: item for item in definition["parameters"]}
    said = []
    for name, value in overruled.items():
        item = known.get(name)
        if item is None:
            said.append(f"{name} was saved as {str(value)[:60]} and is no parameter any more.")
        elif name in now and not _is_same(value, now[name]):
            was, counts = written(item, value), written(item, now[name])
            said.append(
                f"{item['title']} was saved as {was} and is {item['access']} now: {counts} counts."
            )
    return said


def _is_same(one: Any, other: Any) -> bool:
    numbers = coordinate(one), coordinate(other)
    return one == other or (None not in numbers and numbers[0] == numbers[1])
