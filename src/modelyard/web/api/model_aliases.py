"""Names that point to versions, over REST: looked at, moved, rolled back."""

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.models.naming import clean_alias
from modelyard.models.version import CHAMPION
from modelyard.web import guard
from modelyard.web.body import json_object
from modelyard.web.live import live
from modelyard.web.model_answers import ROOT, alias_content, plain
from modelyard.web.needs import guarded
from modelyard.web.preconditions import expected_tag
from modelyard.web.query import Query
from modelyard.web.replies import as_json

blueprint = Blueprint("model_aliases", __name__, url_prefix=f"{ROOT}/<name>")


@blueprint.get("/aliases/<alias>")
@guarded("read", "model")
def get_alias(name: str, alias: str) -> Response:
    """Say where an alias points, and how it came there."""
    Query(request.args)
    return _described(name, clean_alias(alias))


@blueprint.put("/aliases/<alias>")
@guarded("write", "model")
def move_alias(name: str, alias: str) -> Response:
    """Let an alias point to a version; its golden rows are asked first."""
    selector = json_object("version").get("version")
    if isinstance(selector, bool) or not isinstance(selector, int | str) or selector == "":
        raise Invalid("version", "is neither the number of a version nor an alias.")
    registry = live().records.models
    registry.move_alias(name, alias, str(selector), by=guard.asker(), expected=expected_tag())
    return _described(name, clean_alias(alias))


@blueprint.delete("/aliases/<alias>")
@guarded("write", "model")
def drop_alias(name: str, alias: str) -> Response:
    """Let an alias point to nothing."""
    Query(request.args)
    live().records.models.drop_alias(name, alias, by=guard.asker(), expected=expected_tag())
    return Response(status=204)


@blueprint.post("/rollback")
@guarded("write", "model")
def roll_back(name: str) -> Response:
    """Let an alias point to the version before."""
    alias = json_object("alias").get("alias", CHAMPION)
    if not isinstance(alias, str):
        raise Invalid("alias", "is not a text.")
    live().records.models.rollback(name, alias, by=guard.asker(), expected=expected_tag())
    return _described(name, clean_alias(alias))


def _described(name: str, alias: str) -> Response:
    registry = live().records.models
    model = registry.get_model(name)
    moves = [
        plain(
            {
                "version": move.number,
                "before": move.number_before,
                "moved_at": move.moved_at,
                "moved_by": move.moved_by,
            }
        )
        for move in registry.list_moves(name, alias)
    ]
    content = {"model": name} | alias_content(model, alias) | {"moves": moves}
    return as_json(content, model.tag_of(alias))
