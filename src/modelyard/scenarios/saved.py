"""Saved scenarios: values under a name, for oneself, for named people, or for all."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from modelyard.accounts.actor import Actor
from modelyard.accounts.decision import decide, require
from modelyard.accounts.plain_text import clean_text
from modelyard.accounts.resource import Level, Resource, Visibility
from modelyard.errors import Invalid, NotFound, SignInNeeded
from modelyard.scenarios.figures import Figures, unlimited
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.record import MODEL, SAVED, Figure, Saved
from modelyard.scenarios.scenario import LONGEST_NAME
from modelyard.scenarios.store_saved import SavedStore, overtaken

LONGEST_NOTE = 10_000
Sees = Callable[[Actor, str], bool]
"""Whether somebody may see a model."""


@dataclass(eq=False)
class SavedScenarios:
    """Saved scenarios. Here rights are decided: who asks must see the model and the scenario.

    What somebody may not see is NotFound, in the same words as what is not there. Only its owner
    (and owners of the service) change, share and delete one; others save a copy.
    """

    offers: Offers
    store: SavedStore
    figures: Figures
    sees_model: Sees

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

        What is not given is saved as it is by default now. Raises what working out the form
        raises: Denied, with the name, for a parameter that is locked or derived, Invalid for a
        value that is not right.
        """
        self._require_model(model, by)
        version, digest, kept = self._read(model, inputs, as_of)
        now = self.store.sharing.ground.clock()
        saved = Saved(
            id=f"sc{secrets.token_hex(12)}",
            name=_name(name),
            model=model,
            version=version,
            digest=digest,
            inputs=kept,
            as_of=as_of,
            note=_note(note),
            revision=1,
            created_at=now,
            created_by=by.shown[:254],
            changed_at=now,
            changed_by=by.shown[:254],
        )
        chosen: Level = "signed-in" if level == "private" and not by.email else level
        return self.store.add(saved, chosen, people, by=by)

    def get(self, saved_id: str, *, by: Actor) -> Saved:
        """Give one to somebody who may see it; raises NotFound, SignInNeeded."""
        saved = self.store.find_saved(saved_id[:64])
        if saved is not None and self._sees(saved, by):
            return saved
        if not by.is_signed_in:
            raise SignInNeeded("saved scenario", "To see it, sign in.", "Sign in, or send a token.")
        raise NotFound("saved scenario", "is not here.")

    def list_of(self, model: str = "", *, by: Actor) -> list[Saved]:
        """List those that somebody may see, of one model or all; the latest changed first."""
        return [one for one in self.store.list_saved(model) if self._sees(one, by)]

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

        The day is changed together with `inputs` only. Raises Overtaken, saying who changed it
        meanwhile, Denied, and what `save` raises.
        """
        saved = self._changeable(saved_id, by)
        if made_from != saved.revision:
            raise overtaken(saved)
        values: dict[str, Any] = {
            "name": saved.name if name is None else _name(name),
            "note": saved.note if note is None else _note(note),
            "revision": saved.revision + 1,
            "changed_at": self.store.sharing.ground.clock(),
            "changed_by": by.shown[:254],
        }
        if inputs is not None:
            version, digest, kept = self._read(saved.model, inputs, as_of)
            values |= {"version": version, "digest": digest, "inputs": kept, "as_of": as_of}
        return self.store.replace(msgspec.structs.replace(saved, **values), by=by)

    def delete(self, saved_id: str, *, by: Actor) -> None:
        """Remove one with its figures, for good; raises NotFound, Denied."""
        self.store.delete(self._changeable(saved_id, by), by=by)

    def share(
        self, saved_id: str, level: Level, people: Sequence[str] = (), *, by: Actor
    ) -> Visibility:
        """Say who may see it; raises NotFound, Denied, Invalid."""
        saved = self._changeable(saved_id, by)
        owner = self.visibility_of(saved).owner
        if level == "shared" and not [one for one in people if one.strip()]:
            raise Invalid("people", "are missing: shared with whom?", "Name them.")
        resource = Resource(SAVED, saved.id)
        return self.store.sharing.set(resource, level, people, owner, by=by)

    def visibility_of(self, saved: Saved) -> Visibility:
        """Say who may see it, besides that they must see the model."""
        return self.store.all_visibilities().get(saved.id) or Visibility(level="private")

    def are_here(self, ids: Iterable[str]) -> bool:
        """Tell whether none of these has been deleted."""
        return set(ids) <= self.store.all_visibilities().keys()

    def are_seen(self, ids: Iterable[str], *, by: Actor) -> bool:
        """Tell whether somebody who sees their model may see all of these that are still here."""
        known, whole = self.store.all_visibilities(), unlimited(by)
        here = [(Resource(SAVED, one), known[one]) for one in {*ids} if one in known]
        return all(decide(whole, "read", one, visible).is_allowed for one, visible in here)

    def may_change(self, saved: Saved, *, by: Actor) -> bool:
        """Tell whether somebody may change, share and delete it."""
        resource, visibility = Resource(SAVED, saved.id), self.visibility_of(saved)
        return self._sees(saved, by) and decide(by, "admin", resource, visibility).is_allowed

    def work_out(self, saved_id: str, *, by: Actor) -> Figure:
        """Work it out with the model as it is served now, and keep the figures.

        Raises NotFound, and what working it out raises.
        """
        saved = self.get(saved_id, by=by)
        spec = self.offers.spec_of(saved.model, as_of=saved.as_of)
        answer = self.offers.ask("run", spec, self.still_open(saved))
        return self.figures.keep(answer, saved=saved.id, by=by)

    def still_open(self, saved: Saved) -> dict[str, Any]:
        """Give the values that the model, as it is served now, still takes."""
        offered = self.offers.get_model(saved.model, as_of=saved.as_of)
        if offered.fault is not None:
            raise offered.fault.to_error()
        parameters = offered.definition["parameters"]
        is_open = {one["name"] for one in parameters if one.get("access", "open") == "open"}
        return {name: value for name, value in saved.inputs.items() if name in is_open}

    def _read(
        self, model: str, inputs: Mapping[str, Any], as_of: date | None
    ) -> tuple[int, str, dict[str, Any]]:
        spec = self.offers.spec_of(model, as_of=as_of)
        read = self.offers.ask("inputs", spec, dict(inputs))
        return spec.version, read["digest"], read["inputs"]

    def _sees(self, saved: Saved, by: Actor) -> bool:
        if by.only is not None:
            return by.only == Resource(MODEL, saved.model) and self._sees(saved, unlimited(by))
        visibility = self.visibility_of(saved)
        seen = decide(by, "read", Resource(SAVED, saved.id), visibility).is_allowed
        return seen and self.sees_model(by, saved.model)

    def _changeable(self, saved_id: str, by: Actor) -> Saved:
        saved = self.get(saved_id, by=by)
        whole = unlimited(by) if by.only == Resource(MODEL, saved.model) else by
        require(whole, "admin", Resource(SAVED, saved.id), self.visibility_of(saved))
        return saved

    def _require_model(self, model: str, by: Actor) -> None:
        if not self.sees_model(by, model):
            raise NotFound(f"scenarios/{model[:60]}", "there is no such model.")


def _name(text: str) -> str:
    name = clean_text(text, LONGEST_NAME + 1)
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("name", "a scenario needs a name.", f"At most {LONGEST_NAME} characters.")
    return name


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise Invalid("note", f"is a text of at most {LONGEST_NOTE:,} characters.")
    return text.encode("utf-8", "replace").decode()
