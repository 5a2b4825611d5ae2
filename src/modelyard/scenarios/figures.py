"""Figures that were kept, with their passports; working them out again by their id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.accounts.actor import Actor
from modelyard.scenarios.record import Figure


@dataclass(eq=False)
class Figures:
    """Kept figures. Who sees the saved scenario sees its figures; others are for who made them."""

    def get(self, figure_id: str, *, by: Actor) -> Figure:
        """Give one to somebody who may see it; raises NotFound."""
        raise NotImplementedError

    def list_of(self, *, model: str = "", saved: str = "", by: Actor) -> list[Figure]:
        """List those that somebody may see, the newest first, without their answers."""
        raise NotImplementedError

    def keep(self, answer: Mapping[str, Any], *, saved: str = "", by: Actor) -> Figure:
        """Keep what `WhatIfs.run` (or another of its verbs) has just answered."""
        raise NotImplementedError

    def replay(self, figure_id: str, *, by: Actor) -> dict[str, Any]:
        """Work the figures out again, with the version of that time: `identical`, else `place`,
        `before`, `now`; `changes` of code and libraries since; `words` says it in a sentence.

        Raises NotFound, and what working it out raises.
        """
        raise NotImplementedError
