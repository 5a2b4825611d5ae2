"""Answering with a page, or with the way to another one."""

from typing import Any

from flask import Response, redirect, render_template

from modelyard.errors import ModelyardError
from modelyard.web.problems import STATUS, note


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Answer with a page."""
    return Response(render_template(template, **context), status, mimetype="text/html")


def led_to(path: str) -> Response:
    """Lead to another page of ours; a form that was sent is not sent again there."""
    answer = redirect(path, 303)
    return Response(answer.get_data(), 303, answer.headers)


def status_of(fault: ModelyardError | None) -> int:
    """Give the status of a page that keeps its form and says what is wrong; 200 for nothing."""
    if fault is None:
        return 200
    note(fault)
    return next((STATUS[kind][0] for kind in STATUS if isinstance(fault, kind)), 500)
