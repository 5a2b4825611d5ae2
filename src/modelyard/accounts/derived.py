"""What is made from something else: whoever may not see that may not see this either."""

from dataclasses import replace

from modelyard.accounts.actor import Actor, Scope
from modelyard.accounts.decision import Decision, decide
from modelyard.accounts.resource import Resource, Visibility


def decide_derived(
    decided: Decision, actor: Actor, scope: Scope, base: Resource, visibility: Visibility
) -> Decision:
    """Say what was decided of something made from `base`, unless `base` is secret to them.

    A token that is for the one alone opens the other as far as its person sees it. Owners of the
    service manage both, as they do with what is private.
    """
    if scope == "admin" and "admin" in actor.scopes:
        return decided
    reader = replace(actor, only=None, scopes=frozenset({*actor.scopes, "read"}))
    if decide(reader, "read", base, visibility).is_allowed:
        return decided
    why = "It is based on something that you may not see."
    return Decision(False, why, is_secret=True, needs_sign_in=not actor.is_signed_in)
