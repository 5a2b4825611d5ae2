"""What is written: a table per output and one of the inputs, each row with its run and scenario."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from modelyard.errors import Invalid
from modelyard.scenarios.exchange.frames import frame_of, rows_frame
from modelyard.scenarios.execute import Answer
from modelyard.scenarios.table_names import table_name
from modelyard.scenarios.what_if import WhatIf

if TYPE_CHECKING:
    import polars as pl

KEY_COLUMNS = ("run_id", "scenario_id")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")


@dataclass(frozen=True)
class Key:
    """Whose figures they are; figures under the same key are replaced, never doubled."""

    run: str
    scenario: str

    def __post_init__(self) -> None:
        """Raise Invalid for an id that is none."""
        for text in (self.run, self.scenario):
            if not ID.fullmatch(text):
                raise Invalid("warehouse", f"'{text[:60]}' is no id of a run or scenario.")


class Warehouse(Protocol):
    """Where outputs are kept."""

    def write(self, key: Key, tables: Mapping[str, "pl.DataFrame"]) -> None:
        """Write all tables under the key; what was there under it is replaced.

        Writing again, after whatever went wrong, leaves everything there once. New columns are
        added to the tables. Raises Unavailable where the warehouse cannot be reached.
        """

    def write_all(self, run: str, scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]]) -> None:
        """Write the tables of several scenarios of a run, by their ids; as `write`."""

    def names(self) -> list[str]:
        """List the tables."""

    def read(self, table: str) -> "pl.DataFrame":
        """Read a table; raises NotFound."""


def together(
    scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]],
) -> dict[str, "pl.DataFrame"]:
    """Put the tables of several scenarios under each other; each row has its key."""
    import polars as pl

    parts: dict[str, list[pl.DataFrame]] = {}
    for tables in scenarios.values():
        for name, frame in tables.items():
            parts.setdefault(name, []).append(frame)
    return {name: pl.concat(frames, how="diagonal_relaxed") for name, frames in parts.items()}


def tables_of(
    what_if: WhatIf, answer: Answer, key: Key, name: str, at: datetime
) -> dict[str, "pl.DataFrame"]:
    """Give the tables of an answer: `MODEL__OUTPUT` for each output, and `MODEL__inputs`."""
    import polars as pl

    common = {
        "run_id": pl.lit(key.run),
        "scenario_id": pl.lit(key.scenario),
        "scenario": pl.lit(name),
        "code": pl.lit(answer.digest[:16]),
        "written_at": pl.lit(at),
    }
    tables = {}
    for output in what_if.outputs:
        frame = frame_of(output, answer.outputs[output.name])
        if output.kind == "table":
            frame = frame.with_row_index("row_number", 1).cast({"row_number": pl.Int64})
        tables[table_name(what_if.name, output.name)] = _with_key(frame, common)
    single = [item for item in what_if.parameters if item.kind != "table"]
    inputs = rows_frame(single, [{item.name: answer.values[item.name] for item in single}])
    tables[table_name(what_if.name, "inputs")] = _with_key(inputs, common)
    return tables


def _with_key(frame: "pl.DataFrame", common: Mapping[str, "pl.Expr"]) -> "pl.DataFrame":
    clash = {name: f"value_{name}" for name in frame.columns if name in common}
    renamed = frame.rename(clash)
    keys = [expression.alias(name) for name, expression in common.items()]
    return renamed.select(*keys, *renamed.columns)
