"""Who may see a dataset, a model or a what-if model, over REST."""

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.accounts.user import clean_email
from modelyard.errors import Invalid
from modelyard.web import guard
from modelyard.web.account_json import access_json
from modelyard.web.body import json_object
from modelyard.web.needs import decides_itself, guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept
from modelyard.web.sharing import require_sight, share
from modelyard.web.somebody import why_for, without_account
from modelyard.web.what_if.rights import require_there

blueprint = Blueprint("access", __name__, url_prefix="/api/v1")


@blueprint.get("/datasets/<name>/access")
@decides_itself
def get_access(name: str) -> Response:
    """Say who may see a dataset, who decided that, and why the one who asks may or may not."""
    return answer_access(Resource("dataset", name))


@blueprint.put("/datasets/<name>/access")
@guarded("admin", "dataset")
def set_access(name: str) -> Response:
    """Change who may see a dataset."""
    return change_access(Resource("dataset", name))


@blueprint.get("/models/<name>/access")
@decides_itself
def get_model_access(name: str) -> Response:
    """Say who may see a model, who decided that, and why the one who asks may or may not."""
    return answer_access(Resource("model", name))


@blueprint.put("/models/<name>/access")
@guarded("admin", "model")
def set_model_access(name: str) -> Response:
    """Change who may see a model."""
    return change_access(Resource("model", name))


@blueprint.get("/scenarios/<name>/access")
@decides_itself
def get_scenario_access(name: str) -> Response:
    """Say who may see a what-if model, who decided that, and why one may or may not."""
    require_there(name)
    return answer_access(Resource("scenario", name))


@blueprint.put("/scenarios/<name>/access")
@guarded("admin", "scenario")
def set_scenario_access(name: str) -> Response:
    """Change who may see a what-if model."""
    require_there(name)
    return change_access(Resource("scenario", name))


def answer_access(resource: Resource) -> Response:
    """Answer with who may see a resource; raises what `require_sight` raises."""
    require_sight(resource)
    person = Query(request.args, "user").text("user")
    return described(resource, person)


def change_access(resource: Resource) -> Response:
    """Change who may see a resource as the body says; raises what `share` raises."""
    given = json_object("level", "people", "owner")
    people = given.get("people", [])
    for key in ("level", "owner"):
        if not isinstance(given.get(key, ""), str):
            raise Invalid(key, "is not a text.")
    if not isinstance(people, list) or not all(isinstance(one, str) for one in people):
        raise Invalid("people", "is not a list of e-mail addresses.")
    share(resource, given.get("level", ""), people, given.get("owner", ""))
    return described(resource)


def described(resource: Resource, person: str = "") -> Response:
    """Answer with how it stands now, and for a person's address whether they may see it."""
    content = access_json(
        guard.visibility(resource),
        guard.why("read", resource),
        guard.why("admin", resource),
        guard.asker().is_signed_in,
    )
    if guard.asker().is_signed_in:
        content["without_account"] = without_account(content["people"])
    if person:
        decided = why_for(person, resource)
        content["user"] = {
            "email": clean_email(person),
            "may_read": decided.is_allowed,
            "why": decided.why,
        }
    return unkept({resource.kind: resource.name, **content})
