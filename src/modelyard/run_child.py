"""The child process that does one heavy run and ends."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from modelyard import kinds, wiring
from modelyard.pinned_models import PinnedModels
from modelyard.runs import child_work
from modelyard.runs.kinds import Kind


def command() -> tuple[str, ...]:
    """Give the command that starts this process, with the Python that runs now."""
    inside = Path(sys.prefix, "bin", "python3")
    python = inside if inside.exists() else Path(sys.executable)
    return (str(python), "-m", "modelyard.run_child")


def kinds_for(workspace: str) -> Mapping[str, Kind]:
    """Give the kinds of runs, for a workspace as it is now."""
    from modelyard.functions.opening import open_functions

    services = wiring.open_folder(workspace)
    models = PinnedModels(lambda: kinds.kept_files(services))
    tools = wiring.tools_for(services, find_model=models.get)
    services = replace(services, live_functions=lambda: open_functions(services.workspace, tools))
    return kinds.kinds_of(lambda: services, models=models)()


if __name__ == "__main__":
    child_work.main(kinds_for)
