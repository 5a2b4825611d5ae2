"""A ramp to three times one process's capacity against a local fleet, in earnest and simulated."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from local_fleet import NOMINAL_PER_S, LocalFleet, local_fleet

from modelyard.scale.load.figures import quantile
from modelyard.scale.load.routes import Route
from modelyard.scale.load.schedule import schedule_of
from modelyard.scale.load.sending import Answers, Sender, open_sender
from modelyard.scale.policy import InstanceGroupPolicy
from modelyard.scale.prices import processors_of
from modelyard.scale.simulating import Outcome, simulate
from modelyard.scale.trace import Trace
from modelyard.workspace.measured import Curve

LOW, HIGH = 0.4, 3.0
"""Times the capacity of one process."""
QUANTILES = 50
STARTS = 10
"""A ramp lasts at least as long as so many processes take to start, one after another."""
LONGEST_S = 100
TOO_MUCH = 1.6
FULL_S = 5
ROUTES = (Route("GET", "/wait"),)
AtEnd = Callable[[LocalFleet], None]


@dataclass(frozen=True)
class Result:
    """The ramp as it was, and as it was simulated."""

    fleet: LocalFleet
    answers: Answers
    outcome: Outcome
    curve: Curve
    seconds: int

    @property
    def instances(self) -> list[int]:
        """The processes that answered, second by second."""
        seen = [(0.0, self.fleet.moments[0].ready)]
        seen += [(one.at_s, one.ready) for one in self.fleet.moments]
        told: list[int] = []
        for (_, ready), (end_s, _) in pairwise([*seen, (float(self.seconds), 0)]):
            told += [ready] * max(round(end_s) - len(told), 0)
        return told[: self.seconds]


def policy_for(capacity_per_s: float, stabilisation_s: float) -> InstanceGroupPolicy:
    """Two thirds of what a process can do, over four seconds: to start one takes time."""
    return InstanceGroupPolicy(
        least=1,
        most=6,
        cpu_target=None,
        rate_per_instance=capacity_per_s,
        rate_target=0.65,
        window_s=4,
        initialisation_s=1,
        stabilisation_s=stabilisation_s,
        period_s=1,
        boot_s=0,
        queue="one",
    )


def ramp_of(seconds: int, capacity_per_s: float) -> list[float]:
    """Rise to three times one process's capacity, stay there, and fall again."""
    low, high = LOW * capacity_per_s, HIGH * capacity_per_s
    rise = [low + (high - low) * place / (seconds * 3 // 10) for place in range(seconds * 3 // 10)]
    rest = seconds - 2 * len(rise)
    stay = rest * 2 // 5
    return [*rise, *[high] * stay, *rise[::-1], *[low] * (rest - stay)]


def calm_s(sender: Sender, seconds: int, seed: int) -> list[float]:
    """Give how long answers of one process take while nothing waits."""
    sent = sender.send(schedule_of([0.2 * NOMINAL_PER_S] * seconds, ROUTES, seed))
    return [row.took_s for row in sent.rows if not row.is_error]


def capacity_per_s(sender: Sender, seed: int) -> float:
    """Give how many requests one process answers when it is asked too many."""
    sent = sender.send(schedule_of([TOO_MUCH * NOMINAL_PER_S] * FULL_S, ROUTES, seed, is_even=True))
    ends = [row.due_s + row.took_s for row in sent.rows if not row.is_error]
    return min(sum(1.0 <= end < FULL_S for end in ends) / (FULL_S - 1.0), NOMINAL_PER_S)


def ran(folder: Path, least_s: int, seed: int, at_end: "AtEnd | None" = None) -> Result:
    """Run the ramp, then simulate it; `at_end` is called with the fleet.

    What a process does while it is calm is measured before and after: the machine changes too.
    """
    with (
        local_fleet(folder) as fleet,
        open_sender(fleet.address, ROUTES, timeout_s=60.0) as sender,
    ):
        seconds = max(least_s, min(round(STARTS * fleet.start_s), LONGEST_S))
        sender.send(schedule_of([10.0], ROUTES, seed, is_even=True))
        took_s = calm_s(sender, max(seconds // 8, 4), seed)
        capacity = capacity_per_s(sender, seed)
        policy = policy_for(capacity, max(4.0, seconds / 15))
        per_s = ramp_of(seconds, capacity)
        thread = fleet.follow(policy)
        answers = sender.send(schedule_of(per_s, ROUTES, seed))
        if at_end is not None:
            at_end(fleet)
        fleet.leave_alone(thread)
        took_s = sorted(took_s + calm_s(sender, max(seconds // 8, 4), seed + 1))
    curve = Curve(
        capacity_per_s=capacity,
        service_s=tuple(quantile(took_s, (at + 0.5) / QUANTILES) for at in range(QUANTILES)),
        start_s=fleet.start_s,
        processors=processors_of(policy.machine),
    )
    return Result(fleet, answers, simulate(Trace(per_s), curve, policy), curve, seconds)
