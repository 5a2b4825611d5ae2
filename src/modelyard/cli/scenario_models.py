"""A what-if model for one command: from its file, with what a record sets on top."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.accounts.actor import Actor
    from modelyard.scenarios.catalogue import Scenarios
    from modelyard.scenarios.what_if import WhatIf
    from modelyard.scenarios.what_ifs import WhatIfs
    from modelyard.wiring import Services


def open_models(workspace: Path | None) -> "Scenarios":
    """Load the models of the folder; their code is run in this process."""
    from modelyard import wiring

    return wiring.open_folder(workspace).scenarios


def open_model(
    workspace: Path | None, name: str, version: int = 0, as_of: date | None = None
) -> "WhatIf":
    """Load one model, as its record has it where somebody manages it; raises NotFound."""
    from modelyard import wiring

    services = wiring.open_folder(workspace)
    if not has_records(services):
        return services.scenarios[name]
    with open_what_ifs(workspace) as (what_ifs, _):
        if what_ifs.versions.find_record(name) is None:
            return services.scenarios[name]
        from modelyard.scenarios.opened import open_spec

        spec = what_ifs.spec_of(name, version, as_of)
        return open_spec(services.workspace.root, spec)


def has_records(services: "Services") -> bool:
    """Tell whether the workspace has a database by now; none is made for a look."""
    settings = services.settings
    if settings.database_url:
        return True
    kept = settings.data_for(services.workspace.root, services.workspace.has_file)
    return (kept / "modelyard.db").is_file()


@contextmanager
def open_what_ifs(workspace: Path | None) -> Iterator[tuple["WhatIfs", "Actor"]]:
    """Open models with their records, for the person at the command line."""
    from modelyard.cli.accounts import open_desk

    with open_desk(workspace) as desk:
        try:
            yield desk.records.scenarios, desk.actor
        finally:
            desk.records.scenarios.stop()


def read_day(text: str | None) -> date | None:
    """Read a day such as 2027-01-01; raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("--as-of", f"'{text[:20]}' is not a day.", "Write 2027-12-31.") from None
