"""Who asks, and may they? Every request passes here before its view runs."""

from flask import Flask, g, request

from modelyard.accounts.actor import ANONYMOUS, Actor, Scope
from modelyard.accounts.decision import Decision, decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Denied, ModelyardError, NotFound, SignInNeeded
from modelyard.web import askers
from modelyard.web.caller import SIGN_IN, Caller
from modelyard.web.live import live, services
from modelyard.web.needs import OPEN, OPEN_ENDPOINTS, Need, default_need, find_need

EVERYBODY_INSIDE = Visibility(level="signed-in")
PARTS = {"people": "people", "users": "people", "audit": "audit log"}
"""What the first word of an address is about."""


def install(app: Flask) -> None:
    """Have every request checked."""

    @app.before_request
    def check() -> None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN_ENDPOINTS:
            return
        need = find_need(app, endpoint) or default_need(request)
        if bearer_token() is not None:
            asker()
        _meet(need)


def asker() -> Actor:
    """Say who asks; found out once per request.

    Raises SignInNeeded where a token was sent that does not hold.
    """
    found: Actor | None = g.get("asker")
    if found is None:
        found = askers.find_actor(request.environ, live())
        g.asker = found
    return found


def caller() -> Caller:
    """Give who asks, with what the service lets them do; raises what `asker` raises."""
    return Caller(asker(), live())


def known_asker() -> Actor:
    """Say who asks, for a page that must be shown in any case: nobody known, where that fails."""
    try:
        return asker()
    except ModelyardError:
        return ANONYMOUS


def is_guest() -> bool:
    """Tell whether the one who asks may look, but not start work."""
    return "run" not in asker().scopes


def may(scope: Scope, resource: Resource) -> bool:
    """Tell whether the one who asks may do what `scope` names with `resource`."""
    return why(scope, resource).is_allowed


def why(scope: Scope, resource: Resource) -> Decision:
    """Say whether the one who asks may do that, and the reason."""
    return caller().why(scope, resource)


def visibility(resource: Resource) -> Visibility:
    """Say who may see a resource, and where that was decided."""
    return Caller(ANONYMOUS, live()).visibility(resource)


def require(scope: Scope, resource: Resource | None = None) -> None:
    """Pass where the one who asks may do what `scope` names, with `resource` or at all.

    Raises SignInNeeded for somebody unknown, NotFound, in the same words for what is secret and
    for what is not there, and Denied with the reason otherwise.
    """
    if resource is None:
        _require_scope(scope)
        return
    if not is_here(resource):
        raise absent(resource)
    try:
        caller().require(scope, resource)
    except NotFound:
        raise absent(resource) from None


def is_here(resource: Resource) -> bool:
    """Tell whether there is such a dataset, model or what-if model; other rooms know of theirs."""
    if resource.kind == "model":
        return live().records.models.find_model(resource.name) is not None
    if resource.kind in {"scenario", "saved-scenario"}:
        return live().records.scenarios.is_here(resource)
    if resource.kind != "dataset":
        return True
    catalogue = services().datasets
    return resource.name in catalogue.datasets or resource.name in catalogue.faults


def absent(resource: Resource) -> ModelyardError:
    """Give the one answer for what is not there and for what is secret.

    It names only what the one who asks may see. Somebody unknown is told to sign in.
    """
    if not asker().is_signed_in:
        return SignInNeeded(str(resource), "To see it, sign in.", SIGN_IN)
    if resource.kind == "dataset":
        from modelyard.web.visible import nearest

        return nearest(resource.name)
    return NotFound(f"{resource.kind} '{resource.name}'", "is not here.")


def may_read_anything() -> bool:
    """Tell whether there is anything here that the one who asks may see."""
    from modelyard.web.visible import has_public

    actor = asker()
    return "read" in actor.scopes and (actor.is_signed_in or has_public())


def bearer_token() -> str | None:
    """Give the token that was sent in the header; None where none was."""
    return askers.bearer_token(request.environ)


def _meet(need: Need) -> None:
    """Raise what `require` raises where the one who asks does not meet a view's need."""
    if need is OPEN or need.who == "decided by the view":
        return
    if need.who == "readers":
        if not may_read_anything():
            _require_scope("read")
    elif need.who in {"people", "those who are signed in"}:
        _require_known(need.who == "people")
    elif need.kind:
        require(need.scope, Resource(need.kind, (request.view_args or {})["name"]))
    else:
        _require_scope(need.scope)


def _require_scope(scope: Scope) -> None:
    decision = decide(asker(), scope, _part(), EVERYBODY_INSIDE)
    if decision.is_allowed:
        return
    if not asker().is_signed_in:
        raise SignInNeeded(_here(), "Only somebody who is signed in may see it.", SIGN_IN)
    raise Denied(_here(), decision.why)


def _require_known(is_person: bool) -> None:
    """Let in somebody known; the one at the laptop too, who is told how to add people."""
    actor = asker()
    if not actor.is_signed_in:
        raise SignInNeeded(_here(), "Only somebody who is signed in may see it.", SIGN_IN)
    if is_person and actor.kind == "token":
        raise Denied(_here(), "A token cannot act on an account.", "Sign in with a browser.")


def _part() -> Resource:
    """Name the part of the service that the address is about, for the reason of a refusal."""
    word = request.path.removeprefix("/api/v1").strip("/").partition("/")[0]
    return Resource("service", PARTS.get(word, ""))


def _here() -> str:
    return f"address '{request.path[:100]}'"
