"""Taking what lies in the workspace's folder into the registry, as it appears and changes."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.accounts.actor import Actor
from modelyard.errors import ModelyardError, NotFound, Unavailable
from modelyard.models.files import ModelFile, find_files
from modelyard.models.offer import Offer, digest_of
from modelyard.models.registry import Registry
from modelyard.private import private_folder
from modelyard.runs.lock import held
from modelyard.workspace import Workspace

FOLDER_ACTOR = Actor(kind="visitor", email="the folder models/")
"""Who put a file there is not known; whoever may write the workspace's files may publish them."""
LOOK_EVERY_S = 1.0
SETTLED_S = 0.3
"""How long a file must be as it is: whoever copies one writes for longer than a moment."""
PIECE_BYTES = 1024 * 1024
log = logging.getLogger(__name__)
Stamp = tuple[tuple[int, int, int], ...]


@dataclass(eq=False)
class ModelFolder:
    """The models of a folder on their way into the registry.

    Several processes may look at the same folder: one of them does the work, and a file that the
    registry has taken already is not taken again after a restart.
    """

    registry: Registry
    current: Callable[[], Workspace]
    lock: Path
    """A file that the processes of this machine lock."""
    faults: dict[str, ModelyardError] = field(default_factory=dict)
    """By file, what could not be taken."""
    _taken: dict[Path, tuple[Stamp, tuple[str, ...]]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def look(self, *, is_patient: bool = True) -> None:
        """Take what is new or has changed, and wait for files that are being written.

        What cannot be taken is told in `faults`. Without patience such files, and all of them
        while another process looks, are left for the next time.
        """
        workspace = self.current()
        files, faults = find_files(workspace)
        told = {fault.where: fault for fault in faults}
        private_folder(self.lock.parent)
        with held(self.lock, 600.0 if is_patient else 0.0) as is_mine:
            if is_mine:
                for file in files:
                    self._take(workspace, file, told, is_patient)
        self.faults = told

    def start(self) -> threading.Thread:
        """Look every second in a thread of its own, until `stop`."""
        thread = threading.Thread(target=self.keep_looking, name="models", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def keep_looking(self) -> None:
        """Look every second, until `stop`; what goes wrong is told in the log."""
        while not self._stop.is_set():
            try:
                self.look(is_patient=False)
            except ModelyardError as fault:
                log.warning("the folder of models was not looked at: %s", fault)
            except Exception:
                log.exception("the folder of models was not looked at")
            self._stop.wait(LOOK_EVERY_S)

    def _take(
        self,
        workspace: Workspace,
        file: ModelFile,
        told: dict[str, ModelyardError],
        is_patient: bool,
    ) -> None:
        where = file.path.relative_to(workspace.root).as_posix()
        try:
            stamp = self._settled(file, is_patient)
            seen = (stamp, self.registry.list_trusted())
            if stamp and self._taken.get(file.path) != seen:
                self._publish(file)
                self._taken[file.path] = seen
            elif not stamp:
                told[where] = Unavailable(where, "is still being written.")
        except ModelyardError as fault:
            told[where] = fault
            if not isinstance(fault, Unavailable):
                self._taken[file.path] = seen
        except OSError as fault:
            told[where] = Unavailable(where, f"cannot be read: {fault.strerror}.")

    def _settled(self, file: ModelFile, is_patient: bool) -> Stamp:
        """Give the stamp of a file that nobody writes at the moment, else nothing."""
        for _ in range(20 if is_patient else 1):
            stamp = file.stamp()
            newest = max(part[0] for part in stamp) / 1e9
            if not 0 <= time.time() - newest < SETTLED_S:
                return stamp
            if self._taken.get(file.path, (None,))[0] == stamp:
                return stamp
            if is_patient:
                time.sleep(SETTLED_S / 3)
        return ()

    def _publish(self, file: ModelFile) -> None:
        sidecar = file.sidecar_text()
        with file.path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        digest = digest_of(sha256, sidecar)
        if self._is_known(file.name, digest):
            return
        offer = Offer(
            model=file.name, file_name=file.path.name, sidecar=sidecar, folder_digest=digest
        )
        self.registry.publish(offer, _pieces(file.path), by=FOLDER_ACTOR)

    def _is_known(self, name: str, digest: str) -> bool:
        """Say whether this content came from the folder before, and was not refused."""
        try:
            model = self.registry.get_model(name)
        except NotFound:
            return False
        if model.folder_digest != digest:
            return False
        version = self.registry.store.find_by_digest(name, digest)
        return version is None or version.state == "opened"  # None: somebody deleted it


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
