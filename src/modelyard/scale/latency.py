"""How long answers took, over all requests: each has its wait, and then its own time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy

    from modelyard.scale.waits import Waits

    Floats = numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]

POINTS = 500
AT_ONCE = 2_000
"""Groups of waits worked through together: a few MB."""


@dataclass(frozen=True)
class Latency:
    """The share of requests that took longer than each of rising times."""

    times_s: "Floats"
    longer: "Floats"

    def share_beyond(self, seconds: float) -> float:
        """Give the share of requests that took longer."""
        import numpy as np

        return float(np.interp(seconds, self.times_s, self.longer))

    def quantile(self, share: float, timeout_s: float) -> float | None:
        """Give the time within which a share of those answered in time had their answer.

        None where none was.
        """
        import numpy as np

        beyond = self.share_beyond(timeout_s)
        if beyond >= 1.0 - 1e-12:
            return None
        within = (1.0 - self.longer) / (1.0 - beyond)
        place = int(np.searchsorted(within, share))
        if place in {0, len(within)}:
            return float(self.times_s[min(place, len(within) - 1)])
        low, high = within[place - 1], within[place]
        part = (share - low) / (high - low) if high > low else 1.0
        step = self.times_s[place] - self.times_s[place - 1]
        return float(self.times_s[place - 1] + part * step)


def latency_of(waits: "Waits", service_s: "Sequence[float]") -> Latency:
    """Work out how long requests took whose own times are these quantiles."""
    import numpy as np

    own = np.asarray(service_s, dtype=np.float64)
    longest = float(np.max(waits.fixed_s + 20 * waits.chance_s, initial=0.0)) * 1.01
    wait_times = np.concatenate(([0.0], np.geomspace(1e-6, max(longest, 1e-5), POINTS)))
    longer_waits = _longer_waits(waits, wait_times)
    ends = np.concatenate((own, own * (1 - 1e-9)))
    spread = np.geomspace(own.min(), own.max() + wait_times[-1], POINTS)
    times = np.unique(np.concatenate((ends, spread, own.max() + wait_times)))
    rest = times[:, None] - own[None, :]
    longer = np.where(rest < 0, 1.0, np.interp(rest, wait_times, longer_waits))
    return Latency(times, longer.mean(axis=1))


def _longer_waits(waits: "Waits", times: "Floats") -> "Floats":
    """Give the share of requests that waited longer than each time."""
    import numpy as np

    total = np.zeros(len(times))
    for begin in range(0, len(waits.weights), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        rest = times[None, :] - waits.fixed_s[part, None]
        chance = np.maximum(waits.chance_s[part, None], 1e-12)
        longer = waits.delayed[part, None] * np.exp(-np.maximum(rest, 0.0) / chance)
        longer = np.where(rest < 0, 1.0, longer)
        total += (waits.weights[part, None] * longer).sum(axis=0)
    return np.asarray(total / max(float(waits.weights.sum()), 1e-300))
