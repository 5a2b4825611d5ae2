"""The predictors that a process keeps open: the right version at any time, and not too many."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from modelyard.errors import Conflict, Unavailable
from modelyard.models.description import Description
from modelyard.models.kept_files import KeptFiles
from modelyard.models.memory import give_back_memory
from modelyard.models.spool import MEBIBYTE
from modelyard.models.version import Version

if TYPE_CHECKING:
    from modelyard.models.predict import Predictor

FindVersion = Callable[[str, str], Version]


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How many predictors a process keeps open; what was used longest ago goes first."""

    most: int = 200
    most_bytes: int = 1024 * MEBIBYTE
    """Of the contents that they were opened with."""
    most_processes: int = 8
    """Of models that are served by processes of their own, at about 250 MiB each."""
    workers: int = 1
    """The processes of each of those."""


class Served(msgspec.Struct, frozen=True, eq=False):
    """A version with its predictor. It answers as long as somebody holds it, even after a swap."""

    version: Version
    predictor: "Predictor"


@dataclass(frozen=True, eq=False)
class _Kept:
    predictor: "Predictor"
    bytes: int
    has_processes: bool


@dataclass(eq=False)
class Predictors:
    """Open predictors by content. Threads may share it.

    Nobody closes a predictor: it is let go of, and what it holds is given back when the last
    request that uses it has its answer.
    """

    files: KeptFiles
    find_version: FindVersion
    trusted: Callable[[], tuple[str, ...]] = tuple
    bounds: Bounds = field(default_factory=Bounds)
    _kept: "OrderedDict[str, _Kept]" = field(default_factory=OrderedDict)
    _opening: dict[str, threading.Lock] = field(default_factory=dict)
    _last: dict[tuple[str, str], Version] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, selector: str = "") -> Served:
        """Give a version (`3`, `@champion`, `latest`, or the one that is served) to ask.

        While the database cannot be reached, it is the version from before. Raises NotFound,
        Conflict where the version was refused, and Unavailable where it cannot be opened here.
        """
        version = self._version(name, selector)
        return Served(version, self.open(version))

    def open(self, version: Version) -> "Predictor":
        """Give the predictor of a version, opened at the first use."""
        kept = self._kept.get(version.digest)
        if kept is None:
            kept = self._open_once(version)
        else:
            self._touch(version.digest)
        return kept.predictor

    def forget(self, digest: str) -> None:
        """Let go of a predictor."""
        with self._lock:
            self._kept.pop(digest, None)

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            self._kept.clear()

    def _version(self, name: str, selector: str) -> Version:
        asked = (name, selector)
        try:
            version = self.find_version(name, selector)
        except Unavailable:
            version = self._last.get(asked)  # type: ignore[assignment]
            if version is None:
                raise
            return version
        if len(self._last) > 10_000:
            self._last.clear()
        self._last[asked] = version
        return version

    def _touch(self, digest: str) -> None:
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)

    def _open_once(self, version: Version) -> _Kept:
        with self._lock:
            lock = self._opening.setdefault(version.digest, threading.Lock())
        with lock:
            kept = self._kept.get(version.digest)
            if kept is None:
                kept = self._open(version)
                give_back_memory()
                with self._lock:
                    self._kept[version.digest] = kept
                    self._opening.pop(version.digest, None)
                    self._shrink()
        return kept

    def _open(self, version: Version) -> _Kept:
        from modelyard.models.predict import open_predictor

        description = servable(version, self.trusted())
        plan = description.plan
        has_processes = "process" in {plan.runtime, plan.missing_by}
        content, original = self.files.served(
            version.sha256, version.converted, plan.missing_by == "process"
        )
        workers = self.bounds.workers
        predictor = open_predictor(description, content, original, workers=workers)
        weakref.finalize(predictor, predictor.runtime.close)
        return _Kept(predictor, len(content) + len(original), has_processes)

    def _shrink(self) -> None:
        """Let go of what was used longest ago; the newest stays, however large."""
        for digest in list(self._kept)[:-1]:
            kept = self._kept.values()
            many = len(kept) > self.bounds.most
            large = sum(one.bytes for one in kept) > self.bounds.most_bytes
            crowded = sum(one.has_processes for one in kept) > self.bounds.most_processes
            if many or large or (crowded and self._kept[digest].has_processes):
                del self._kept[digest]


def servable(version: Version, trusted: tuple[str, ...] = ()) -> Description:
    """Give the description of a version that can be served; raises Conflict for another."""
    if version.description is None:
        why = version.fault.why if version.fault else "nothing of it is known."
        raise Conflict(version.where, f"was refused: {why}", "Ask for another version.")
    plan = version.description.plan
    lost = sorted(set(plan.trusted) - set(trusted))
    if lost and "process" in {plan.runtime, plan.missing_by}:
        raise Conflict(version.where, f"imports {lost[0]}, which is no longer trusted.")
    return version.description
