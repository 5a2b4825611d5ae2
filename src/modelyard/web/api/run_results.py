"""What a run left: its result and its files."""

import hashlib

from flask import Blueprint, Response, request

from modelyard.web.live import live
from modelyard.web.needs import decides_itself
from modelyard.web.query import Query
from modelyard.web.replies import hashed, tagged
from modelyard.web.run_answers import ROOT, address_of
from modelyard.web.run_rights import get_seen

blueprint = Blueprint("run_results", __name__, url_prefix=ROOT)


@blueprint.get("/<run_id>/result")
@decides_itself
def get_result(run_id: str) -> Response:
    """Give the result."""
    Query(request.args)
    run = get_seen(run_id)
    content = live().records.runs.result(run.id)
    return tagged(content, hashlib.sha256(content).hexdigest()[:32])


@blueprint.get("/<run_id>/files")
@decides_itself
def list_files(run_id: str) -> Response:
    """List the files."""
    Query(request.args)
    run = get_seen(run_id)
    files = [
        {
            "name": file.name,
            "media_type": file.media_type,
            "bytes": file.bytes,
            "sha256": file.digest,
            "link": f"{address_of(run)}/files/{file.name}",
        }
        for file in live().records.runs.files(run.id)
    ]
    return hashed({"files": files})


@blueprint.get("/<run_id>/files/<file_name>")
@decides_itself
def get_file(run_id: str, file_name: str) -> Response:
    """Give one file; it is always saved and never shown, whatever it calls itself."""
    Query(request.args)
    run = get_seen(run_id)
    file, pieces = live().records.runs.read_file(run.id, file_name)
    if request.if_none_match.contains_weak(file.digest):
        answer = Response(status=304)
    else:
        answer = Response(pieces, mimetype=file.media_type)
        answer.content_length = file.bytes
        answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.set_etag(file.digest)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
