"""A kind of run that does nothing but take its time: to try a service out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from modelyard.errors import Unavailable
from modelyard.runs.canonical import canonical_json
from modelyard.runs.kinds import Checked, Context, Outcome, read_request

STEP_S = 0.25
LONGEST_S = 3600


class EchoRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an echo is asked."""

    text: str = ""
    seconds: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)] = 0.0


@dataclass(frozen=True)
class Echo:
    """Hands its request back, after some seconds."""

    name: str = "echo"
    title: str = "Echo"
    is_quick: bool = True
    is_repeatable: bool = True
    struct: type[msgspec.Struct] = EchoRequest

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look at the text and the seconds."""
        asked = read_request(self.name, request, EchoRequest)
        return Checked(title=f"Echo {asked.text}".strip()[:80], request=msgspec.to_builtins(asked))

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Wait, and tell how far it is."""
        asked = read_request(self.name, request, EchoRequest)
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < asked.seconds:
            context.progress(spent / asked.seconds, f"{spent:.0f} of {asked.seconds:g} seconds")
            if context.is_cancelled():
                raise Unavailable("echo", "was stopped.")
            time.sleep(min(STEP_S, asked.seconds - spent))
        return Outcome(result=canonical_json(msgspec.to_builtins(asked)))
