"""What somebody offers as a version of a model."""

import hashlib
from datetime import datetime

import msgspec

from modelyard.accounts.actor import Actor
from modelyard.accounts.plain_text import clean_text
from modelyard.errors import ModelyardError
from modelyard.models.kept_files import Opening, Received
from modelyard.models.naming import clean_file_name, clean_name
from modelyard.models.version import Version
from modelyard.runs.fault import fault_of


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What comes with a model file."""

    model: str
    file_name: str
    note: str = ""
    sidecar: str = ""
    """The text of the TOML file beside it."""
    folder_digest: str = ""
    """Its digest, where it was found in the workspace's folder."""
    is_candidate: bool = False
    """Whether `latest` stays where it points: nobody but who names the version is to meet it."""

    def refuse_names(self) -> None:
        """Raise Invalid for a name of a model or a file that cannot be."""
        clean_name(self.model)
        clean_file_name(self.file_name)

    def version(self, received: Received, at: datetime, by: Actor) -> Version:
        """Give the version as it is before the file is opened."""
        return Version(
            model=self.model,
            number=0,
            sha256=received.sha256,
            digest=digest_of(received.sha256, self.sidecar),
            file_name=self.file_name,
            format="",
            bytes=received.bytes,
            state="refused",
            description=None,
            converted="",
            fault=None,
            held_back="",
            note=clean_text(self.note, 1000),
            sidecar=self.sidecar,
            created_at=at,
            created_by=by.shown[:254],
        )


def digest_of(sha256: str, sidecar: str) -> str:
    """Give what tells versions apart: the file, and what its sidecar says."""
    if not sidecar:
        return sha256
    return hashlib.sha256(f"{sha256}\n{sidecar}".encode()).hexdigest()


def with_opening(version: Version, opening: Opening) -> Version:
    """Give a version with what came of opening its file, and with what its sidecar adds.

    A sidecar with a fault refuses the version.
    """
    from modelyard.models.sidecar import apply_sidecar, parse_sidecar

    description = opening.description
    if description is None:
        return msgspec.structs.replace(version, format=opening.format, fault=opening.fault)
    where = f"{version.model}.toml"
    try:
        if version.sidecar:
            sidecar = parse_sidecar(version.sidecar, where)
            description = apply_sidecar(description, sidecar, where)
    except ModelyardError as fault:
        return msgspec.structs.replace(version, format=opening.format, fault=fault_of(fault))
    return msgspec.structs.replace(
        version,
        state="opened",
        format=opening.format,
        description=description,
        converted=opening.converted,
    )
