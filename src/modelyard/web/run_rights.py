"""Who may see a run, start one, cancel one: by the resource that it is about."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import current_app, g, request

from modelyard.accounts.actor import Actor
from modelyard.accounts.decision import decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Denied, ModelyardError, NotFound, SignInNeeded
from modelyard.runs.run import Run
from modelyard.web import guard
from modelyard.web.caller import SIGN_IN
from modelyard.web.function_rights import require_function
from modelyard.web.live import live, services
from modelyard.web.publishing import require_publisher

ID = re.compile(r"[0-9a-zA-Z-]{1,64}")
NEW = Resource("run", "new")


def find_resource(run: Run) -> Resource | None:
    """Give what a run is about; None for one about nothing, or about what is no longer here.

    Another dataset that has taken the name is not what the run is about.
    """
    if not run.resource_kind:
        return None
    resource = Resource(run.resource_kind, run.resource_name)
    if resource.kind == "dataset":
        dataset = services().datasets.datasets.get(resource.name)
        is_same = dataset is not None and dataset.source.digest == run.resource_digest
        return resource if is_same else None
    return resource if guard.is_here(resource) else None


def may_see(run: Run) -> bool:
    """Tell whether the one who asks may see a run.

    They may if they may read what it is about, and what else it asked: every saved scenario that
    it names. A run about nothing, or with a scenario that is gone, is for the one who started it
    and for owners.
    """
    resource, ids = find_resource(run), saved_ids(run.request)
    if not sees_saved(ids):
        return False
    if resource is None or (ids and not live().records.scenarios.saved.are_here(ids)):
        return _is_own(run)
    return all(guard.may("read", one) for one in (resource, *named(run)))


def sees_saved(ids: frozenset[str]) -> bool:
    """Tell whether the one who asks may see all of these saved scenarios that are still here."""
    return not ids or live().records.scenarios.saved.are_seen(ids, by=guard.asker())


def saved_ids(asked: Mapping[str, Any]) -> frozenset[str]:
    """Give the ids of the saved scenarios that a request names, bare or with their values."""
    if "what_if" not in asked:
        return frozenset()
    saved, inputs = asked.get("saved"), asked.get("inputs")
    ids = [saved] if isinstance(saved, str) else _listed(saved)
    ids += [one.get("id") for one in _listed(inputs) if isinstance(one, dict)]
    return frozenset(one for one in ids if isinstance(one, str) and one)


def _listed(told: object) -> list[Any]:
    return list(told) if isinstance(told, list | tuple) else []


def _is_own(run: Run) -> bool:
    own = Resource("run", run.id)
    visibility = Visibility(level="private", owner=run.started_by)
    return any(
        decide(guard.asker(), scope, own, visibility).is_allowed for scope in ("read", "admin")
    )


def named(run: Run) -> list[Resource]:
    """Give what a run asks besides what it is about: a training, its dataset."""
    plan = run.request.get("plan")
    config = plan.get("config") if isinstance(plan, dict) else None
    asked = {**run.request, "trained_on": config.get("dataset") if config else None}
    kinds = (("model", "model"), ("what_if", "scenario"), ("trained_on", "dataset"))
    return [Resource(kind, asked[name]) for name, kind in kinds if isinstance(asked.get(name), str)]


def get_seen(run_id: str) -> Run:
    """Give a run to somebody who may see it.

    Raises NotFound in the same words for one that is not there and one that is secret;
    SignInNeeded, in both cases, for somebody unknown.
    """
    run = _find(run_id)
    if run is not None and may_see(run):
        return run
    raise _absent(run_id)


def get_still_seen(run_id: str) -> Run:
    """Give a run anew to somebody who waited: their right may have ended since, or their token.

    Raises what `get_seen` raises.
    """
    g.pop("asker", None)
    return get_seen(run_id)


def right_to(run_id: str) -> Callable[[], bool]:
    """Give what tells, also when the request is over, whether the one who asks may see a run.

    It raises Unavailable where the database cannot be reached.
    """
    app, environ = current_app._get_current_object(), dict(request.environ)  # type: ignore[attr-defined]

    def may_still_see() -> bool:
        with app.request_context(environ):
            try:
                get_seen(run_id)
            except (Denied, NotFound):
                return False
        return True

    return may_still_see


def may_change(run: Run, actor: Actor) -> bool:
    """Tell whether somebody may cancel a run: the one who started it, and owners."""
    if actor.only is not None and actor.only != Resource(run.resource_kind, run.resource_name):
        return False
    if "admin" in actor.scopes:
        return True
    return "run" in actor.scopes and bool(actor.email) and actor.email == run.started_by


def get_changeable(run_id: str) -> Run:
    """Give a run to somebody who may cancel it or start it again; an owner need not see it.

    Raises NotFound, SignInNeeded as `get_seen` does, and Denied.
    """
    run = _find(run_id)
    actor = guard.asker()
    if run is not None and may_change(run, actor):
        return run
    if run is None or not may_see(run):
        raise _absent(run_id)
    if not actor.is_signed_in:
        raise SignInNeeded(f"run '{run_id}'", "To change it, sign in.", SIGN_IN)
    raise Denied(f"run '{run_id}'", "Who started a run, and owners, may change it.")


def require_start(resource: Resource | None) -> None:
    """Pass where the one who asks may start work on `resource`, or on nothing in particular.

    Raises SignInNeeded, NotFound where the resource is secret, and Denied.
    """
    if resource is not None and resource.kind == "function":
        require_function(resource.name)
    elif resource is not None and resource.kind == "model":
        require_publisher(resource.name)
    elif resource is not None:
        guard.require("run", resource)
    else:
        _require_scope(guard.asker())


def require_runner() -> None:
    """Pass where the one who asks may start any work at all; before their request is read.

    Raises SignInNeeded and Denied.
    """
    _require_scope(replace(guard.asker(), only=None))


def is_id(text: str) -> bool:
    """Tell whether a text may be the id of a run; not every text can be asked of a database."""
    return ID.fullmatch(text) is not None


def _require_scope(actor: Actor) -> None:
    decision = decide(actor, "run", NEW, Visibility(level="signed-in"))
    if decision.is_allowed:
        return
    if not actor.is_signed_in:
        raise SignInNeeded("runs", "To start work, sign in.", SIGN_IN)
    raise Denied("runs", decision.why)


def _find(run_id: str) -> Run | None:
    if not is_id(run_id):
        return None
    try:
        return live().records.runs.get_run(run_id)
    except NotFound:
        return None


def _absent(run_id: str) -> ModelyardError:
    where = f"run '{run_id[:64]}'"
    if guard.asker().is_signed_in:
        return NotFound(where, "is not here.")
    return SignInNeeded(where, "To see it, sign in.", SIGN_IN)
