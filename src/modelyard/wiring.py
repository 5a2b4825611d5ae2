"""The one place where the parts are chosen and joined."""

from dataclasses import dataclass
from pathlib import Path

from modelyard.datasets.catalogue import Catalogue, open_catalogue
from modelyard.datasets.results import Results
from modelyard.processor import prefer_fast_sort
from modelyard.settings import Settings, from_environment
from modelyard.workspace import Workspace, open_workspace


@dataclass(frozen=True, repr=False)
class Services:
    """One workspace, opened: what the doors (web, command line, notebook) ask."""

    settings: Settings
    workspace: Workspace
    state: Path
    """The folder for caches, fetched copies and the state of computations."""
    datasets: Catalogue

    def __repr__(self) -> str:
        """Name the folder and its datasets."""
        return f"<Services {self.workspace.root}: {self.datasets!r}>"


def open_folder(folder: Path | str | None = None, settings: Settings | None = None) -> Services:
    """Open a folder (by default the one in the settings).

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    prefer_fast_sort()
    chosen = settings or from_environment()
    workspace = open_workspace(chosen.workspace if folder is None else folder)
    state = chosen.state_for(workspace.root, workspace.has_file)
    results = Results(state / "cache", chosen.cache_bytes)
    catalogue = open_catalogue(workspace, results, state / "fetched")
    return Services(chosen, workspace, state, catalogue)
