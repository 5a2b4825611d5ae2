"""Model files and what came of opening them, by their contents, in the store that all share."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from modelyard.blobs import Blobs
from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.models.description import Description
from modelyard.models.spool import MEBIBYTE, Spooled, spooled
from modelyard.models.version import Version
from modelyard.runs.fault import Fault, fault_of
from modelyard.version import VERSION

MOST_BYTES = 1024 * MEBIBYTE
LIBRARIES = (
    *("scikit-learn", "numpy", "scipy", "joblib", "skops", "onnx", "onnxruntime", "skl2onnx"),
    *("treelite", "xgboost", "lightgbm", "onnxmltools"),
)
"""Those whose version may make a difference."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What came of opening a file."""

    format: str = ""
    description: Description | None = None
    converted: str = ""
    """The digest of the converted model; empty where the original is served."""
    fault: Fault | None = None
    refused_by: str = ""
    """The digest of the libraries and trusted modules by which it was refused."""


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

        Raises Invalid where it is empty and TooLarge; nothing is kept then.
        """
        with spooled(content, self.most_bytes, where) as file:
            return self.keep(file)

    def keep(self, file: Spooled) -> Received:
        """Keep a file that has arrived whole."""
        self.blobs.write_file(f"models/files/{file.sha256}", file.path)
        return Received(file.sha256, file.bytes)

    def read(self, sha256: str) -> bytes:
        """Give a model file; raises NotFound."""
        return self.blobs.read(f"models/files/{sha256}")

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Give a model file in pieces; raises NotFound before the first of them."""
        return self.blobs.stream(f"models/files/{sha256}")

    def open(self, sha256: str, trusted: tuple[str, ...] = ()) -> Opening:
        """Open a file in the jail, or say what came of it when it was opened before.

        What was refused is looked at again when other modules are trusted, or by other libraries.
        Raises Unavailable where the store cannot be used.
        """
        name = f"models/openings/{sha256}"
        try:
            known = msgspec.json.decode(self.blobs.read(name), type=Opening)
        except NotFound:
            return self._open(name, sha256, trusted)
        plan = None if known.description is None else known.description.plan
        if plan is not None and set(plan.trusted) <= set(trusted):
            return known
        if plan is None and known.refused_by == opened_by(trusted):
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
        except Invalid as fault:
            refused = Opening(fault=fault_of(fault), refused_by=opened_by(trusted))
            self.blobs.write(name, msgspec.json.encode(refused))
            return refused
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


def opened_by(trusted: tuple[str, ...]) -> str:
    """Name what decides whether a file can be opened here."""
    from importlib.metadata import PackageNotFoundError, version

    found = [VERSION, *sorted(trusted)]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _only_needed(description: Description, trusted: tuple[str, ...]) -> Description:
    """Leave out the trusted modules that the file does not import."""
    used = {module for module, _ in description.plan.names}
    needed = tuple(module for module in trusted if module in used)
    plan = msgspec.structs.replace(description.plan, trusted=needed)
    return msgspec.structs.replace(description, plan=plan)
