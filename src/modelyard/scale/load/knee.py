"""Looking for the knee: the strongest load that a service answers within its bounds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.errors import Unavailable
from modelyard.scale.load.figures import lateness_s, statuses, step_of
from modelyard.scale.load.schedule import schedule_of

if TYPE_CHECKING:
    from modelyard.scale.load.sending import Answer, Answers, Sender
    from modelyard.workspace.measured import Step

FIRST_PER_S = 5.0
GROWTH = 2.0
HALVINGS = 3
SLOWER = 5.0
"""Where no bound is given, p99 may be so many times the median of a light load."""
LEAST_BOUND_S = 0.02
MOST_FAILED = 0.001
ENOUGH = 300
"""Of fewer requests p99 is what one or two of them met: p95 is looked at."""
LEAST_ANSWERED = 0.9
SATURATED = 0.8
"""Below this share of what is sent, more is not answered however much is sent."""
MOST_PER_S = 20_000.0
Report = Callable[["Step"], None]


@dataclass
class Search:
    """A search while it goes on."""

    sender: "Sender"
    step_s: int = 5
    p99_s: float = 0.0
    """The bound; 0 takes one from the first step."""
    report: Report = lambda _: None
    steps: list["Step"] = field(default_factory=list)
    light: list["Answer"] = field(default_factory=list)
    """Answers to loads at which nothing had to wait."""
    sender_was_late: bool = False
    """Whether the search ended because no more could be sent: the service may answer more."""
    statuses: dict[str, int] = field(default_factory=dict)
    """What the latest load was answered, by status."""
    _is_late: bool = False

    def find(self) -> "Step":
        """Give the strongest load that was answered within the bounds.

        The load is doubled until the service answers no more than before; between the last good
        load and the first bad one it is halved. A bad step is tried again: what else the machine
        had to do is not the service's fault. Raises Unavailable for a service that does not answer,
        or dies while it is asked.
        """
        best = self._try(FIRST_PER_S)
        if not best.p50_s or best.errors:
            said = ", ".join(f"{count} x {status}" for status, count in self.statuses.items())
            raise Unavailable(
                self.sender.origin,
                f"does not answer all of these routes rightly: {said}.",
                "Ask one of them by hand, such as with curl -i.",
            )
        self.p99_s = self.p99_s or max(best.p50_s * SLOWER, LEAST_BOUND_S)
        rate, bad = FIRST_PER_S, 0.0
        while rate < MOST_PER_S:
            rate *= GROWTH
            step = self._try_twice(rate)
            if not bad and self.is_within(step):
                best = step
            else:
                bad = bad or rate
            if step.answered_per_s < step.offered_per_s * SATURATED:
                break
            if self._is_late:
                self.sender_was_late = True
                break
        good = best.offered_per_s if best.offered_per_s < bad else bad / GROWTH
        for _ in range(HALVINGS if bad else 0):
            middle = (good * bad) ** 0.5
            step = self._try_twice(middle)
            if self.is_within(step):
                best, good = step, middle
            else:
                bad = middle
        return best

    def _try_twice(self, per_s: float) -> "Step":
        step = self._try(per_s)
        return step if self.is_within(step) else min(step, self._try(per_s), key=_slowness)

    def is_within(self, step: "Step") -> bool:
        """Tell whether a load was answered within the bounds."""
        asked = step.offered_per_s * self.step_s
        slow_s = step.p99_s if asked >= ENOUGH else step.p95_s
        return (
            slow_s <= self.p99_s
            and step.errors <= asked * MOST_FAILED
            and step.answered_per_s >= step.offered_per_s * LEAST_ANSWERED
        )

    def _try(self, per_s: float) -> "Step":
        schedule = schedule_of([per_s] * self.step_s, self.sender.routes, seed=len(self.steps) + 1)
        answers = self.sender.send(schedule)
        refuse_dead(self.sender.origin, answers, per_s)
        step, self.statuses = step_of(answers), statuses(answers)
        late_s = lateness_s(answers)
        self._is_late = late_s > max(self.p99_s / 2, 0.05) and late_s > step.p99_s / 2
        self.steps.append(step)
        if len(self.steps) <= 2 or (self.p99_s and step.p99_s < self.p99_s / 2):
            self.light = [row for row in answers.rows if not row.is_error]
        self.report(step)
        return step


def _slowness(step: "Step") -> tuple[int, float]:
    return step.errors, step.p99_s


def refuse_dead(origin: str, answers: "Answers", per_s: float) -> None:
    """Raise Unavailable, without any average, where the service died under the load."""
    if answers.died_s is not None:
        raise Unavailable(
            origin,
            f"died under {per_s:,.0f} requests per second: from {answers.died_s:.1f} s on nobody "
            "answered any more.",
            "Look into its log; memory is the usual cause.",
        )
