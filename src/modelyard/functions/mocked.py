"""An operation that has no function yet, answered from its document while others build on it."""

import re
from dataclasses import dataclass, replace

from modelyard.functions.binder import compile_binder
from modelyard.functions.description import Description
from modelyard.functions.mock import mock
from modelyard.functions.operation import Operation
from modelyard.functions.request import Reply, Request
from modelyard.functions.shaping import Counters, Shaper

HEADER = ("Modelyard-Mock", "true")
"""What such answers carry, so that nobody takes them for real."""
CODE = re.compile(r"\bcode=([1-5]\d\d|default)\b")


@dataclass(eq=False, repr=False)
class Mocked(Operation):
    """Checks requests as the real one will, and answers with examples.

    The header `Prefer: code=404` asks for another of the documented answers.
    """

    def call(self, request: Request) -> Reply:
        """Answer; raises RequestFault, and NotFound for an answer that is not documented."""
        self.check(request)
        wanted = CODE.search(request.headers.get("prefer") or "")
        reply = mock(self.description, wanted[1] if wanted else "")
        return replace(reply, headers=(*reply.headers, HEADER))


def mocked(description: Description, shaper: Shaper) -> Mocked:
    """Make one; what is to be a run once is answered at once."""
    plain = replace(description, is_run=False)

    def nothing(*_: object) -> None:
        raise AssertionError("a mock has no function")

    return Mocked(plain, Counters(), compile_binder(plain), nothing, shaper)  # type: ignore[arg-type]
