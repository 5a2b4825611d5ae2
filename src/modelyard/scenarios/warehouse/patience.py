"""Writing to a warehouse that may be down: the run waits, tries again, and doubles nothing."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from modelyard.errors import Unavailable
from modelyard.runs.kinds import Context
from modelyard.scenarios.warehouse.tables import Warehouse

if TYPE_CHECKING:
    import polars as pl

PAUSES_S = (0.5, 60.0)
"""Before the second try, and at most between two."""
LOOK_S = 0.2


def write_patiently(
    warehouse: Warehouse,
    run: str,
    scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]],
    context: Context,
    pauses_s: tuple[float, float] = PAUSES_S,
) -> None:
    """Write the tables of scenarios, by their ids.

    While the warehouse cannot be reached, tell why and try again.

    Raises Unavailable where the run is to end meanwhile, and where a package is missing.
    """
    pause, said = pauses_s[0], ""
    while True:
        try:
            warehouse.write_all(run, scenarios)
        except Unavailable as fault:
            if fault.where.startswith("package "):
                raise
            if str(fault) != said:
                said = str(fault)
                context.log(f"{said} The run waits and tries again.")
            _wait(pause, context)
            pause = min(2 * pause, pauses_s[1])
        else:
            if said:
                context.log("The warehouse answers again.")
            return


def _wait(pause_s: float, context: Context) -> None:
    until = time.monotonic() + pause_s
    while time.monotonic() < until:
        if context.is_cancelled():
            raise Unavailable("warehouse", "the run was stopped while it waited.")
        time.sleep(min(LOOK_S, pause_s))
