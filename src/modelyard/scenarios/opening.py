"""Joining the parts of the what-if models of a service."""

from collections.abc import Mapping
from pathlib import Path

from modelyard.accounts.sharing import SharingTable
from modelyard.processes.kept import KeptProcesses
from modelyard.scenarios.asking import Asking, Bounds, worker_command
from modelyard.scenarios.figures import Figures
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.saved import SavedScenarios, Sees
from modelyard.scenarios.shelf import Shelf
from modelyard.scenarios.store import RecordStore
from modelyard.scenarios.store_saved import SavedStore
from modelyard.scenarios.versions import Versions
from modelyard.scenarios.what_ifs import WhatIfs

DEFAULT = Bounds()


def open_what_ifs(
    folder: Path,
    environ: Mapping[str, str],
    sharing: SharingTable,
    sees_model: Sees,
    bounds: Bounds = DEFAULT,
) -> WhatIfs:
    """Join the parts; nothing is asked yet of the database or of the folder.

    Workers get the environment `environ`: no secrets.
    """
    command = worker_command(folder, bounds.memory_mib)
    processes = KeptProcesses(command, environ, "what-if models", most_idle=2)
    asking = Asking(folder, processes, bounds)
    offers = Offers(Shelf(asking), RecordStore(sharing))
    store = SavedStore(sharing)
    figures = Figures(offers, store, sees_model)
    saved = SavedScenarios(offers, store, figures, sees_model)
    return WhatIfs(offers, Versions(offers), saved, figures)
