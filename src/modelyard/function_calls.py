"""The worker process that calls functions of a workspace, one at a time."""

import sys

from modelyard import giving, wiring
from modelyard.functions.modules import Modules
from modelyard.functions.worker import work
from modelyard.workspace import open_workspace


def main(folder: str, memory_bytes: str) -> None:
    """Answer calls until there are no more."""
    workspace = open_workspace(folder)
    modules = Modules(workspace.root, workspace.allows)
    work(
        modules,
        giving.givers(lambda: wiring.open_folder(folder), giving.no_model),
        int(memory_bytes),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
