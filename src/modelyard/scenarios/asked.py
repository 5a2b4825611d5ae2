"""What worker processes are asked."""

from typing import Any, Literal

import msgspec

from modelyard.scenarios.offered import Spec

MOST_DRAWS = 100_000
"""How many draws are made while somebody waits; more are a run."""
Verb = Literal[
    "describe",
    "check",
    "definition",
    "faults",
    "inputs",
    "run",
    "compare",
    "sensitivity",
    "grid",
    "goal-seek",
    "montecarlo",
    "excel",
    "read-excel",
    "table",
    "tables",
]


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question to one model (or, to describe, one file)."""

    verb: Verb
    spec: Spec
    given: dict[str, Any] = {}
    """Values of parameters."""
    arguments: dict[str, Any] = {}
    """What else the verb takes."""
    content: bytes = b""
    """A file that was sent along."""
    may_unlock: bool = False
    """Whether locked parameters take what is given: to work out again what once was."""
