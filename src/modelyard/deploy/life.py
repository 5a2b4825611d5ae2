"""The life of a deployment: plan, run what was shown, and say what stands where it fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from modelyard.deploy.cloud import Cloud, Seen, look
from modelyard.deploy.lock import held
from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.steps import Command, Step
from modelyard.deploy.target import Order, Target
from modelyard.errors import Conflict, ModelyardError, Unavailable

IS_READY = {"docker": ("docker", "info", "--format={{json .ServerVersion}}")}
"""How a program is asked whether it can work."""
Planner = Callable[[Seen], DeployPlan]
Say = Callable[[Change, Step], None]


@dataclass(frozen=True)
class Deployment:
    """One command on one deployment: how it is planned, and what is done."""

    cloud: Cloud
    target: Target
    order: Order[Any]
    planner: Planner
    break_lock: bool = False

    def plan(self) -> DeployPlan:
        """Look at what is there, and plan."""
        return self.planner(self.look())

    def look(self) -> Seen:
        """Ask all that must be known."""
        return look(self.cloud, lambda seen: self.target.questions(self.order, seen))

    def carry_out(self, plan: DeployPlan, say: Say = lambda _change, _step: None) -> None:
        """Do what was shown, under the lock, unless what it was made for has changed meanwhile.

        Raises Conflict then, or where somebody else deploys. What fails is raised with what stands
        until then: the same command completes it.
        """
        self._refuse_missing_programs(plan)
        first = [change for change in plan.changes if change.is_first]
        rest = [change for change in plan.changes if not change.is_first]
        done: list[str] = []
        given: dict[str, str] = {}
        with said_what_stands(done):
            _do(self.cloud, first, done, given, say)
        if not any(change.acts for change in rest):
            return
        lock = self.target.lock(self.order)
        with held(self.cloud, lock, self.break_lock), said_what_stands(done):
            refuse_changed(plan, self.plan())
            _do(self.cloud, rest, done, given, say)

    def _refuse_missing_programs(self, plan: DeployPlan) -> None:
        """Raise NotFound or Unavailable before anything is done, not in the middle of it."""
        steps = [step for change in plan.changes for step in change.steps]
        started = {step.argv[0] for step in steps if isinstance(step, Command)}
        for program, question in IS_READY.items():
            if program in started:
                self.cloud.ask(question)


def _do(
    cloud: Cloud, changes: list[Change], done: list[str], given: dict[str, str], say: Say
) -> None:
    for change in changes:
        if not change.acts:
            continue
        done.append(f"{change.what} (not finished)")
        for step in change.steps:
            say(change, step)
            cloud.do(step, given)
        done[-1] = change.what


@contextmanager
def said_what_stands(done: list[str]) -> Iterator[None]:
    """Add to a fault, or to Ctrl-C, what was done before it."""
    try:
        yield
    except ModelyardError as fault:
        cure = f"{fault.cure} {_stands(done)}".strip()
        raise type(fault)(fault.where, fault.why, cure) from fault
    except KeyboardInterrupt as fault:
        raise Unavailable("deploy", "was broken off.", _stands(done)) from fault


def _stands(done: list[str]) -> str:
    named = ", ".join(done)
    before = f"Done before it: {named}." if named else "Nothing was changed before it."
    return f"{before} The same command again goes on from there."


def refuse_changed(shown: DeployPlan, now: DeployPlan) -> None:
    """Raise Conflict where what would be done now is not what was shown."""
    if _acts(shown) != _acts(now):
        raise Conflict(
            "deploy",
            "what is there has changed since the plan was shown.",
            "Nothing was done by it: run the command again, and look at the new plan.",
        )


def _acts(plan: DeployPlan) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (change.what, change.action, tuple(map(_whole, change.steps)))
        for change in plan.changes
        if change.acts and not change.is_first
    ]


def _whole(step: Step) -> str:
    """Give a step with the document that it hands on, if that may be shown."""
    return f"{step}{step.shown_input}" if isinstance(step, Command) else str(step)
