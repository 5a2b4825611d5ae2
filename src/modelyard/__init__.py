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

    from modelyard.wiring import Services

__version__ = VERSION
__all__ = ["__version__", "open"]


def open(folder: "str | Path" = ".") -> "Services":
    """Open a folder as a workspace: its datasets are under `.datasets`.

    Raises NotFound where there is no such folder and Invalid where its modelyard.toml has a fault.
    """
    from modelyard import wiring

    return wiring.open_folder(folder)
