"""Runs over REST: asking for long work, and seeing how it stands."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import Conflict, Invalid
from modelyard.functions.work import KIND
from modelyard.models.training_plan import KIND as TRAINING
from modelyard.runs.kinds import Checked, find_kind
from modelyard.runs.run import STATES, Run
from modelyard.web import guard
from modelyard.web.body import find_idempotency_key, json_object
from modelyard.web.function_rights import require_function
from modelyard.web.live import live
from modelyard.web.needs import decides_itself, for_readers
from modelyard.web.publishing import require_trainer
from modelyard.web.query import Query
from modelyard.web.replies import JSON, as_json, hashed
from modelyard.web.run_answers import ROOT, address_of, short, whole
from modelyard.web.run_kinds import kind_contents
from modelyard.web.run_lists import seen_runs
from modelyard.web.run_rights import (
    get_changeable,
    get_seen,
    get_still_seen,
    is_id,
    may_see,
    require_runner,
    require_start,
)
from modelyard.web.what_if_runs import require_what_if

MOST_LISTED = 200
LONGEST_WAIT_S = 60
blueprint = Blueprint("runs", __name__, url_prefix=ROOT)


@blueprint.post("")
@decides_itself
def start_run() -> Response:
    """Ask for a run."""
    require_runner()
    Query(request.args)
    body = json_object("kind", "request")
    kind, wanted = body.get("kind"), body.get("request", {})
    if not isinstance(kind, str) or not kind:
        raise Invalid("body, 'kind'", "is not the name of a kind.", f"GET {ROOT}/kinds lists them.")
    if not isinstance(wanted, dict):
        raise Invalid("body, 'request'", "is not a JSON object.")
    return accepted(*submit(kind, wanted, find_idempotency_key()))


@blueprint.get("")
@for_readers
def list_runs() -> Response:
    """List runs, the newest first."""
    query = Query(request.args, "state", "kind", "dataset", "limit", "before")
    limit = query.integer("limit", 50, 1, MOST_LISTED)
    page = seen_runs(filters_of(query), limit, before_of(query))
    content: dict[str, Any] = {"runs": [short(run) for run in page.runs]}
    content["next"] = _next_address(page.next)
    return hashed(content)


@blueprint.get("/kinds")
@for_readers
def list_kinds() -> Response:
    """List what can be started."""
    Query(request.args)
    return hashed({"kinds": kind_contents(live().records.runs.kinds())})


@blueprint.get("/<run_id>")
@decides_itself
def get_run(run_id: str) -> Response:
    """Give one run, at once or when it is over."""
    query = Query(request.args, "wait")
    wait_s = query.number("wait", 0, 0, LONGEST_WAIT_S)
    run = get_seen(run_id)
    if wait_s and not run.is_over:
        _wait(run, wait_s)
        run = get_still_seen(run_id)
    answer = hashed(whole(run))
    if not run.is_over:
        answer.headers["Retry-After"] = "1"
    return answer


@blueprint.post("/<run_id>/cancel")
@decides_itself
def cancel_run(run_id: str) -> Response:
    """End a run; one that is at work ends within a moment.

    Who may end it without seeing it is told that alone.
    """
    Query(request.args)
    run = cancelled(run_id)
    answer = as_json(whole(run) if may_see(run) else {"id": run.id, "state": run.state})
    answer.status_code = 200 if run.is_over else 202
    answer.headers["Location"] = address_of(run)
    return answer


@blueprint.post("/<run_id>/retry")
@decides_itself
def retry_run(run_id: str) -> Response:
    """Ask for the same again, as a new run."""
    Query(request.args)
    return accepted(*retried(run_id, find_idempotency_key()))


def filters_of(query: Query) -> dict[str, Any]:
    """Read which runs are asked for; raises Invalid for a state that there is not."""
    state, kind, dataset = (query.text(name) for name in ("state", "kind", "dataset"))
    if state and state not in STATES:
        known = ", ".join(STATES)
        raise Invalid("parameter 'state'", f"'{state[:50]}' is not known.", f"Known: {known}.")
    return {
        "state": state,
        "kind": kind.replace("\0", ""),
        "resource": ("dataset", dataset.replace("\0", "")) if dataset else None,
    }


def before_of(query: Query) -> str:
    """Read the run at which the page before ended; raises Invalid."""
    before = query.text("before")
    if before and not is_id(before):
        raise Invalid("parameter 'before'", "is not the id of a run.")
    return before


def submit(kind: str, wanted: dict[str, Any], key: str | None) -> tuple[Run, bool]:
    """Start a run for the one who asks; gives it, and whether it is new.

    Raises Invalid and NotFound for what cannot be done, SignInNeeded and Denied for what they may
    not do, and Invalid where the key was used for something else.
    """
    checked = checked_request(kind, wanted)
    require_start(_resource_of(checked))
    actor = guard.asker()
    try:
        return live().records.runs.submit(
            kind,
            wanted,
            started_by=actor.shown,
            started_by_id=actor.user_id,
            idempotency_key=key,
        )
    except Conflict as conflict:
        raise reused(conflict) from None


def checked_request(kind: str, wanted: dict[str, Any]) -> Checked:
    """Look whether a run can be done; a dataset, model or function that is secret is not there.

    Raises Invalid and NotFound.
    """
    found = find_kind(live().records.runs.kinds(), kind)
    _require_named(kind, wanted)
    if kind == KIND and isinstance(wanted.get("function"), str):
        require_function(wanted["function"])
    return found.check(wanted)


def _require_named(kind: str, wanted: Mapping[str, Any]) -> None:
    """Pass where the one who asks may read the dataset and the model that a request names."""
    if kind == TRAINING:
        require_trainer(str(wanted.get("model", "")))
        return
    require_what_if(wanted)
    for named in ("dataset", "model"):
        name = wanted.get(named)
        if isinstance(name, str):
            guard.require("read", Resource(named, name))


def cancelled(run_id: str) -> Run:
    """End a run; raises NotFound, SignInNeeded, Denied, and Conflict for one that is over."""
    run = get_changeable(run_id)
    if run.is_over:
        raise Conflict(f"run '{run.id}'", f"is over already: {run.state}.")
    return live().records.runs.cancel(run.id, by=guard.asker().shown)


def retried(run_id: str, key: str | None) -> tuple[Run, bool]:
    """Start again what a run did; raises NotFound, SignInNeeded, Denied and Conflict."""
    run = get_changeable(run_id)
    require_start(_resource_of(run))
    _require_named(run.kind, run.request)
    actor = guard.asker()
    return live().records.runs.retry(
        run.id, started_by=actor.shown, started_by_id=actor.user_id, idempotency_key=key
    )


def accepted(run: Run, is_new: bool) -> Response:
    """Answer 202: the run is taken, and here is where to ask for it."""
    content = json.dumps(whole(run), ensure_ascii=False)
    answer = Response(content, 202, mimetype=JSON)
    answer.headers["Location"] = address_of(run)
    if not is_new:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def reused(conflict: Conflict) -> Invalid:
    """Say that a key was used for something else, as the draft of Idempotency-Key does: 422."""
    return Invalid(conflict.where, conflict.why, conflict.cure)


def _resource_of(about: Checked | Run) -> Resource | None:
    return Resource(about.resource_kind, about.resource_name) if about.resource_kind else None


def _wait(run: Run, wait_s: float) -> None:
    """Wait for a run where there is a free seat: some threads stay free for others."""
    with live().answers.seat() as may_wait:
        if may_wait:
            live().records.runs.wait(run.id, wait_s)


def _next_address(before: str) -> str | None:
    if not before:
        return None
    from urllib.parse import urlencode

    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "before"]
    return f"{ROOT}?{urlencode([*asked, ('before', before)])}"
