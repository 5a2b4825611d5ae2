"""What every template may use: the workspace's name, number formats, addresses of static files."""

import functools
import hashlib
from importlib import resources
from typing import Any

from flask import Flask, url_for

from modelyard.version import VERSION
from modelyard.web import charts, guard, numerals, visible
from modelyard.web.command_lines import first_owner, in_workspace
from modelyard.web.live import live
from modelyard.web.pages import days, marks

FILTERS = {
    "integer": numerals.integer,
    "figure": numerals.figure,
    "share": numerals.share,
    "size": numerals.size,
    "duration": numerals.duration,
    "times": numerals.times,
    "counted": numerals.counted,
    "day": days.day,
    "instant": days.instant,
    "coded": marks.coded,
    "marked": marks.marked,
    "said": marks.said,
}


def install(app: Flask) -> None:
    """Give the templates their filters and the values that all pages show."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(static_file=static_file, share_bar=charts.share_bar)
    app.jinja_env.globals.update(in_workspace=in_workspace, first_owner=first_owner)
    app.context_processor(on_every_page)


def on_every_page() -> dict[str, Any]:
    """Give what the frame around each page shows."""
    current = live()
    workspace = current.current().workspace
    asker = guard.known_asker()
    return {
        "workspace_title": workspace.title,
        "version": VERSION,
        "workspace_fault": visible.workspace_fault(),
        "asker": asker,
        "is_laptop": asker.kind == "laptop",
        "may_manage": "admin" in asker.scopes and asker.only is None,
    }


def static_file(name: str) -> str:
    """Give the address of a static file; another content has another address."""
    return url_for("static", filename=name, v=_digest(name))


@functools.cache
def _digest(name: str) -> str:
    path = resources.files("modelyard.web").joinpath("static", *name.split("/"))
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
