"""Model files that a platform keeps beside the service, as Vertex AI does: taken when it starts."""

import logging
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modelyard.accounts.actor import Actor
from modelyard.blobs import Blobs
from modelyard.errors import ModelyardError
from modelyard.models.files import UNNAMED
from modelyard.models.naming import ENDINGS
from modelyard.models.offer import Offer
from modelyard.models.registry import Registry
from modelyard.private import private_folder
from modelyard.runs.lock import held

PLATFORM = Actor(kind="visitor", email="the platform's storage")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BroughtModels:
    """The model files of a storage; sidecars lie beside them, as in the folder `models`."""

    registry: Registry
    storage: Blobs
    only_name: str
    """The name of a model whose file's name says nothing, such as `model.joblib`."""
    lock: Path
    """A file that the processes of this machine lock."""

    def take(self) -> None:
        """Publish all files; one that was published already is the same version.

        Raises Unavailable where the storage cannot be read. A file that cannot be served becomes a
        version that says why.
        """
        private_folder(self.lock.parent)
        with held(self.lock, 600.0):
            names = self.storage.names()
            for name in names:
                if name.lower().endswith(ENDINGS):
                    self._publish(name, set(names))

    def _publish(self, name: str, names: set[str]) -> None:
        path = PurePosixPath(name)
        beside = str(path.with_suffix(".toml"))
        sidecar = self.storage.read(beside).decode("utf-8", "replace") if beside in names else ""
        plain = self.only_name if path.stem.lower() in UNNAMED else path.stem
        offer = Offer(model=plain, file_name=path.name, sidecar=sidecar)
        try:
            self.registry.publish(offer, self.storage.stream(name), by=PLATFORM)
        except ModelyardError as fault:
            log.warning("%s of the platform's storage was not taken: %s", name, fault)
