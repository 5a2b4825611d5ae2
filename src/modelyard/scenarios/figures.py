"""Figures that were kept, with their passports; working them out again by their id."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from modelyard.accounts.actor import Actor
from modelyard.accounts.decision import decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Invalid, NotFound, SignInNeeded
from modelyard.scenarios.asked import Question, Verb
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.passport import first_difference
from modelyard.scenarios.record import MODEL, SAVED, Figure, FigureKind
from modelyard.scenarios.store_saved import SavedStore
from modelyard.scenarios.told import lasting

MOST_BYTES = 8 * 1024 * 1024
KINDS: Mapping[str, FigureKind] = {
    "run": "run",
    "compare": "compare",
    "sensitivity": "sensitivity",
    "grid": "grid",
    "goal-seek": "goal-seek",
    "montecarlo": "montecarlo",
}
NAMING = frozenset({"digest", "version"})
"""What names the code, not the figures."""


@dataclass(eq=False)
class Figures:
    """Kept figures. Who sees the saved scenario sees its figures; others are for who made them."""

    offers: Offers
    store: SavedStore
    sees_model: Callable[[Actor, str], bool]

    def get(self, figure_id: str, *, by: Actor) -> Figure:
        """Give one to somebody who may see it; raises NotFound, SignInNeeded."""
        figure = self.store.find_figure(figure_id[:64])
        if figure is not None and self._sees(figure, by):
            return figure
        if not by.is_signed_in:
            raise SignInNeeded("figure", "To see it, sign in.", "Sign in, or send a token.")
        raise NotFound("figure", "is not here.")

    def list_of(self, *, model: str = "", saved: str = "", by: Actor) -> list[Figure]:
        """List those that somebody may see, the newest first, without their answers."""
        return [one for one in self.store.list_figures(model, saved) if self._sees(one, by)]

    def latest_of(self, saved: str, *, by: Actor) -> Figure:
        """Give the newest figures of a saved scenario; raises NotFound where none were kept."""
        kept = self.list_of(saved=saved, by=by)
        if not kept:
            cure = (
                "Keep them on its page, or by POST to its address with /figures; "
                "`modelyard scenarios save` keeps figures with the values."
            )
            raise NotFound(f"saved scenario '{saved[:64]}'", "no figures of it were kept.", cure)
        return kept[0]

    def keep(self, answer: Mapping[str, Any], *, saved: str = "", by: Actor) -> Figure:
        """Keep what `WhatIfs.run` (or another of its verbs) has just answered.

        Raises Invalid for an answer that is no such one, or is larger than 8 MiB.
        """
        passport = answer.get("passport")
        if not isinstance(passport, Mapping) or passport.get("verb") not in KINDS:
            raise Invalid("figure", "is no answer of a what-if model.")
        if len(json.dumps(answer)) > MOST_BYTES:
            raise Invalid("figure", "is larger than 8 MiB.", "Make it as a run.")
        figure = Figure(
            id=f"fg{secrets.token_hex(12)}",
            kind=KINDS[passport["verb"]],
            model=str(answer["model"]),
            version=int(answer["version"]),
            saved=saved,
            question={name: passport[name] for name in ("verb", "given", "arguments", "as_of")},
            answer=dict(answer),
            passport=dict(passport),
            created_at=self.store.sharing.ground.clock(),
            created_by=by.shown[:254],
        )
        return self.store.add_figure(figure, by=by)

    def replay(self, figure_id: str, *, by: Actor) -> dict[str, Any]:
        """Work the figures out again, with the version of that time: `identical`, else `place`,
        `before`, `now`; `changes` of code and libraries since; `words` says it in a sentence.

        Raises NotFound, and what working it out raises.
        """
        figure = self.get(figure_id, by=by)
        return {"figure": figure.id} | self._again(figure)

    def _again(self, figure: Figure) -> dict[str, Any]:
        told, passport = figure.question, figure.passport
        day = date.fromisoformat(told["as_of"]) if told["as_of"] else None
        spec = self.offers.spec_of(figure.model, figure.version or -1, day)
        is_run = told["verb"] == "run"
        asked = Question(
            verb=cast("Verb", told["verb"]),
            spec=spec,
            given=passport["inputs"] if is_run else told["given"],
            arguments=told["arguments"],
            may_unlock=is_run,
        )
        answer = self.offers.asking.ask(asked)[0]
        before, now = (_figures(one) for one in (figure.answer, answer))
        difference = first_difference(before, now, "")
        changes = _changes(passport, answer["passport"])
        return told_replay(difference, changes)

    def _sees(self, figure: Figure, by: Actor) -> bool:
        whole = unlimited(by) if by.only == Resource(MODEL, figure.model) else by
        if not self.sees_model(by, figure.model):
            return False
        visibility = Visibility(level="private", owner=figure.created_by)
        if figure.saved:
            visibility = self.store.all_visibilities().get(figure.saved) or visibility
        elif by.shown == figure.created_by:
            return "read" in whole.scopes
        return decide(whole, "read", Resource(SAVED, figure.saved), visibility).is_allowed


def unlimited(by: Actor) -> Actor:
    """Give somebody whose token is for one model as they are with what belongs to it."""
    return replace(by, only=None)


def _figures(answer: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in lasting(answer).items() if name not in NAMING}
    plain: dict[str, Any] = json.loads(json.dumps(kept))
    return plain


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Say what else is different: the code, and versions of libraries."""
    pairs = {"code": (before["code"], now["code"])}
    names = sorted({*before["versions"], *now["versions"]})
    pairs |= {name: (before["versions"].get(name), now["versions"].get(name)) for name in names}
    return {name: {"before": old, "now": new} for name, (old, new) in pairs.items() if old != new}


def told_replay(
    difference: tuple[str, Any, Any] | None, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Say what came of working figures out again."""
    changed = f" Changed since: {', '.join(changes)}." if changes else ""
    if difference is None:
        words = f"Identical.{changed}"
        return {"identical": True, "words": words, "changes": dict(changes)}
    place, before, now = difference[0].lstrip("."), difference[1], difference[2]
    words = f"First difference: {place} was {before}, and is {now}.{changed}"
    return {
        "identical": False,
        "place": place,
        "before": before,
        "now": now,
        "words": words,
        "changes": dict(changes),
    }
