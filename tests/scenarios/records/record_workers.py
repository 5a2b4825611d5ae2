"""Workers for what-if models, as the tests start them."""

import os
from pathlib import Path

from modelyard.processes.kept import KeptProcesses
from modelyard.scenarios.asking import Asking, Bounds, worker_command


def asking_for(folder: Path, bounds: Bounds | None = None) -> Asking:
    """Workers for a folder."""
    chosen = bounds or Bounds()
    argv = worker_command(folder, chosen.memory_mib)
    return Asking(folder, KeptProcesses(argv, dict(os.environ), "what-if models"), chosen)
