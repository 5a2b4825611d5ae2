"""Who may see and ask which model: the decision is that of all doors."""

from modelyard.accounts.actor import Actor, Scope
from modelyard.accounts.decision import Decision, decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Denied, ModelyardError, NotFound, SignInNeeded
from modelyard.models.absent import no_model
from modelyard.models.version import Model
from modelyard.web.live import LiveServices
from modelyard.wiring import visibility_of

SIGN_IN = "Sign in, or send a token."


def require_read(actor: Actor, name: str, live: LiveServices) -> None:
    """Pass where somebody may see a model.

    Raises SignInNeeded for somebody unknown, NotFound for what is secret, and Denied.
    """
    decision = _decided(actor, "read", name, _visibility(name, live))
    if not decision.is_allowed:
        raise _refused(decision, actor, name, live)


def require_ask(actor: Actor, name: str, live: LiveServices) -> None:
    """Pass where somebody may ask a model for predictions; else as `require_read`.

    That takes the scope `run`. A public model answers everybody, and so does every model that one
    may see where the whole service is public.
    """
    decision = why_ask(actor, name, live)
    if not decision.is_allowed:
        raise _refused(decision, actor, name, live)


def require_default(actor: Actor, need: str, name: str, live: LiveServices) -> None:
    """Pass where somebody may see or, with `ask`, ask the default model; no name says none.

    A secret one is told as there being none: SignInNeeded for somebody unknown, NotFound for
    others. Raises Denied where they see it and may not ask it.
    """
    if name:
        asking = why_ask(actor, name, live)
        decision = (
            asking if need == "ask" else _decided(actor, "read", name, _visibility(name, live))
        )
        if decision.is_allowed:
            return
        if not (decision.is_secret or decision.needs_sign_in):
            raise _refused(decision, actor, name, live)
    if not actor.is_signed_in:
        raise SignInNeeded("default model", "To see it, sign in.", SIGN_IN)
    cure = "Name one in modelyard.toml: [workspace] default_model, or in the address."
    raise NotFound("default model", "there is none.", cure)


def why_ask(actor: Actor, name: str, live: LiveServices) -> Decision:
    """Say whether somebody may ask a model for predictions, and the reason."""
    visibility = _visibility(name, live)
    is_open = visibility.level == "public" or actor.kind == "visitor"
    return _decided(actor, "read" if is_open else "run", name, visibility)


def absent(actor: Actor, name: str, live: LiveServices) -> ModelyardError:
    """Give the one answer for what is secret and for what is not there."""
    if not actor.is_signed_in:
        return SignInNeeded(f"model/{name[:100]}", "To see it, sign in.", SIGN_IN)
    return no_model(name, [one.name for one in visible(actor, live) if one.name != name])


def visible(actor: Actor, live: LiveServices) -> list[Model]:
    """List the models that somebody may see.

    Raises SignInNeeded for somebody unknown who may see none.
    """
    listed = [
        model
        for model in live.records.models.list_models()
        if _decided(actor, "read", model.name, _visibility(model.name, live)).is_allowed
    ]
    if not listed and not actor.is_signed_in:
        raise SignInNeeded("models", "To see them, sign in.", SIGN_IN)
    return listed


def _visibility(name: str, live: LiveServices) -> Visibility:
    return visibility_of(live.current(), live.records.accounts, Resource("model", name))


def _decided(actor: Actor, scope: Scope, name: str, visibility: Visibility) -> Decision:
    return decide(actor, scope, Resource("model", name), visibility)


def _refused(decision: Decision, actor: Actor, name: str, live: LiveServices) -> ModelyardError:
    if decision.is_secret or live.records.models.find_model(name) is None:
        return absent(actor, name, live)
    if decision.needs_sign_in:
        return SignInNeeded(f"model/{name}", decision.why, SIGN_IN)
    return Denied(f"model/{name}", decision.why)
