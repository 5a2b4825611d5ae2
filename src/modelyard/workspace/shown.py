"""How commands that are shown to people name the folder of a workspace."""

import shlex
from pathlib import Path


def shown_folder(root: Path) -> str:
    """Give the folder as one word of a shell: as seen from here where it is below, else in full."""
    here = Path.cwd()
    below = root != here and root.is_relative_to(here)
    return shlex.quote(str(root.relative_to(here) if below else root))
