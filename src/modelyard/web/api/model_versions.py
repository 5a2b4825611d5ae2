"""Versions of models over REST: published, looked at, fetched, removed."""

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.web import guard
from modelyard.web.live import live
from modelyard.web.model_answers import ROOT, address_of, version_content
from modelyard.web.needs import decides_itself, guarded, takes_a_file
from modelyard.web.problems import answer_known
from modelyard.web.publishing import publish_upload
from modelyard.web.query import Query
from modelyard.web.replies import hashed, unkept

blueprint = Blueprint("model_versions", __name__, url_prefix=f"{ROOT}/<name>/versions")


@blueprint.get("")
@guarded("read", "model")
def list_versions(name: str) -> Response:
    """List the versions, newest first."""
    Query(request.args)
    registry = live().records.models
    model = registry.get_model(name)
    found = [version_content(one, model) for one in registry.list_versions(name)]
    return hashed({"model": name, "versions": found})


@blueprint.post("")
@decides_itself
@takes_a_file
def publish(name: str) -> Response:
    """Publish a file as the next version; the same content is the same version."""
    Query(request.args, "file_name", "note", "sidecar")
    version, is_new = publish_upload(name)
    if version.fault is not None:
        answer = answer_known(version.fault.to_error())
    else:
        model = live().records.models.get_model(name)
        answer = unkept(version_content(version, model), 201 if is_new else 200)
    answer.headers["Location"] = address_of(version)
    return answer


@blueprint.get("/<selector>")
@guarded("read", "model")
def get_version(name: str, selector: str) -> Response:
    """Describe one version, by its number or by an alias."""
    Query(request.args)
    registry = live().records.models
    return hashed(version_content(registry.get_version(name, selector), registry.get_model(name)))


@blueprint.delete("/<selector>")
@guarded("admin", "model")
def delete_version(name: str, selector: str) -> Response:
    """Remove a version for good; one that an alias points to stays."""
    Query(request.args)
    live().records.models.delete_version(name, selector, by=guard.asker())
    return Response(status=204)


@blueprint.get("/<selector>/file")
@guarded("admin", "model")
def get_file(name: str, selector: str) -> Response:
    """Give the file as it was published; it is always saved and never shown.

    Who manages a model without seeing it does not see its file either.
    """
    Query(request.args)
    guard.require("read", Resource("model", name))
    records = live().records
    version = records.models.get_version(name, selector)
    pieces = records.models.files.stream(version.sha256)
    records.accounts.audit.record(
        guard.asker(), "model.download", f"model/{name}", {"version": version.number}
    )
    answer = Response(pieces, mimetype="application/octet-stream")
    answer.content_length = version.bytes
    answer.headers.set("Content-Disposition", "attachment", filename=version.file_name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
