"""May this actor do this with that? One function decides, for pages, API and command line."""

from dataclasses import dataclass

from modelyard.accounts.actor import SCOPES_OF, Actor, Scope
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Denied, NotFound, SignInNeeded

VERBS: dict[Scope, str] = {
    "read": "see it",
    "run": "start work on it",
    "write": "change it",
    "admin": "manage it",
}
PARTS = {
    "people": "manage people",
    "audit log": "read the audit log",
    "": "manage the service",
}
"""What the scope `admin` allows with the parts of a service."""


@dataclass(frozen=True)
class Decision:
    """Yes or no, and why."""

    is_allowed: bool
    why: str
    is_secret: bool = False
    """Whether even the existence of the resource is not to be told."""
    needs_sign_in: bool = False
    """Whether signing in might change the answer."""


def decide(actor: Actor, scope: Scope, resource: Resource, visibility: Visibility) -> Decision:
    """Say whether `actor` may do what `scope` names with `resource`, and why.

    First it must be visible to them: an owner of the service may manage what is private, but not
    look into it. Then their role, or the scopes of their token, must allow the deed. A model that
    is somebody's is changed by them and by owners of the service alone: its predictions are theirs.
    """
    if actor.only is not None and actor.only != resource:
        return Decision(False, f"This token is for {actor.only} alone.", is_secret=True)
    seen = _sees(actor, visibility)
    may_manage = scope == "admin" and "admin" in actor.scopes
    if not seen.is_allowed and not may_manage:
        return seen
    if scope not in actor.scopes and not (scope == "admin" and _owns(actor, visibility)):
        return _lacks(actor, scope, resource)
    if scope == "write" and resource.kind == "model" and _is_of_another(actor, visibility):
        return Decision(False, "Only its owner, and owners of the service, change this model.")
    return seen if seen.is_allowed else Decision(True, "Owners of the service manage everything.")


def require(actor: Actor, scope: Scope, resource: Resource, visibility: Visibility) -> None:
    """Pass where it is allowed.

    Raises SignInNeeded for somebody unknown, NotFound where the existence is secret, and Denied
    with the reason otherwise.
    """
    decision = decide(actor, scope, resource, visibility)
    if decision.is_allowed:
        return
    if decision.needs_sign_in:
        raise SignInNeeded(str(resource), decision.why, "Sign in, or send a token.")
    if decision.is_secret:
        raise NotFound(f"{resource.kind} '{resource.name}'", "is not here.")
    raise Denied(str(resource), decision.why)


def _owns(actor: Actor, visibility: Visibility) -> bool:
    return bool(visibility.owner) and actor.email == visibility.owner and "write" in actor.scopes


def _is_of_another(actor: Actor, visibility: Visibility) -> bool:
    return bool(visibility.owner) and not _owns(actor, visibility) and "admin" not in actor.scopes


def _sees(actor: Actor, visibility: Visibility) -> Decision:
    reasons = (
        (visibility.level == "public", "It is public: everybody may see it."),
        (actor.kind == "laptop", "You are at the computer that serves it; there are no users yet."),
        (_is_in(actor, visibility), "Everybody who is signed in may see it."),
        (bool(actor.email) and actor.email == visibility.owner, "It is yours."),
        (_is_among(actor, visibility), f"It is shared with you, {actor.email}."),
    )
    why = next((why for holds, why in reasons if holds), None)
    if why is not None:
        return Decision(True, why)
    if actor.kind == "anonymous":
        return Decision(False, "It is not public, and you are not signed in.", True, True)
    if visibility.level == "shared":
        return Decision(False, "It is shared with others, not with you.", is_secret=True)
    return Decision(False, "It is private, and not shared with you.", is_secret=True)


def _is_in(actor: Actor, visibility: Visibility) -> bool:
    return visibility.level == "signed-in" and actor.is_signed_in


def _is_among(actor: Actor, visibility: Visibility) -> bool:
    return visibility.level == "shared" and actor.email in visibility.people


def _lacks(actor: Actor, scope: Scope, resource: Resource) -> Decision:
    verb = VERBS[scope]
    if resource.kind == "service" and scope == "admin":
        verb = PARTS.get(resource.name, PARTS[""])
    if actor.kind == "anonymous":
        return Decision(False, f"To {verb}, sign in.", needs_sign_in=True)
    if actor.kind == "visitor":
        return Decision(False, f"Visitors may read; sign-in is needed to {verb}.")
    is_beyond_role = actor.role is not None and scope not in SCOPES_OF[actor.role]
    if actor.kind == "token" and not is_beyond_role:
        return Decision(False, f"This token has not the scope '{scope}', which it takes to {verb}.")
    return Decision(False, f"The role '{actor.role}' is not allowed to {verb}.")
