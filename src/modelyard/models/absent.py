"""What is said of models and versions that are not there."""

from collections.abc import Iterable
from difflib import get_close_matches

from modelyard.accounts.plain_text import clean_text
from modelyard.errors import NotFound
from modelyard.models.version import Model


def no_model(name: str, known: Iterable[str]) -> NotFound:
    """Say that there is no such model, and which one may be meant."""
    near = get_close_matches(name, known, 1)
    cure = f"Did you mean '{near[0]}'?" if near else ""
    return NotFound(f"model '{clean_text(name, 100)}'", "is not here.", cure)


def no_version(model: Model, asked: int | str | None) -> NotFound:
    """Say that a model has no such version or alias, and which aliases it has."""
    if asked is None:
        return NotFound(f"model '{model.name}'", "has no version that can be served.")
    what = f"alias '@{asked}'" if isinstance(asked, str) else f"version {asked}"
    known = ", ".join(f"@{one.alias}" for one in model.aliases)
    cure = f"There are {known}." if known else ""
    return NotFound(f"model '{model.name}'", f"has no {what}.", cure)
