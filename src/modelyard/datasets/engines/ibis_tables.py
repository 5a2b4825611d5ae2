"""Tables of databases that are reached through Ibis: one way of asking for many dialects."""

from typing import Any
from urllib.parse import urlsplit

import narwhals as nw

from modelyard.datasets.engines.connection import Connection
from modelyard.datasets.engines.table import EngineTable, Estimate, Ranked, Table
from modelyard.errors import NotFound

SAMPLE_SEED = 7
POSTGRES = frozenset({"postgres", "redshift"})


def open_ibis(where: str, connection: Connection, name: str) -> EngineTable:
    """Open a table; raises what the driver raises, and NotFound where there is none."""
    import ibis

    backend = connect(connection)
    *schemas, table = name.split(".")
    try:
        native = backend.table(table, database=".".join(schemas) or None)
    except ibis.common.exceptions.TableNotFound:
        raise NotFound(where, f"there is no table '{name}'.") from None
    is_postgres = connection.kind in POSTGRES
    return EngineTable(
        where=where,
        engine=f"{_title(connection)} {backend.version}",
        frame=nw.from_native(native),
        estimate=_postgres_estimate(backend, name) if is_postgres else Estimate(),
        ranked=_ranked_by_bytes(native) if is_postgres else None,
        sampled=lambda share: nw.from_native(native.sample(share, seed=SAMPLE_SEED)),
    )


def connect(connection: Connection) -> Any:
    """Open a connection by the library of its kind; raises what that raises."""
    import ibis

    parts = urlsplit(f"//{connection.address}")
    database = parts.path.strip("/")
    options: dict[str, Any] = dict(connection.options)
    if connection.kind in POSTGRES:
        place = {"host": parts.hostname, "port": parts.port or 5432, "database": database}
        person = {"user": connection.user or None, "password": connection.password or None}
        return ibis.postgres.connect(**place, **person, **options)
    if connection.kind == "trino":
        place = {"host": parts.hostname, "port": parts.port or 8080, "database": database}
        return ibis.trino.connect(user=connection.user, **place, **options)
    if connection.kind == "snowflake":
        place = {"account": parts.hostname, "database": database}
        person = {"user": connection.user, "password": connection.password}
        return ibis.snowflake.connect(**place, **person, **options)
    project, _, dataset = connection.address.partition("/")
    return ibis.bigquery.connect(project_id=project, dataset_id=dataset or None, **options)


def _title(connection: Connection) -> str:
    titles = {"postgres": "PostgreSQL", "bigquery": "BigQuery"}
    return titles.get(connection.kind, connection.kind.title())


def _ranked_by_bytes(native: Any) -> Ranked:
    """Compare texts by their bytes: a database's own order depends on its language."""
    import ibis

    @ibis.udf.scalar.builtin(name="convert_to")  # type: ignore[untyped-decorator]
    def bytes_of(text: str, encoding: str) -> bytes:  # type: ignore[empty-body]
        """Give a text in an encoding."""

    def ranked(column: str) -> Table:
        chosen = native.filter(native[column].notnull())
        value = chosen[column]
        made: Table = nw.from_native(chosen.select(value=value, rank=bytes_of(value, "UTF8")))
        return made

    return ranked


def _postgres_estimate(backend: Any, name: str) -> Estimate:
    """Ask the catalogue, which `ANALYZE` keeps; nothing is read."""
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    question = "SELECT reltuples::bigint, pg_table_size(oid) FROM pg_class WHERE oid = "
    found = backend.con.execute(question + "to_regclass(%s)", (quoted,)).fetchone()
    if not found:
        return Estimate()
    return Estimate(rows=found[0] if found[0] >= 0 else None, bytes=found[1])
