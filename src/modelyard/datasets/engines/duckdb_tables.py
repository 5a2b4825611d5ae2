"""Tables of a DuckDB file, which is opened for reading only."""

import duckdb
import narwhals as nw

from modelyard.datasets.engines.connection import Connection
from modelyard.datasets.engines.table import EngineTable, Estimate, Table

SAFE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}
"""So that a view in the file cannot read other files of the machine."""


def open_duckdb(where: str, connection: Connection, name: str) -> EngineTable:
    """Open a table or view of the file; raises what DuckDB raises."""
    database = duckdb.connect(connection.address, read_only=True, config=SAFE)
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    frame: Table = nw.from_native(database.sql(f"SELECT * FROM {quoted}")).lazy()  # noqa: S608 (checked)
    return EngineTable(
        where=where,
        engine=f"DuckDB {duckdb.__version__}",
        frame=frame,
        estimate=_estimate(database, name),
    )


def _estimate(database: duckdb.DuckDBPyConnection, name: str) -> Estimate:
    *schemas, table = name.split(".")
    found = database.execute(
        "SELECT estimated_size FROM duckdb_tables() WHERE table_name = ? AND schema_name = ?",
        [table, schemas[-1] if schemas else "main"],
    ).fetchall()
    return Estimate(rows=int(found[0][0]) if found else None)
