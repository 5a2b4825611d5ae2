"""Modelyard: an analyst's folder as one service.

From a notebook::

    import modelyard

    yard = modelyard.open("folder")
    yard.datasets["filings"].statistics()
"""

from typing import TYPE_CHECKING

from modelyard.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.accounts.actor import Actor as Actor
    from modelyard.datasets.catalogue import Catalogue as Catalogue
    from modelyard.datasets.dataset import Dataset as Dataset
    from modelyard.models.given import Predictor as Predictor
    from modelyard.wiring import Services

__version__ = VERSION
__all__ = ["Actor", "Catalogue", "Dataset", "Predictor", "__version__", "open"]
NAMES = {
    "Actor": "modelyard.accounts.actor",
    "Catalogue": "modelyard.datasets.catalogue",
    "Dataset": "modelyard.datasets.dataset",
    "Predictor": "modelyard.models.given",
}
"""What functions name in their annotations, and where it is found when it is asked for."""


def __getattr__(name: str) -> object:
    """Find one of the names above; nothing is loaded before."""
    from importlib import import_module

    if name in NAMES:
        return getattr(import_module(NAMES[name]), name)
    raise AttributeError(f"module 'modelyard' has no attribute '{name}'")


def open(folder: "str | Path" = ".") -> "Services":
    """Open a folder as a workspace: its datasets are under `.datasets`.

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    from modelyard import wiring

    return wiring.open_folder(folder)
