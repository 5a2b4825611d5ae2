"""Opening a table where it lies; each kind of engine has a file of its own."""

from modelyard.datasets.engines.connection import Connection
from modelyard.datasets.engines.reading import reading_from
from modelyard.datasets.engines.table import EngineTable


def open_table(where: str, connection: Connection, name: str) -> EngineTable:
    """Open the table `name` of a connection, to be asked.

    Raises Unavailable where the engine cannot be reached or its library is not installed, and
    Invalid where it has no such table.
    """
    with reading_from(where):
        if connection.kind == "duckdb":
            from modelyard.datasets.engines.duckdb_tables import open_duckdb

            return open_duckdb(where, connection, name)
        if connection.kind == "spark":
            from modelyard.datasets.engines.spark_tables import open_spark

            return open_spark(where, connection, name)
        from modelyard.datasets.engines.ibis_tables import open_ibis

        return open_ibis(where, connection, name)
