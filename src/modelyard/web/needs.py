"""What a view asks of the one who calls it, written above the view.

`guard` looks at this before the view runs. A view with nothing written above it may be called by
nobody unknown: it takes somebody signed in with the scope `read`, or `write` for anything that
changes something. A test reads all routes and fails for one that says nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask, Request

from modelyard.accounts.actor import Scope

View = TypeVar("View", bound=Callable[..., Any])
Who = Literal[
    "everybody",
    "readers",
    "people",
    "those who are signed in",
    "decided by the view",
    "those with the scope",
]
ATTRIBUTE = "modelyard_need"
FILE_ATTRIBUTE = "modelyard_takes_a_file"
OPEN_ENDPOINTS = frozenset({"static"})
"""Flask's own views, which carry no mark."""


@dataclass(frozen=True)
class Need:
    """Who may call a view."""

    who: Who
    scope: Scope = "read"
    kind: str = ""
    """The kind of the resource that the address names with `<name>`; empty for none."""


OPEN = Need("everybody")


def open_to_everybody(view: View) -> View:
    """Mark a view that somebody unknown must reach: signing in, the process's health."""
    return _marked(view, OPEN)


def for_readers(view: View) -> View:
    """Mark a view for whoever may see anything at all here, signed in or not."""
    return _marked(view, Need("readers"))


def for_people(view: View) -> View:
    """Mark a view about somebody's own account: for a person, not for a token."""
    return _marked(view, Need("people"))


def for_anybody_known(view: View) -> View:
    """Mark a view for whoever is signed in, with a token too; it may look closer itself."""
    return _marked(view, Need("those who are signed in"))


def decides_itself(view: View) -> View:
    """Mark a view that calls `guard.require` with what it has found out."""
    return _marked(view, Need("decided by the view"))


def guarded(scope: Scope, kind: str = "") -> Callable[[View], View]:
    """Mark a view that takes `scope`, on the resource of `kind` that the address names."""

    def mark(view: View) -> View:
        return _marked(view, Need("those with the scope", scope, kind))

    return mark


def takes_a_file(view: View) -> View:
    """Mark a view that reads the body of its request itself, when its caller was let in."""
    setattr(view, FILE_ATTRIBUTE, True)
    return view


def is_for_a_file(app: Flask, endpoint: str | None) -> bool:
    """Tell whether an endpoint reads its body itself."""
    return endpoint is not None and getattr(app.view_functions[endpoint], FILE_ATTRIBUTE, False)


def find_need(app: Flask, endpoint: str) -> Need | None:
    """Give what is written above the view of an endpoint; None where nothing is."""
    if endpoint in OPEN_ENDPOINTS:
        return OPEN
    need: Need | None = getattr(app.view_functions[endpoint], ATTRIBUTE, None)
    return need


def default_need(request: Request) -> Need:
    """Give what an unmarked view takes."""
    is_reading = request.method in {"GET", "HEAD", "OPTIONS"}
    return Need("those with the scope", "read" if is_reading else "write")


def _marked(view: View, need: Need) -> View:
    setattr(view, ATTRIBUTE, need)
    return view
