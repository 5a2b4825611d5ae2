"""Playing a trace second by second: what comes, what is answered, what waits, what is ordered."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from modelyard.scale.autoscalers import Autoscaler, Seen
from modelyard.scale.policy import Policy
from modelyard.scale.queueing import Queue, queue_of
from modelyard.scale.unit import Unit

FIRST_USE = 0.6
"""How much the instances are used that are there when a trace begins."""


@dataclass
class Played:
    """What was seen in each second."""

    ready: list[int] = field(default_factory=list)
    starting: list[int] = field(default_factory=list)
    in_flight: list[float] = field(default_factory=list)
    backlog: list[float] = field(default_factory=list)
    """What waits because more came than could be answered, chance left aside."""
    refused: list[float] = field(default_factory=list)


@dataclass
class Play:
    """A fleet while a trace is played."""

    unit: Unit
    policy: Policy
    ready: int
    starting: deque[int] = field(default_factory=deque)
    """When each instance that was ordered will answer, in seconds."""
    in_flight: float = 0.0
    backlog: float = 0.0
    seen: Played = field(default_factory=Played)

    def play(self, per_s: Sequence[float], autoscaler: Autoscaler) -> Played:
        """Play a whole trace."""
        period_s = max(round(autoscaler.period_s), 1)
        for begin in range(0, len(per_s), period_s):
            end = min(begin + period_s, len(per_s))
            used = self._play_period(per_s, begin, end)
            lately = self.seen.in_flight[begin:end]
            spent_s = end - begin
            wanted = autoscaler.decide(
                end,
                Seen(
                    ready=self.ready,
                    starting=len(self.starting),
                    requests_per_s=sum(per_s[begin:end]) / spent_s,
                    in_flight=sum(lately) / spent_s,
                    cpu=used / spent_s * self.unit.cpu_when_full,
                ),
            )
            self._order(wanted, end)
        return self.seen

    def _order(self, wanted: int, now_s: int) -> None:
        """Start or end instances; those that do not answer yet are given up first."""
        more = wanted - self.ready - len(self.starting)
        if more > 0:
            self.starting.extend([now_s + self.unit.start_s] * more)
        while more < 0 and self.starting:
            self.starting.pop()
            more += 1
        self.ready += min(more, 0)

    def _play_period(self, per_s: Sequence[float], begin: int, end: int) -> float:
        """Play between two decisions; gives the sum of the uses of all seconds."""
        used = 0.0
        while begin < end:
            while self.starting and self.starting[0] <= begin:
                self.starting.popleft()
                self.ready += 1
            until = min(end, self.starting[0]) if self.starting else end
            used += self._play_steady(per_s[begin:until])
            begin = until
        return used

    def _queue(self) -> tuple[Queue, float]:
        """Give the queue of the ready instances, and how many queues like it there are."""
        unit = self.unit
        alike, servers = (1, self.ready) if self.policy.queue == "one" else (self.ready, 1)
        capacity = servers * unit.capacity_per_s
        queue = queue_of(servers * unit.servers, capacity, unit.mean_s, unit.variation)
        return queue, float(alike)

    def _play_steady(self, per_s: Sequence[float]) -> float:
        """Play seconds in which no instance comes or goes."""
        seen, unit, count = self.seen, self.unit, len(per_s)
        seen.ready.extend([self.ready] * count)
        seen.starting.extend([len(self.starting)] * count)
        future = max(self.ready + len(self.starting), 1) * unit.capacity_per_s
        room = self.policy.queue_s * future
        if not self.ready:
            return self._hold(per_s, room)
        queue, alike = self._queue()
        uses, held, slopes, last = queue.uses, queue.held, queue.slopes, len(queue.uses)
        capacity, mean_s = self.ready * unit.capacity_per_s, unit.mean_s
        in_flight, backlog, used = self.in_flight, self.backlog, 0.0
        for arrived in per_s:
            there = in_flight + arrived
            place = bisect_right(held, there / alike)
            if place == last:
                use = 1.0
            else:
                use = uses[place - 1] + (there / alike - held[place - 1]) * slopes[place - 1]
            in_flight = there - capacity * use
            backlog += arrived - capacity
            backlog = backlog if backlog > 0.0 else 0.0
            over = in_flight - capacity * use * mean_s - room
            lost = 0.0
            if over > 0.0:
                lost = min(over, arrived)
                in_flight -= lost
                backlog = min(backlog, room)
            used += use
            seen.in_flight.append(in_flight)
            seen.backlog.append(backlog)
            seen.refused.append(lost)
        self.in_flight, self.backlog = in_flight, backlog
        return used

    def _hold(self, per_s: Sequence[float], room: float) -> float:
        """Play seconds in which nothing is answered."""
        self.backlog = self.in_flight
        for arrived in per_s:
            lost = min(max(self.backlog + arrived - room, 0.0), arrived)
            self.backlog += arrived - lost
            self.seen.in_flight.append(self.backlog)
            self.seen.backlog.append(self.backlog)
            self.seen.refused.append(lost)
        self.in_flight = self.backlog
        return 0.0


def first_instances(policy: Policy, unit: Unit, first_per_s: float) -> int:
    """Give how many instances there are when a trace begins: enough for its first second."""
    needed = ceil(first_per_s / (unit.capacity_per_s * FIRST_USE) - 1e-9)
    return min(max(needed, policy.least), policy.most)
