"""The functions of the workspace, with what is wrong with those that are not served."""

from flask import Blueprint, Response

from modelyard.accounts.resource import Resource
from modelyard.web import guard
from modelyard.web.api.documents import document, whole_document
from modelyard.web.function_rights import seen
from modelyard.web.live import services
from modelyard.web.needs import for_readers
from modelyard.web.pages.page import page
from modelyard.web.pages.reference import operations_of

blueprint = Blueprint("function_pages", __name__, url_prefix="/functions")


@blueprint.get("")
@for_readers
def list_functions() -> Response:
    """List those that the one who asks may see; who manages the service sees the faults too."""
    functions = services().functions
    own = document()["paths"]
    names = {(one.method, one.path) for one in seen(functions)}
    shaped = operations_of(whole_document(), own)
    may_manage = guard.asker().only is None and guard.may("admin", Resource("service", ""))
    return page(
        "functions.html",
        operations=[one for one in shaped if (one.method, one.path) in names],
        faults=functions.faults if may_manage else (),
    )
