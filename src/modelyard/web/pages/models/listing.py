"""The models that the one who asks may see, and what is wrong with those that are not served."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from modelyard.accounts.resource import Resource
from modelyard.errors import ModelyardError
from modelyard.models.version import Alias, Model, Version
from modelyard.web import guard, visible
from modelyard.web.live import live, services
from modelyard.web.model_titles import Told, told_of
from modelyard.web.needs import for_readers
from modelyard.web.pages.models.frame import find_served, find_version, serving_alias
from modelyard.web.pages.models.work import trainable
from modelyard.web.pages.page import page

blueprint = Blueprint("model_page_list", __name__)


@dataclass(frozen=True)
class Line:
    """What lists say of one model."""

    model: Model
    told: Told
    served: Version | None
    served_by: Alias | None
    trouble: str
    """Why the newest version is not served; empty where it is, or could be."""
    trouble_number: int


@blueprint.get("/models")
@for_readers
def list_models() -> Response:
    """List the models."""
    return page(
        "models/list.html",
        lines=model_lines(),
        faults=folder_faults(),
        folder=services().workspace.root.name,
        trainable=trainable(),
        may_publish=may_publish(),
        note="The model is removed." if request.args.get("done") else "",
    )


@blueprint.app_template_global("model_lines")
def model_lines() -> list[Line]:
    """Shape the models for lists; the first page and the list use it."""
    return [line_of(model) for model in visible.models()]


def line_of(model: Model) -> Line:
    """Shape one model for a list."""
    served = find_served(model)
    number, trouble = newest_trouble(model, served)
    alias = serving_alias(model)
    return Line(model, told_of(model.name, served), served, alias, trouble, number)


def newest_trouble(model: Model, served: Version | None) -> tuple[int, str]:
    """Say which version that came last could not be served, and why; an empty text for none."""
    if served is not None and served.number == model.last_number:
        return 0, ""
    newest = find_version(model.name, str(model.last_number))
    if newest is None:
        return 0, ""
    why = newest.fault.why if newest.fault else newest.held_back
    return newest.number, why


def folder_faults() -> list[ModelyardError]:
    """Give the files of the folder that could not be taken, to those who manage the service."""
    is_told = guard.asker().only is None and guard.may("admin", Resource("service", ""))
    return live().models_folder.faults if is_told else []


def may_publish() -> bool:
    """Tell whether the one who asks may publish a model under a new name."""
    actor = guard.asker()
    return "write" in actor.scopes and actor.only is None
