"""Where a figure came from: enough to work it out again, and to say whether it is the same."""

import hashlib
import itertools
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any

from modelyard.scenarios.execute import Answer, execute
from modelyard.scenarios.what_if import WhatIf
from modelyard.version import VERSION

MISSING = "missing"
PACKAGES = ("numpy", "polars", "ironcalc", "numpy-financial")


@dataclass(frozen=True)
class Passport:
    """What a set of outputs was worked out from."""

    model: str
    code: str
    """The SHA-256 of the code or workbook."""
    inputs: dict[str, Any]
    outputs: str
    """The SHA-256 of the outputs as JSON."""
    versions: dict[str, str]
    datasets: dict[str, str] = field(default_factory=dict)
    """The fingerprint of each dataset that was read."""
    seed: int | None = None

    @property
    def id(self) -> str:
        """Name what went in: equal passports of inputs have equal names."""
        parts = {"code": self.code, "inputs": self.inputs, "datasets": self.datasets}
        return digest_of(parts | {"seed": self.seed})[:16]

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {"id": self.id} | asdict(self)


@dataclass(frozen=True)
class Replay:
    """What working a figure out again came to."""

    is_identical: bool
    place: str = ""
    """The first difference, such as `outputs.schedule[3].interest`."""
    before: Any = None
    now: Any = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """What else is different: code, versions, datasets."""

    def __str__(self) -> str:
        """Say it in a sentence."""
        if self.is_identical:
            return "Identical."
        changed = f" Changed since: {', '.join(self.changes)}." if self.changes else ""
        return f"First difference: {self.place} was {self.before}, and is {self.now}.{changed}"


def passport_of(
    answer: Answer, datasets: Mapping[str, str] | None = None, seed: int | None = None
) -> Passport:
    """Make the passport of an answer."""
    content = answer.as_json()
    return Passport(
        model=answer.model,
        code=answer.digest,
        inputs=content["inputs"],
        outputs=digest_of(content["outputs"]),
        versions=versions(),
        datasets=dict(datasets or {}),
        seed=seed,
    )


def versions() -> dict[str, str]:
    """Give the versions of what has a part in figures, those installed."""
    return dict(_versions())


@cache
def _versions() -> Mapping[str, str]:
    found = {"modelyard": VERSION, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version_of(name)
        except PackageNotFoundError:
            continue
    return found


def replay(what_if: WhatIf, passport: Passport, outputs: Mapping[str, Any]) -> Replay:
    """Work the inputs out again, and hold the outputs against those kept (as JSON).

    Raises what working the model out raises.
    """
    answer = execute(what_if, passport.inputs, may_unlock=True)
    now = passport_of(answer, passport.datasets, passport.seed)
    changes: dict[str, tuple[Any, Any]] = {}
    if now.code != passport.code:
        changes["code"] = (passport.code, now.code)
    for name in sorted(now.versions.keys() | passport.versions.keys()):
        pair = (passport.versions.get(name), now.versions.get(name))
        if pair[0] != pair[1]:
            changes[name] = pair
    difference = first_difference(dict(outputs), answer.as_json()["outputs"], "outputs")
    if difference is None:
        return Replay(True, changes=changes)
    return Replay(False, *difference, changes)


def first_difference(before: Any, now: Any, place: str) -> tuple[str, Any, Any] | None:
    """Find the first place where two JSON values differ; None where they are the same."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = [*before, *(name for name in now if name not in before)]
        pairs = [
            (f"{place}.{name}", before.get(name, MISSING), now.get(name, MISSING)) for name in names
        ]
    elif _is_list(before) and _is_list(now):
        longest = itertools.zip_longest(before, now, fillvalue=MISSING)
        pairs = [(f"{place}[{number}]", *both) for number, both in enumerate(longest)]
    else:
        is_same = before == now and isinstance(before, bool) == isinstance(now, bool)
        return None if is_same else (place, before, now)
    found = (first_difference(one, other, where) for where, one, other in pairs)
    return next((difference for difference in found if difference is not None), None)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def digest_of(value: Any) -> str:
    """Give the SHA-256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
