"""How many values of a column differ, from one pass over its batches, in little memory.

The smallest hashes are kept: k of them below a share x of all hashes stand for about (k - 1) / x
different values (Bar-Yossef and others 2002, "Counting distinct elements in a data stream").
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

KEPT = 8_192
"""Hashes kept: the estimate's standard error is 1 / sqrt(KEPT - 2), about 1.1 %."""
ALL_HASHES = 2**64
SEEN_BITS = 20
Hashes = NDArray[np.uint64]


@dataclass
class Distinct:
    """Counts the different ones of the hashes that it is shown.

    Up to 8,192 it misses one in a hundred at most: one whose first 20 bits are those of another.
    """

    smallest: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    _waiting: list[Hashes] = field(default_factory=list)
    _seen: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(2**SEEN_BITS, np.bool_))

    def add(self, hashes: Hashes) -> None:
        """Take the hashes of a batch of values."""
        if len(self.smallest) == KEPT:
            is_new = hashes < self.smallest[-1]
        else:
            is_new = ~self._seen.take(_places(hashes))
        if not is_new.any():
            return
        found = hashes[is_new]
        self._waiting.append(found)
        if len(self.smallest) < KEPT or sum(map(len, self._waiting)) > KEPT:
            self._settle()

    def count(self) -> int:
        """Tell how many different values there were."""
        self._settle()
        if len(self.smallest) < KEPT:
            return len(self.smallest)
        return round((KEPT - 1) * ALL_HASHES / (int(self.smallest[-1]) + 1))

    def _settle(self) -> None:
        known = np.concatenate([self.smallest, *self._waiting])
        known.sort()
        self._waiting.clear()
        is_first = np.ones(len(known), np.bool_)
        is_first[1:] = known[1:] != known[:-1]
        self.smallest = known[is_first][:KEPT]
        self._seen[_places(self.smallest)] = True


def _places(hashes: Hashes) -> NDArray[np.int64]:
    return (hashes >> np.uint64(64 - SEEN_BITS)).view(np.int64)
