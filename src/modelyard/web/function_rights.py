"""Who may ask a function: its visibility says who may see it, its document what that takes.

Both must hold. Where the document is silent, reading takes the scope `read`, and every other verb
`run`. `security: []` takes nothing beyond seeing it, so a function is open to everybody only where
modelyard.toml, or its sharing, makes it public.
"""

from collections.abc import Iterable

from modelyard.accounts.actor import SCOPES, Scope
from modelyard.accounts.resource import Resource
from modelyard.errors import Denied, Invalid, ModelyardError, NotFound, SignInNeeded
from modelyard.functions.catalogue import Functions
from modelyard.functions.description import Requirement
from modelyard.functions.operation import Operation
from modelyard.web import guard
from modelyard.web.caller import SIGN_IN, Caller
from modelyard.web.live import services

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def may_see(operation: Operation) -> bool:
    """Tell whether the one who asks may know that there is this function."""
    return guard.may("read", _resource(operation))


def may_know(operation: Operation, caller: Caller) -> bool:
    """Tell whether its address may be told to exist: it is seen, or would be after signing in."""
    decision = caller.why("read", _resource(operation))
    return decision.is_allowed or (
        decision.needs_sign_in and caller.visibility(_resource(operation)).level == "signed-in"
    )


def seen(functions: Functions) -> list[Operation]:
    """Give the functions that the one who asks may see."""
    return [one for one in functions.values() if may_see(one)]


def may_ask(operation: Operation, caller: Caller) -> bool:
    """Pass where somebody may ask this function; False where it is secret to them.

    Raises SignInNeeded for somebody unknown whom signing in might help, and Denied with the scope
    that is missing.
    """
    resource = _resource(operation)
    decision = caller.why("read", resource)
    if not decision.is_allowed:
        if may_know(operation, caller):
            raise SignInNeeded(str(resource), decision.why, SIGN_IN)
        if decision.is_secret:
            return False
        raise Denied(str(resource), decision.why)
    if operation.is_run:
        caller.require("run", resource)
    if operation.security:
        _require_any(operation.security, resource, caller)
    elif operation.security is None and operation.method not in READING and not operation.is_run:
        caller.require("run", resource)
    return True


def require_function(name: str) -> None:
    """Pass where the one who asks may ask the function of that name.

    Raises what `may_ask` raises, and the same where it is secret and where there is none.
    """
    operation = services().functions.get(name)
    if operation is None or not may_ask(operation, guard.caller()):
        raise guard.absent(Resource("function", name[:200]))


def scope_faults(functions: Functions) -> list[Invalid]:
    """List the functions that ask for scopes that nobody has: they let nobody in."""
    return [
        Invalid(
            operation.description.place,
            f"asks for the scope '{name}', which nobody has.",
            f"Known: {', '.join(SCOPES)}.",
        )
        for operation in functions.values()
        for way in operation.security or ()
        for name in sorted(way.scopes - set(SCOPES))
    ]


def _require_any(ways: Iterable[Requirement], resource: Resource, caller: Caller) -> None:
    """Pass where one of the ways in is open; raises what the last of them raises."""
    fault: ModelyardError = NotFound(str(resource), "is not here.")
    for way in ways:
        try:
            _require_way(way, resource, caller)
        except ModelyardError as error:
            fault = error
        else:
            return
    raise fault


def _require_way(way: Requirement, resource: Resource, caller: Caller) -> None:
    if not way.schemes:
        return
    if not caller.actor.is_signed_in:
        raise SignInNeeded(str(resource), "Only somebody who is signed in may ask.", SIGN_IN)
    for name in sorted(way.scopes):
        caller.require(_scope(name, resource), resource)


def _scope(name: str, resource: Resource) -> Scope:
    for scope in SCOPES:
        if scope == name:
            return scope
    known = ", ".join(SCOPES)
    raise Denied(
        str(resource),
        f"its document asks for the scope '{name}', which nobody has.",
        f"Scopes are {known}; name one of these in the document.",
    )


def _resource(operation: Operation) -> Resource:
    return Resource("function", operation.name)
