"""How much may be asked within a span of time, written such as `600/minute`."""

import re
from dataclasses import dataclass
from types import MappingProxyType

from modelyard.errors import Invalid

SPANS_S = MappingProxyType({"minute": 60, "hour": 3600, "day": 86_400})
MOST = 1_000_000_000
_TEXT = re.compile(r"([0-9]{1,10})\s*/\s*(minute|hour|day)")


@dataclass(frozen=True)
class Quota:
    """So many requests in each minute, hour or day."""

    most: int
    span: str

    def __str__(self) -> str:
        return f"{self.most}/{self.span}"

    @property
    def span_s(self) -> int:
        """The seconds of a span."""
        return SPANS_S[self.span]

    @property
    def per_s(self) -> float:
        """The requests per second that it allows in the long run."""
        return self.most / self.span_s


def read_quota(where: str, text: str) -> Quota:
    """Read a quota. Raises Invalid, naming `where`, for anything else."""
    found = _TEXT.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= MOST:
        cure = "Write requests and a span: 600/minute, 20000/hour or 100000/day."
        raise Invalid(where, f"'{text[:40]}' is no quota.", cure)
    return Quota(int(found[1]), found[2])
