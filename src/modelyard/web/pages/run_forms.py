"""Starting, ending and repeating runs by forms."""

import hashlib
import json
import secrets
from typing import Any

import msgspec
from flask import Blueprint, Response, redirect, request

from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid
from modelyard.runs.kinds import Kind, find_kind
from modelyard.runs.run import Run
from modelyard.web import guard
from modelyard.web.api.runs import cancelled, retried, submit
from modelyard.web.live import live, services
from modelyard.web.needs import decides_itself
from modelyard.web.run_kinds import request_from_form
from modelyard.web.run_rights import require_runner

blueprint = Blueprint("run_forms", __name__)


@blueprint.app_template_global("form_key")
def form_key() -> str:
    """Make a key for a form, so that sending it twice does the thing once."""
    return secrets.token_hex(12)


@blueprint.app_template_global("may_run")
def may_run(dataset: str) -> bool:
    """Tell whether the one who asks may start work on a dataset."""
    return guard.may("run", Resource("dataset", dataset))


@blueprint.app_template_filter("json_text")
def json_text(value: Any) -> str:
    """Write JSON that may stand between single quotes in a shell."""
    return json.dumps(value, ensure_ascii=False).replace("'", "\\u0027")


@blueprint.post("/runs")
@decides_itself
def start() -> Response:
    """Start a run and lead to its page."""
    require_runner()
    name = request.values.get("kind", "")
    if not name:
        raise Invalid("kind", "is missing: what is to be done?")
    kind = find_kind(live().records.runs.kinds(), name)
    wanted = request_from_form(kind, request.values)
    run, _ = submit(name, wanted, _key(name, wanted))
    return _to(run)


@blueprint.post("/runs/<run_id>/cancel")
@decides_itself
def cancel(run_id: str) -> Response:
    """End a run and lead back to its page."""
    return _to(cancelled(run_id))


@blueprint.post("/runs/<run_id>/retry")
@decides_itself
def retry(run_id: str) -> Response:
    """Do a run again and lead to the new one's page."""
    run, _ = retried(run_id, _key("retry", run_id))
    return _to(run)


def kinds_for(dataset: str) -> list[Kind]:
    """List what can be started on a dataset: a local one is not fetched."""
    known = services().datasets.datasets.get(dataset)
    is_remote = known is not None and known.source.is_remote
    kinds = live().records.runs.kinds().values()
    fitting = (kind for kind in kinds if "dataset" in kind.struct.__struct_fields__)
    return [kind for kind in fitting if is_plain(kind) and (kind.name != "fetch" or is_remote)]


def is_plain(kind: Kind) -> bool:
    """Tell whether a kind can be started by a form that names a dataset, or nothing at all."""
    needed = {one.name for one in msgspec.structs.fields(kind.struct) if one.required}
    return needed <= {"dataset"}


def _key(what: str, wanted: Any) -> str | None:
    """Give a key that is the same when the same form is sent again with the same content."""
    given = request.values.get("key", "")[:64]
    if not given.isalnum():
        return None
    digest = hashlib.sha256(json.dumps([what, wanted], sort_keys=True).encode()).hexdigest()
    return f"form-{given}-{digest[:16]}"


def _to(run: Run) -> Response:
    answer = redirect(f"/runs/{run.id}", 303)
    return Response(answer.get_data(), answer.status_code, answer.headers)
