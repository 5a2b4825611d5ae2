"""How many processes there were, told by when each came and went: to the second."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from modelyard.fleet.member import Member


def headcount(
    members: Iterable[Member], now: datetime, begin: datetime, step: timedelta, count: int
) -> list[int]:
    """Give the most that were there at a time, for each of `count` steps from `begin`.

    One that fell silent counts until it was seen last. Times that clocks which were set back have
    left the wrong way round count as a moment.
    """
    comings: list[list[tuple[datetime, int]]] = [[] for _ in range(count)]
    at_begin = 0
    for member in members:
        came, went = member.started_at, max(member.there_until(now), member.started_at)
        if went < begin:
            continue
        if came < begin:
            at_begin += 1
        else:
            _note(comings, begin, step, came, 1)
        if went < now:
            _note(comings, begin, step, went, -1)
    most, present = [], at_begin
    for changes in comings:
        heights = list(accumulate(_in_order(changes), initial=present))
        most.append(max(heights))
        present = heights[-1]
    return most


def _note(
    steps: Sequence[list[tuple[datetime, int]]],
    begin: datetime,
    step: timedelta,
    at: datetime,
    more: int,
) -> None:
    place = int((at - begin) / step)
    if 0 <= place < len(steps):
        steps[place].append((at, more))


def _in_order(changes: list[tuple[datetime, int]]) -> list[int]:
    """Order by time; who comes at the moment at which another goes comes first."""
    return [more for _, more in sorted(changes, key=lambda one: (one[0], -one[1]))]
