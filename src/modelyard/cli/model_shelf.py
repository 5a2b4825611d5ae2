"""The registry of a workspace's models, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli.accounts import open_desk
from modelyard.errors import NotFound

if TYPE_CHECKING:
    from modelyard.accounts.actor import Actor
    from modelyard.accounts.sharing import SharingTable
    from modelyard.models.registry import Registry
    from modelyard.models.version import Model, Version
    from modelyard.models.watching import ModelFolder

PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Shelf:
    """The models of a workspace, and who is at the command line."""

    registry: "Registry"
    folder: "ModelFolder"
    actor: "Actor"
    sharing: "SharingTable"

    def delete(self, name: str) -> None:
        """Remove a model, and who may see it: the name is anybody's again."""
        from modelyard.accounts.resource import Resource

        self.registry.delete_model(name, by=self.actor)
        self.sharing.forget(Resource("model", name), by=self.actor)

    def served(self, model: "Model") -> "Version | None":
        """Give the version that answers who asks for none."""
        try:
            return self.registry.get_version(model.name)
        except NotFound:
            return None


@contextmanager
def open_shelf(workspace: Path | None, *, looks: bool = False) -> Iterator[Shelf]:
    """Open the registry; `looks` takes the files of the folder models in first."""
    from modelyard.wiring import open_model_folder

    with open_desk(workspace) as desk:
        folder = open_model_folder(desk.services, desk.records)
        if looks:
            folder.look()
        try:
            sharing = desk.records.accounts.sharing
            yield Shelf(desk.records.models, folder, desk.actor, sharing)
        finally:
            desk.records.models.predictors.close()
