"""A plan as text: what a person reads before anything is done."""

from collections.abc import Iterator

from modelyard.deploy.plan import Change, DeployPlan
from modelyard.deploy.steps import Command, Step, WriteFile

MARKS = {"create": "+", "update": "~", "keep": "=", "delete": "-", "do": ">"}


def plan_text(plan: DeployPlan, with_documents: bool = True) -> str:
    """Give a plan as lines: changes with their steps, permissions, cost, notes."""
    return "\n".join(_lines(plan, with_documents)) + "\n"


def _lines(plan: DeployPlan, with_documents: bool) -> Iterator[str]:
    yield f"{plan.title}  ({plan.place})"
    yield ""
    for change in plan.changes:
        yield from _change_lines(change, with_documents)
    if plan.permissions and not plan.is_idle:
        yield ""
        yield "You need: " + ", ".join(plan.permissions)
    if plan.cost is not None:
        yield ""
        yield f"Cost: {plan.cost}"
        yield from (f"  {source}" for source in plan.cost.sources)
    if plan.notes:
        yield ""
        yield from (f"Note: {note}" for note in plan.notes)
    if plan.is_idle:
        yield ""
        yield "Nothing to do: all is as it should be."


def _change_lines(change: Change, with_documents: bool) -> Iterator[str]:
    yield f"{MARKS[change.action]} {change.action:<6} {change.what}: {change.why}"
    for step in change.steps:
        yield f"    {step}"
        if with_documents:
            yield from (f"      | {line}" for line in _document(step).splitlines())


def _document(step: Step) -> str:
    if isinstance(step, Command):
        return step.shown_input
    return step.text if isinstance(step, WriteFile) else ""
