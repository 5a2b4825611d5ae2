"""Queueing theory: how many requests wait where `servers` answer them (Erlang's C formula).

Between the seconds of a simulation the number of requests in the system follows the pointwise
stationary fluid flow approximation (Wang, Tipper and Banerjee, 1996): what leaves within a second
is what would leave a queue that stands still with as many requests in it. A steady load gives
exactly M/M/c; an overload piles up as arithmetic says.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

    Floats = numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]

NEAREST = 1e-5
"""How near to 1 the use of a queue is told apart from overload."""
MOST_EXACT = 200
"""Up to so many servers the recursion is used, beyond it the integral."""


def delay_probability(servers: int, loads: "Floats") -> "Floats":
    """Give the share of requests that wait, of M/M/c, for uses (0 to below 1) of its servers."""
    import numpy as np

    offered = np.maximum(loads * servers, 1e-6)
    inverse = _inverse_few(servers, offered) if servers <= MOST_EXACT else _inverse_many(
        servers, offered
    )  # fmt: skip
    blocked = 1.0 / inverse
    return np.asarray(blocked / (1.0 - loads * (1.0 - blocked)))


def _inverse_few(servers: int, offered: "Floats") -> "Floats":
    """Give 1 / B of Erlang's loss formula by its recursion."""
    import numpy as np

    inverse = np.ones_like(offered)
    for count in range(1, servers + 1):
        inverse = np.minimum(1.0 + inverse * (count / offered), 1e250)
    return inverse


def _inverse_many(servers: int, offered: "Floats") -> "Floats":
    """Give 1 / B as the integral of exp(-u) (1 + u/a)^c over u, around its peak."""
    import numpy as np

    peak = np.maximum(servers - offered, 0.0)
    reach = 12.0 * np.sqrt(servers) + 40.0
    low = np.maximum(peak - reach, 0.0)
    share = np.linspace(0.0, 1.0, 801)[:, None]
    at = low + share * (peak + reach - low)
    heights = np.exp(np.minimum(servers * np.log1p(at / offered) - at, 690.0))
    steps = (peak + reach - low) / (len(share) - 1)
    total = (heights.sum(axis=0) - (heights[0] + heights[-1]) / 2) * steps
    return np.asarray(np.maximum(total, 1.0))


@dataclass(frozen=True)
class Queue:
    """A queue before `servers` servers that finish `capacity_per_s` requests together.

    The lists go together: at `uses[i]` there are `waiting[i]` requests in the queue and
    `held[i]` is what it holds at the beginning of a second and gets within it.
    """

    uses: list[float]
    held: list[float]
    slopes: list[float]
    waiting: list[float]
    delayed: list[float]


@lru_cache(maxsize=512)
def queue_of(
    servers: int, capacity_per_s: float, service_s: float, variation: float = 1.0
) -> Queue:
    """Work out a queue; `variation` is the squared coefficient of variation of the service times.

    For other variations than that of M/M/c the waiting follows Allen and Cunneen.
    """
    import numpy as np

    uses = np.concatenate((np.linspace(0, 0.9, 120), 1.0 - np.geomspace(0.1, NEAREST, 161)[1:]))
    delayed = delay_probability(servers, uses)
    waiting = delayed * uses / (1.0 - uses) * (1.0 + variation) / 2.0
    held = waiting + capacity_per_s * uses * (service_s + 1.0)
    slopes = np.diff(uses) / np.diff(held)
    columns = (uses, held, slopes, waiting, delayed)
    return Queue(*(column.tolist() for column in columns))
