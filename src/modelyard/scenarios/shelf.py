"""The models of the folder as they are now, described by workers; a saved file counts at once."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.errors import Conflict, ModelyardError, Unavailable
from modelyard.scenarios.asked import Question
from modelyard.scenarios.asking import Asking, Hearing
from modelyard.scenarios.describe import NAME
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.sources import Stamp, code_stamp, model_files, stamp_of

LOAD_S = 30.0
"""How long a file may take to be loaded."""
WAIT_S = 10.0
"""How long somebody waits for files that are loaded, from when the last of them was begun."""
Read = list[dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """A model in a file."""

    name: str
    file: str
    digest: str
    definition: Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """What the folder holds."""

    models: Mapping[str, Found]
    faults: Mapping[str, ModelyardError]
    """What is wrong with files, by file."""
    loading: frozenset[str] = frozenset()
    """Files that are still being loaded, which is their fault until then."""


@dataclass(eq=False)
class Shelf:
    """Describes each file once, and again when it has changed."""

    asking: Asking
    load_s: float = LOAD_S
    wait_s: float = WAIT_S
    _read: dict[str, tuple[Stamp, "Future[Read]"]] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, "what-if files")
    )
    _begun_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """The workspace."""
        return self.asking.folder

    def look(self, wait_s: float | None = None) -> Listing:
        """Say what is there now; a file that hangs or is still being loaded has that as fault.

        `wait_s` is how long to wait for those that are new, where that is not as long as others do.
        """
        readings, begun_at = self._readings()
        left = begun_at + self.wait_s - time.monotonic()
        wait(readings.values(), max(0.0, left if wait_s is None else min(left, wait_s)))
        models: dict[str, Found] = {}
        faults: dict[str, ModelyardError] = {}
        loading = {file for file, reading in readings.items() if not reading.done()}
        for file, reading in readings.items():
            if file in loading:
                faults[file] = Unavailable(file, "is still being loaded.", "Try again in a moment.")
                continue
            try:
                for told in reading.result():
                    _add(models, file, told)
            except ModelyardError as fault:
                faults[file] = fault
        return Listing(models, faults, frozenset(loading))

    def _readings(self) -> tuple[dict[str, "Future[Read]"], float]:
        """Give the reading of each file, and when the last one began.

        It is begun where the file is new or has changed.
        """
        folder = self.asking.folder
        code = code_stamp(folder)
        with self._lock:
            files = model_files(folder)
            for file in files:
                stamp = stamp_of(folder, file) + (code if file.endswith(".py") else ())
                known = self._read.get(file)
                if known is None or known[0] != stamp:
                    self._read[file] = (stamp, self._threads.submit(self._describe, file))
                    self._begun_at = time.monotonic()
            for gone in self._read.keys() - set(files):
                del self._read[gone]
            return {file: self._read[file][1] for file in files}, self._begun_at

    def _describe(self, file: str) -> Read:
        asked = Question(verb="describe", spec=Spec(name=_name(file), file=file))
        found: Read = self.asking.ask(asked, Hearing(timeout_s=self.load_s))[0]
        return found


def _add(models: dict[str, Found], file: str, told: Mapping[str, Any]) -> None:
    found = Found(told["name"], file, told["digest"], told["definition"])
    other = models.get(found.name)
    if other is not None:
        raise Conflict(
            file, f"the model '{found.name}' is in {other.file} already.", "Name one differently."
        )
    models[found.name] = found


def _name(file: str) -> str:
    stem = Path(file).stem
    return stem if NAME.fullmatch(stem) else "model"
