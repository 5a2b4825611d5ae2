"""Tables of a DuckDB file, which is opened for reading only."""

import math
from collections.abc import Sequence

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

    def sampled(share: float) -> Table:
        """Take every so-manieth row: DuckDB's own samples differ from time to time."""
        step = max(1, math.ceil(1 / share))
        numbered = f"SELECT *, row_number() OVER () AS place FROM {quoted}"  # noqa: S608 (checked)
        chosen = f"SELECT * EXCLUDE (place) FROM ({numbered}) WHERE place % {step} = 0"  # noqa: S608
        made: Table = nw.from_native(database.sql(chosen)).lazy()
        return made

    def count_distinct(names: Sequence[str]) -> dict[str, int]:
        """Count by HyperLogLog."""
        marked = [name.replace('"', '""') for name in names]
        asked = ", ".join(f'approx_count_distinct("{name}")' for name in marked)
        found = database.sql(f"SELECT {asked} FROM {quoted}").fetchall()  # noqa: S608 (checked)
        return dict(zip(names, found[0], strict=True))

    return EngineTable(
        where=where,
        engine=f"DuckDB {duckdb.__version__}",
        frame=frame,
        estimate=_estimate(database, name),
        sampled=sampled,
        sampled_method="evenly over the table, as for rows in random order",
        count_distinct=count_distinct,
        distinct_method="estimated by HyperLogLog (standard error about 2 %)",
    )


def _estimate(database: duckdb.DuckDBPyConnection, name: str) -> Estimate:
    *schemas, table = name.split(".")
    found = database.execute(
        "SELECT estimated_size FROM duckdb_tables() WHERE table_name = ? AND schema_name = ?",
        [table, schemas[-1] if schemas else "main"],
    ).fetchall()
    return Estimate(rows=int(found[0][0]), bytes=_stored(database, name)) if found else Estimate()


def _stored(database: duckdb.DuckDBPyConnection, name: str) -> int:
    """Count the blocks of the file that hold the table; only what stands about them is read."""
    blocks = "SELECT count(DISTINCT block_id) FROM pragma_storage_info(?) WHERE block_id >= 0"
    (count,) = database.execute(blocks, [name]).fetchall()[0]
    ((size,),) = database.execute("SELECT block_size FROM pragma_database_size()").fetchall()
    return int(count) * int(size)
