"""Answers with names that tell browsers and caches whether they still hold."""

import functools
import hashlib
import json
from typing import Any

from flask import Response, request
from werkzeug.http import quote_etag
from werkzeug.utils import get_content_type

from modelyard.answers import Answer
from modelyard.datasets.dataset import Dataset
from modelyard.datasets.tasks import Computation
from modelyard.runs.child_state import ChildState
from modelyard.web import guard
from modelyard.web.live import live

JSON = "application/json"
READING = frozenset({"GET", "HEAD"})


def tagged(content: bytes, tag: str, mimetype: str = JSON) -> Response:
    """Answer with an ETag; 304 where the caller has the same answer already."""
    named = [("ETag", quote_etag(tag)), ("Cache-Control", "private, no-cache")]
    environ = request.environ
    may_know = "HTTP_IF_NONE_MATCH" in environ and environ["REQUEST_METHOD"] in READING
    if may_know and request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=named)
    media_type = get_content_type(mimetype, "utf-8")
    return Response(content, headers=[("Content-Type", media_type), *named])


def as_json(value: Any, tag: str | None = None) -> Response:
    """Answer with a value as JSON; integers of any size stay exact."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return tagged(content, tag) if tag else Response(content, mimetype=JSON)


def unkept(value: Any, status: int = 200) -> Response:
    """Answer with a value as JSON that neither browser nor proxy is to keep."""
    answer = as_json(value)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def hashed(value: Any) -> Response:
    """Answer with a value as JSON under an ETag of its content."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return tagged(content, hashlib.sha256(content).hexdigest()[:32])


def computed(dataset: Dataset, task: Computation[Any], wait_s: float) -> Answer | Response:
    """Give the answer to a task, or the 202 that says how far it is."""
    outcome = live().answers.give(dataset, task, wait_s, guard.is_guest())
    return outcome if isinstance(outcome, Answer) else pending(outcome)


def pending(run: ChildState) -> Response:
    """Answer 202: the work goes on, and the same address has the answer later."""
    content = {"state": run.state, "done": round(run.done, 3), "label": run.label}
    answer = Response(json.dumps(content), 202, mimetype=JSON)
    answer.headers["Retry-After"] = "1"
    answer.headers["Location"] = request.full_path.rstrip("?")
    return answer


def named(dataset: Dataset, answer: Answer) -> bytes:
    """Put the dataset's name and fingerprint in front of the members of a JSON object."""
    has_name = answer.content.startswith(b'{"dataset":')
    return _head("" if has_name else dataset.name, answer.fingerprint) + answer.content[1:]


@functools.lru_cache(maxsize=512)
def _head(name: str, fingerprint: str) -> bytes:
    """Write the beginning of an object: its name, where one is given, and the fingerprint."""
    head = ({"dataset": name} if name else {}) | {"fingerprint": fingerprint}
    return json.dumps(head)[:-1].encode() + b", "
