"""The frame around all pages of one what-if model: its name, its tabs, its present state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.scenarios.offered import Offered
from modelyard.web import guard
from modelyard.web.pages.page import page, status_of
from modelyard.web.what_if.offered import KIND, get_offered
from modelyard.web.what_if.state import SEEN, State, model_asked, query_of, state_of

TABS = (
    ("model", "Try it", ""),
    ("compare", "Compare", "/compare"),
    ("sensitivity", "Sensitivity", "/sensitivity"),
    ("grid", "Grid", "/grid"),
    ("goal-seek", "Goal seek", "/goal-seek"),
    ("chance", "Monte Carlo", "/montecarlo"),
    ("actuals", "Actuals", "/actuals"),
    ("runs", "Runs", "/runs"),
    ("versions", "Versions", "/versions"),
    ("access", "Access", "/access"),
)
WITH_STATE = frozenset({"model", "sensitivity", "grid", "goal-seek", "chance", "actuals"})
"""Tabs that keep what was filled in."""
SEEN_LETTERS = 12


@dataclass(frozen=True)
class Asked:
    """A model, and the state in which it is looked at."""

    offered: Offered
    state: State

    @property
    def definition(self) -> dict[str, Any]:
        """Its parameters and outputs."""
        return self.offered.definition

    @property
    def query(self) -> str:
        """The state, as the query of an address."""
        return query_of(self.state.pairs(self.definition))

    @property
    def seen(self) -> str:
        """What names the model as it is now, in forms and addresses."""
        return self.offered.digest[:SEEN_LETTERS]

    @property
    def has_changed(self) -> bool:
        """Whether it is another than the one from which the form or address was made."""
        return bool(self.state.seen) and self.state.seen != self.seen

    @property
    def permalink(self) -> str:
        """The address of this state."""
        pairs = self.state.pairs(self.definition)
        return f"/scenarios/{self.offered.name}?{query_of([*pairs, (SEEN, self.seen)])}"


def asked_for(name: str) -> Asked:
    """Read which model, version and values the address of this request names."""
    version, as_of = model_asked(request.args)
    offered = get_offered(name, version, as_of)
    if offered.fault is not None:
        return Asked(offered, State({}, version, as_of))
    return Asked(offered, state_of(offered.definition, request.args))


def framed(
    asked: Asked,
    tab: str,
    template: str,
    fault: ModelyardError | None = None,
    **context: Any,
) -> Response:
    """Answer with a page of a model; `fault` is shown on it, and decides the status."""
    offered = asked.offered
    if offered.fault is not None and tab not in {"access", "versions", "runs"}:
        broken = offered.fault.to_error()
        return page("scenarios/fault.html", status_of(broken), fault=broken, **frame_of(asked, tab))
    return page(template, status_of(fault), fault=fault, **(frame_of(asked, tab) | context))


def frame_of(asked: Asked, tab: str) -> dict[str, Any]:
    """Give what the frame shows."""
    offered, root = asked.offered, f"/scenarios/{asked.offered.name}"
    resource = Resource(KIND, offered.name)
    query = f"?{asked.query}" if asked.query else ""
    tabs = [
        (key, label, root + ending + (query if key in WITH_STATE else ""), key == tab)
        for key, label, ending in TABS
    ]
    return {
        "offered": offered,
        "asked": asked,
        "definition": offered.definition,
        "root": root,
        "api": f"/api/v1{root}",
        "tabs": tabs,
        "query": asked.query,
        "may_write": guard.may("write", resource),
        "may_start": guard.may("run", resource),
        "host": request.host_url.rstrip("/"),
    }


def access_frame(name: str) -> dict[str, Any]:
    """Give the frame of the tab on access; who may not read the model sees its name alone."""
    asked = Asked(get_offered(name), State({}))
    if not guard.may("read", Resource(KIND, name)):
        asked = Asked(Offered(name=name, title=name, origin=asked.offered.origin), State({}))
    return frame_of(asked, "access")


def numeric(definition: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    """Give the parameters or outputs that are one number; of parameters, those that are open."""
    kinds = {"number", "integer", "money", "percent"}
    return [
        item
        for item in definition[what]
        if item["kind"] in kinds and item.get("access", "open") == "open"
    ]
