"""One operation: asked with a request, it gives an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.functions.binder import Bind, Values, compile_binder
from modelyard.functions.description import Description, Requirement
from modelyard.functions.faults import failed
from modelyard.functions.fitting import Callee, Giver, offers_of
from modelyard.functions.hands import ThreadRunner
from modelyard.functions.outcome import Outcome, sort_out
from modelyard.functions.processes import Job, ProcessRunner
from modelyard.functions.request import Reply, Request
from modelyard.functions.shaping import Counters, Shaper

Run = Callable[[Values, object], Outcome]


@dataclass(eq=False, repr=False)
class Operation:
    """An operation of a document, joined to its function."""

    description: Description
    counters: Counters
    _bind: Bind
    _run: Run
    _shaper: Shaper
    gifts: tuple[tuple[Giver, str], ...] = ()
    """Who gives what its function asks for by an annotation, and under which name it asks."""

    @property
    def name(self) -> str:
        """The operationId."""
        return self.description.name

    @property
    def method(self) -> str:
        """The HTTP verb, in upper case."""
        return self.description.method

    @property
    def path(self) -> str:
        """The path with its parameters in braces."""
        return self.description.path

    @property
    def summary(self) -> str:
        """One line that says what it does."""
        return self.description.summary

    @property
    def security(self) -> tuple[Requirement, ...] | None:
        """Who may ask, any one of these; None where the document leaves it to the workspace."""
        return self.description.security

    @property
    def is_run(self) -> bool:
        """Whether asking for it starts a durable run."""
        return self.description.is_run

    @property
    def has_body(self) -> bool:
        """Whether requests may have a body."""
        return self.description.body is not None

    def take_counts(self, other: "Operation") -> None:
        """Count on from where the operation of that name stood before it was opened again."""
        mine, before = self.counters, other.counters
        mine.bad_answers += before.bad_answers
        mine.failures += before.failures
        mine.timeouts += before.timeouts
        mine.refused += before.refused

    def check(self, request: Request) -> None:
        """Check a request without calling the function; raises RequestFault."""
        self._bind(request)

    def call(self, request: Request) -> Reply:
        """Check the request, call the function, and give its answer.

        Raises RequestFault where the request breaks the document, what the function raises of
        ModelyardError, FunctionFailed for all else that it raises, AnswerFault where its answer
        breaks the document in development, TimedOut, and Unavailable.
        """
        outcome = self._run(self._bind(request), request.asker)
        return self._shaper.shape(outcome, request)


def join_thread(
    description: Description, callee: Callee, runner: ThreadRunner, shaper: Shaper
) -> Operation:
    """Make an operation whose function is called in a thread of this process."""
    counters, name, place = runner.counters, description.name, description.place

    def run(values: Values, asker: object) -> Outcome:
        arguments = callee.arguments(values, asker)
        try:
            outcome: Outcome = runner.run(lambda: sort_out(callee.function(**arguments)))
        except (ModelyardError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 (user code may raise anything)
            counters.failures += 1
            raise failed(name, place, error) from None
        return outcome

    gifts = tuple((give, asked) for _, give, asked in callee.gives)
    return Operation(description, counters, compile_binder(description), run, shaper, gifts)


def join_process(description: Description, runner: ProcessRunner, shaper: Shaper) -> Operation:
    """Make an operation whose function is called in a worker process."""
    offers = offers_of(description)

    def run(values: Values, asker: object) -> Outcome:
        described = description
        job: Any = Job(
            described.controller, described.function, offers, runner.place, values, asker
        )
        return runner.run(job)

    return Operation(description, runner.counters, compile_binder(description), run, shaper)
