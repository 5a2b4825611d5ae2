"""Somebody who asks, and what the service lets them do: for views, and for doors beside them."""

from dataclasses import dataclass

from modelyard.accounts.actor import Actor, Scope
from modelyard.accounts.decision import Decision, decide
from modelyard.accounts.resource import Resource, Visibility
from modelyard.errors import Denied, NotFound, SignInNeeded
from modelyard.web.live import LiveServices
from modelyard.wiring import visibility_of

SIGN_IN = "Sign in, or send a token."


@dataclass(frozen=True)
class Caller:
    """An actor in a service as it is now."""

    actor: Actor
    live: LiveServices

    def visibility(self, resource: Resource) -> Visibility:
        """Say who may see a resource, and where that was decided."""
        return visibility_of(self.live.current(), self.live.records.accounts, resource)

    def why(self, scope: Scope, resource: Resource) -> Decision:
        """Say whether they may do what `scope` names with a resource, and the reason.

        For what is based on something else they must be allowed to see that as well.
        """
        decided = decide(self.actor, scope, resource, self.visibility(resource))
        return self.live.records.planning.derived(decided, self.actor, scope, resource)

    def require(self, scope: Scope, resource: Resource) -> None:
        """Pass where they may do that with a resource, of which the caller knows that it is here.

        Raises NotFound for what is secret (SignInNeeded for somebody unknown), SignInNeeded, and
        Denied with the reason.
        """
        decision = self.why(scope, resource)
        if decision.is_allowed:
            return
        if decision.is_secret and self.actor.is_signed_in:
            raise NotFound(f"{resource.kind} '{resource.name}'", "is not here.")
        if decision.is_secret:
            raise SignInNeeded(str(resource), "To see it, sign in.", SIGN_IN)
        if decision.needs_sign_in:
            raise SignInNeeded(str(resource), decision.why, SIGN_IN)
        raise Denied(str(resource), decision.why)
