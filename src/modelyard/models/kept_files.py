"""Model files and what came of opening them, by their contents, in the store that all share."""

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from modelyard.blobs import Blobs
from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.models.description import Description
from modelyard.models.version import Version
from modelyard.runs.fault import Fault, fault_of

MEBIBYTE = 1024 * 1024
MOST_BYTES = 1024 * MEBIBYTE


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What came of opening a file."""

    format: str = ""
    description: Description | None = None
    converted: str = ""
    """The digest of the converted model; empty where the original is served."""
    fault: Fault | None = None


@dataclass(frozen=True)
class Received:
    """A file that is in the store now."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class KeptFiles:
    """Model files in the blob store, each once however often it is published."""

    blobs: Blobs
    most_bytes: int = MOST_BYTES

    def receive(self, content: Iterable[bytes], where: str) -> Received:
        """Keep a file that comes in pieces, hashed on the way.

        Raises Invalid where it is empty or larger than is allowed; nothing is kept then.
        """
        digest, size = hashlib.sha256(), 0
        with tempfile.TemporaryDirectory(prefix="modelyard-") as folder:
            path = Path(folder, "model")
            with path.open("wb") as file:
                for piece in content:
                    size += len(piece)
                    if size > self.most_bytes:
                        raise Invalid(where, f"is larger than {_shown(self.most_bytes)}.")
                    digest.update(piece)
                    file.write(piece)
            if not size:
                raise Invalid(where, "is empty.", "Send the model file as it is.")
            self.blobs.write_file(f"models/files/{digest.hexdigest()}", path)
        return Received(digest.hexdigest(), size)

    def read(self, sha256: str) -> bytes:
        """Give a model file; raises NotFound."""
        return self.blobs.read(f"models/files/{sha256}")

    def open(self, sha256: str, trusted: tuple[str, ...] = ()) -> Opening:
        """Open a file in the jail, or say what came of it when it was opened before.

        Only what could be opened is remembered: what was refused is looked at again. Raises
        Unavailable where the store cannot be used.
        """
        name = f"models/openings/{sha256}"
        try:
            known = msgspec.json.decode(self.blobs.read(name), type=Opening)
        except NotFound:
            return self._open(name, sha256, trusted)
        plan = None if known.description is None else known.description.plan
        if plan is not None and set(plan.trusted) <= set(trusted):
            return known
        return self._open(name, sha256, trusted)

    def served(self, sha256: str, converted: str, needs_original: bool) -> tuple[bytes, bytes]:
        """Give what the runtime is opened with, and the original where that needs it too."""
        if not converted:
            return self.read(sha256), b""
        content = self.blobs.read(f"models/converted/{sha256}/{converted}")
        return content, self.read(sha256) if needs_original else b""

    def note(self, version: Version) -> None:
        """Keep a version beside its file, for those who may not ask the database."""
        name = f"models/versions/{version.sha256}/{version.digest}"
        self.blobs.write(name, msgspec.json.encode(version))

    def noted(self, sha256: str, digest: str) -> Version:
        """Give a version that was noted; raises NotFound."""
        return msgspec.json.decode(
            self.blobs.read(f"models/versions/{sha256}/{digest}"), type=Version
        )

    def forget(self, sha256: str) -> None:
        """Remove a file that no version refers to."""
        for prefix in (f"models/converted/{sha256}", f"models/versions/{sha256}"):
            for name in self.blobs.names(prefix):
                self.blobs.delete(name)
        self.blobs.delete(f"models/openings/{sha256}")
        self.blobs.delete(f"models/files/{sha256}")

    def _open(self, name: str, sha256: str, trusted: tuple[str, ...]) -> Opening:
        from modelyard.models.opening import open_model

        original = self.read(sha256)
        try:
            opened = open_model(original, trusted=trusted)
        except ModelyardError as fault:
            return Opening(fault=fault_of(fault))
        converted = ""
        if opened.content is not original:
            converted = hashlib.sha256(opened.content).hexdigest()
            self.blobs.write(f"models/converted/{sha256}/{converted}", opened.content)
        opening = Opening(
            format=opened.listing.format,
            description=_only_needed(opened.description, trusted),
            converted=converted,
        )
        content = msgspec.json.encode(opening)
        try:
            opening = msgspec.json.decode(content, type=Opening)
        except msgspec.ValidationError:  # not-a-number is null in JSON
            why = "holds limits or categories that are no numbers."
            return Opening(fault=Fault(kind="Invalid", where="model", why=why))
        self.blobs.write(name, content)
        return opening


def _only_needed(description: Description, trusted: tuple[str, ...]) -> Description:
    """Leave out the trusted modules that the file does not import."""
    used = {module for module, _ in description.plan.names}
    needed = tuple(module for module in trusted if module in used)
    plan = msgspec.structs.replace(description.plan, trusted=needed)
    return msgspec.structs.replace(description, plan=plan)


def _shown(size: int) -> str:
    return f"{size // MEBIBYTE:,} MiB" if size >= MEBIBYTE else f"{size:,} bytes"
