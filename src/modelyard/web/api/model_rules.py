"""What must hold of models, over REST: golden rows, and the modules that owners trust."""

from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Invalid
from modelyard.models.golden import TOLERANCE
from modelyard.web import guard
from modelyard.web.body import json_object
from modelyard.web.live import live
from modelyard.web.model_answers import ROOT, plain
from modelyard.web.needs import guarded
from modelyard.web.query import Query
from modelyard.web.replies import unkept

blueprint = Blueprint("model_rules", __name__)
GOLDEN = f"{ROOT}/<name>/golden"
TRUSTED = "/api/v1/trusted-modules"


@blueprint.get(GOLDEN)
@guarded("read", "model")
def get_golden(name: str) -> Response:
    """Give the rows whose predictions must not change."""
    Query(request.args)
    return _golden(name)


@blueprint.put(GOLDEN)
@guarded("write", "model")
def record_golden(name: str) -> Response:
    """Record what a version predicts for some rows, in the place of those from before."""
    given = json_object("rows", "version", "tolerance")
    rows, version = given.get("rows"), given.get("version", "")
    tolerance = given.get("tolerance", TOLERANCE)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid("rows", "is not a list of records.")
    if isinstance(version, bool) or not isinstance(version, int | str):
        raise Invalid("version", "is neither the number of a version nor an alias.")
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float):
        raise Invalid("tolerance", "is not a number.")
    live().records.models.record_golden(
        name, rows, by=guard.asker(), selector=str(version), tolerance=float(tolerance)
    )
    return _golden(name)


@blueprint.delete(GOLDEN)
@guarded("write", "model")
def drop_golden(name: str) -> Response:
    """Demand nothing of a model's versions any more."""
    Query(request.args)
    live().records.models.drop_golden(name, by=guard.asker())
    return Response(status=204)


@blueprint.get(TRUSTED)
@guarded("admin")
def list_trusted() -> Response:
    """List the modules that models may import besides the list."""
    Query(request.args)
    return _trusted()


@blueprint.put(f"{TRUSTED}/<module>")
@guarded("admin")
def trust(module: str) -> Response:
    """Let models import what is defined in a module."""
    Query(request.args)
    live().records.models.trust(module, by=guard.asker())
    return _trusted()


@blueprint.delete(f"{TRUSTED}/<module>")
@guarded("admin")
def distrust(module: str) -> Response:
    """Let models import a module no more."""
    Query(request.args)
    live().records.models.distrust(module, by=guard.asker())
    return Response(status=204)


def _golden(name: str) -> Response:
    found = live().records.models.find_golden(name)
    content: dict[str, Any] = {"model": name, "golden": None}
    if found is not None:
        content["golden"] = plain({key: getattr(found, key) for key in found.__struct_fields__})
    return unkept(content)


def _trusted() -> Response:
    return unkept({"trusted": list(live().records.models.list_trusted())})
