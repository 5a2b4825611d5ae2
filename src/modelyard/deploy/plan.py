"""The plan of a deployment: what changes, why, by which permissions, and what it costs a month."""

from dataclasses import dataclass
from typing import Literal

from modelyard.deploy.steps import Step

Action = Literal["create", "update", "keep", "delete", "do"]
"""What happens to a thing. `do` is for what leaves no thing of its own, such as a sign-in."""


@dataclass(frozen=True)
class Change:
    """What a plan does with one thing. What is kept has no steps."""

    what: str
    """The thing, by kind and name: 'service yard'."""
    action: Action
    why: str
    steps: tuple[Step, ...] = ()
    permissions: tuple[str, ...] = ()
    """What who deploys must be allowed, in the cloud's words."""
    is_first: bool = False
    """Whether it comes before the lock, which stands on it."""

    @property
    def acts(self) -> bool:
        """Whether anything is done."""
        return bool(self.steps)


@dataclass(frozen=True)
class CostRange:
    """What a deployment costs a month, by list prices; US dollars, without tax."""

    low_usd: float
    """With nobody asking anything."""
    high_usd: float
    """With all instances that are allowed busy all month."""
    sources: tuple[str, ...] = ()
    """Each price that was taken, with its source and date."""

    def __str__(self) -> str:
        """Give it in whole dollars."""
        return f"${self.low_usd:,.0f} (nobody asks) to ${self.high_usd:,.0f} (all busy) a month"


@dataclass(frozen=True)
class DeployPlan:
    """All that a deployment does, in order."""

    title: str
    """Such as 'Deploy yard to Cloud Run'."""
    place: str
    """Account and region: 'project demo, region europe-west1'."""
    changes: tuple[Change, ...]
    cost: CostRange | None = None
    notes: tuple[str, ...] = ()
    """Who gets in, what is kept, what must be done by hand."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be done."""
        return not any(change.acts for change in self.changes)

    @property
    def permissions(self) -> tuple[str, ...]:
        """What who deploys must be allowed, each once."""
        return tuple(sorted({name for change in self.changes for name in change.permissions}))
