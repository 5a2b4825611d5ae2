"""Models, versions, saved scenarios and kept figures as JSON, for REST."""

from datetime import datetime
from typing import Any

import msgspec

from modelyard.accounts.resource import Visibility
from modelyard.scenarios.offered import Offered
from modelyard.scenarios.record import Figure, Record, Saved, Version
from modelyard.web import guard
from modelyard.web.what_if.contents import content_json

ROOT = "/api/v1/scenarios"
SOMEBODY = "somebody"


def model_line(one: Offered) -> dict[str, Any]:
    """Give what lists say of a model."""
    address = f"{ROOT}/{one.name}"
    return {
        "name": one.name,
        "title": one.title,
        "description": one.description,
        "origin": one.origin,
        "version": one.version,
        "record": record_json(one.record),
        "fault": msgspec.to_builtins(one.fault) if one.fault else None,
        "links": {"self": address, "run": f"{address}/run", "page": f"/scenarios/{one.name}"},
    }


def model_json(one: Offered) -> dict[str, Any]:
    """Give all that is known of a model."""
    definition = one.definition
    return model_line(one) | {
        "file": one.file,
        "digest": one.digest,
        "as_of": one.as_of.isoformat() if one.as_of else None,
        "parameters": definition.get("parameters", []),
        "outputs": definition.get("outputs", []),
        "notes": definition.get("notes", []),
    }


def record_json(record: Record | None) -> dict[str, Any] | None:
    """Give who manages a model, and how."""
    if record is None:
        return None
    return {
        "served": record.served,
        "last_number": record.last_number,
        "needs_approval": record.needs_approval,
        "created_at": at(record.created_at),
        "created_by": who(record.created_by),
    }


def version_json(version: Version, has_content: bool = True) -> dict[str, Any]:
    """Give a version."""
    address = f"{ROOT}/{version.model}/versions/{version.number}"
    content = {"content": content_json(version.content)} if has_content else {}
    return {
        "model": version.model,
        "number": version.number,
        "state": version.state,
        "made_from": version.made_from,
        "digest": version.digest,
        "why": version.why,
        "created_at": at(version.created_at),
        "created_by": who(version.created_by),
        "decided_at": at(version.decided_at) if version.decided_at else None,
        "decided_by": who(version.decided_by),
        "decided_why": version.decided_why,
        **content,
        "links": {"self": address, "page": f"/scenarios/{version.model}/versions/{version.number}"},
    }


def saved_json(saved: Saved, visibility: Visibility, may_change: bool) -> dict[str, Any]:
    """Give a saved scenario, with who may see it."""
    address = f"{ROOT}/{saved.model}/saved/{saved.id}"
    is_known = guard.asker().is_signed_in
    return {
        "id": saved.id,
        "name": saved.name,
        "model": saved.model,
        "version": saved.version,
        "digest": saved.digest,
        "inputs": saved.inputs,
        "as_of": saved.as_of.isoformat() if saved.as_of else None,
        "note": saved.note,
        "revision": saved.revision,
        "created_at": at(saved.created_at),
        "created_by": who(saved.created_by),
        "changed_at": at(saved.changed_at),
        "changed_by": who(saved.changed_by),
        "level": visibility.level,
        "people": list(visibility.people) if is_known else [],
        "may_change": may_change,
        "links": {"self": address, "page": f"/scenarios/{saved.model}/saved/{saved.id}"},
    }


def figure_json(figure: Figure, has_answer: bool = True) -> dict[str, Any]:
    """Give kept figures."""
    answer = {"question": figure.question, "answer": figure.answer} if has_answer else {}
    address = f"{ROOT}/{figure.model}/figures/{figure.id}"
    return {
        "id": figure.id,
        "kind": figure.kind,
        "model": figure.model,
        "version": figure.version,
        "saved": figure.saved or None,
        "passport": figure.passport,
        "created_at": at(figure.created_at),
        "created_by": who(figure.created_by),
        **answer,
        "links": {"self": address, "replay": f"{address}/replay"},
    }


def who(person: str) -> str:
    """Name somebody, to those who are known themselves."""
    return person if guard.asker().is_signed_in or not person else SOMEBODY


def at(moment: datetime) -> str:
    """Write a point in time."""
    return moment.isoformat()
