"""Labels are bounded: what strangers may make up does not become a series of its own."""

from dataclasses import dataclass, field

from modelyard.metrics.families import OTHER

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MOST = {
    "route": 800,
    "model": 200,
    "protocol": 16,
    "function": 800,
    "kind": 100,
    "state": 12,
    "status": 64,
}
"""How many values a label may have; what comes later is `other`."""
MOST_VERSIONS = 20
"""Of one model."""
LONGEST = 200
"""How long a label's value may be, in characters."""


@dataclass
class LabelBounds:
    """Knows which values the labels of one process have had."""

    _known: dict[str, set[str]] = field(default_factory=dict)

    def within(self, labels: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
        """Give the values, those that are too many or too long as `other`."""
        given = dict(zip(labels, values, strict=True))
        if "version" in given:
            given["version"] = self._version(given["model"], given["version"])
        return tuple(
            text if label == "version" else self._one(label, text) for label, text in given.items()
        )

    def _version(self, model: str, version: str) -> str:
        return self._kept(f"version of {model[:LONGEST]}", version, MOST_VERSIONS)

    def _one(self, label: str, text: str) -> str:
        if label == "method":
            return text if text in METHODS else OTHER
        return self._kept(label, text, MOST[label])

    def _kept(self, place: str, text: str, most: int) -> str:
        known = self._known.get(place)
        if known is None:
            if len(self._known) > 1000:
                return OTHER
            known = self._known[place] = set()
        if text in known or text == "":
            return text
        if len(known) >= most or len(text) > LONGEST:
            return OTHER
        known.add(text)
        return text
