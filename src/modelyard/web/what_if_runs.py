"""Which what-if models and saved scenarios a run may name."""

from collections.abc import Mapping
from typing import Any

from modelyard.accounts.resource import Resource
from modelyard.web import guard
from modelyard.web.live import live


def require_what_if(wanted: Mapping[str, Any]) -> None:
    """Pass where the one who asks may see the what-if model and saved scenarios of a request.

    Raises SignInNeeded, and NotFound for what is secret or not there.
    """
    name = wanted.get("what_if")
    if not isinstance(name, str):
        return
    guard.require("read", Resource("scenario", name))
    saved = wanted.get("saved")
    ids = [saved] if isinstance(saved, str) else saved if isinstance(saved, list) else []
    for saved_id in ids:
        if isinstance(saved_id, str) and saved_id:
            live().records.scenarios.saved.get(saved_id, by=guard.asker())
