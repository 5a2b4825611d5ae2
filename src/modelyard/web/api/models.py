"""Models over REST: which there are, what they take and give, and their removal."""

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.web import guard, visible
from modelyard.web.live import live
from modelyard.web.model_answers import ROOT, short, whole
from modelyard.web.needs import for_readers, guarded
from modelyard.web.query import Query
from modelyard.web.replies import hashed

blueprint = Blueprint("models", __name__, url_prefix=ROOT)


@blueprint.get("")
@for_readers
def list_models() -> Response:
    """List the models that the one who asks may see."""
    Query(request.args)
    return hashed({"models": [short(model) for model in visible.models()]})


@blueprint.get("/<name>")
@guarded("read", "model")
def get_model(name: str) -> Response:
    """Describe one model, by the version that is served."""
    Query(request.args)
    return hashed(whole(live().records.models.get_model(name)))


@blueprint.delete("/<name>")
@guarded("admin", "model")
def delete_model(name: str) -> Response:
    """Remove a model with all its versions, for good."""
    Query(request.args)
    records = live().records
    records.models.delete_model(name, by=guard.asker())
    records.accounts.sharing.forget(Resource("model", name), by=guard.asker())
    return Response(status=204)
