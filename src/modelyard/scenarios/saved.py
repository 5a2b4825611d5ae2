"""Saved scenarios: values under a name, for oneself, for named people, or for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from modelyard.accounts.actor import Actor
from modelyard.accounts.resource import Level, Visibility
from modelyard.scenarios.record import Figure, Saved


@dataclass(eq=False)
class SavedScenarios:
    """Saved scenarios. Here rights are decided: who asks must see the model and the scenario.

    What somebody may not see is NotFound, in the same words as what is not there. Only its owner
    (and owners of the service) change, share and delete one; others save a copy.
    """

    def save(  # noqa: PLR0913 (what is saved)
        self,
        model: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        note: str = "",
        as_of: date | None = None,
        level: Level = "private",
        people: Sequence[str] = (),
        by: Actor,
    ) -> Saved:
        """Save values of open parameters under a name; its id is its permanent address.

        Raises what working out the form raises: Denied, with the name, for a parameter that is
        locked or derived, Invalid for a value that is not right.
        """
        raise NotImplementedError

    def get(self, saved_id: str, *, by: Actor) -> Saved:
        """Give one to somebody who may see it; raises NotFound, SignInNeeded."""
        raise NotImplementedError

    def list_of(self, model: str = "", *, by: Actor) -> list[Saved]:
        """List those that somebody may see, of one model or all; the latest changed first."""
        raise NotImplementedError

    def change(  # noqa: PLR0913 (what may change)
        self,
        saved_id: str,
        *,
        made_from: int,
        name: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        note: str | None = None,
        as_of: date | None = None,
        by: Actor,
    ) -> Saved:
        """Save anew what is given; `made_from` is the revision that the author had before them.

        Raises Conflict, saying who changed it meanwhile, Denied, and what `save` raises.
        """
        raise NotImplementedError

    def delete(self, saved_id: str, *, by: Actor) -> None:
        """Remove one with its figures, for good; raises NotFound, Denied."""
        raise NotImplementedError

    def share(
        self, saved_id: str, level: Level, people: Sequence[str] = (), *, by: Actor
    ) -> Visibility:
        """Say who may see it; raises NotFound, Denied, Invalid."""
        raise NotImplementedError

    def visibility_of(self, saved: Saved) -> Visibility:
        """Say who may see it, besides that they must see the model."""
        raise NotImplementedError

    def may_change(self, saved: Saved, *, by: Actor) -> bool:
        """Tell whether somebody may change, share and delete it."""
        raise NotImplementedError

    def work_out(self, saved_id: str, *, by: Actor) -> Figure:
        """Work it out with the model as it is served now, and keep the figures.

        Raises NotFound, and what working it out raises.
        """
        raise NotImplementedError
