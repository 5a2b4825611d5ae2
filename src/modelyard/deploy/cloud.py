"""The cloud as a deployment sees it: it is asked, and steps are done."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from modelyard.deploy.steps import Step

Seen = Mapping[str, Any]
"""The answers by the keys of their questions; None for what is not there."""
AT_ONCE = 4
"""Questions asked at one time."""


@dataclass(frozen=True)
class Query:
    """A read-only question."""

    key: str
    argv: tuple[str, ...]
    """A command that answers in JSON, and changes nothing."""


class Cloud(Protocol):
    """Where a deployment goes."""

    def ask(self, argv: tuple[str, ...]) -> Any:
        """Give the JSON answer of a read-only command; None where the thing is not there.

        Raises SignInNeeded, Denied, Unavailable, NotFound (a program that is not installed).
        """
        ...

    def do(self, step: Step, given: dict[str, str]) -> None:
        """Do a step; `given` has what earlier steps gave, and takes what this one gives.

        Raises the same, and Conflict where a name is taken.
        """
        ...


def look(cloud: Cloud, questions: Callable[[Seen], Iterable[Query]]) -> Seen:
    """Ask all that must be known, several at one time.

    `questions` is told what is known, and says what else to ask, until that is nothing more.
    """
    seen: dict[str, Any] = {}
    while new := [query for query in questions(seen) if query.key not in seen]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(cloud.ask, [query.argv for query in new])
            seen.update(zip((query.key for query in new), answers, strict=True))
    return seen
