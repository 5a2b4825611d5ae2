"""The warehouse in Postgres: Polars' frames by ADBC, each answer in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modelyard.errors import NotFound, Unavailable
from modelyard.scenarios.warehouse.tables import Key, together

if TYPE_CHECKING:
    import polars as pl

NUMBERS = ("bigint", "numeric", "double precision")
"""Types in the order in which a column may be widened; anything else widens to text."""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('modelyard warehouse'))"


class PostgresWarehouse:
    """Tables in one schema of a Postgres database."""

    def __init__(self, url: str, schema: str = "modelyard") -> None:
        self._url = url
        self._schema = schema

    def write(self, key: Key, tables: Mapping[str, "pl.DataFrame"]) -> None:
        """Replace what is under the key, in one transaction; tables and columns are made."""
        self.write_all(key.run, {key.scenario: tables})

    def write_all(self, run: str, scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]]) -> None:
        """Replace what is under the keys of several scenarios, in one transaction."""
        keys = [Key(run, scenario) for scenario in scenarios]
        with self._connection() as connection:
            with connection.cursor() as cursor:
                cursor.execute(LOCK)
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(self._schema)}")
                for table, frame in together(scenarios).items():
                    self._write_table(cursor, keys, table, frame)
            connection.commit()

    def names(self) -> list[str]:
        """List the tables."""
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables "  # noqa: S608
                f"WHERE table_schema = {_text(self._schema)} ORDER BY 1"
            )
            return [str(name) for (name,) in cursor.fetchall()]

    def read(self, table: str) -> "pl.DataFrame":
        """Read a table; exact figures come back as decimals."""
        import polars as pl

        if table not in self.names():
            raise NotFound(f"warehouse/{table[:80]}", "there is no such table.")
        with self._connection() as connection, connection.cursor() as cursor:
            columns = self._columns(cursor, table)
            wanted = ", ".join(
                f"{_quoted(name)}::text" if kind == "numeric" else _quoted(name)
                for name, kind in columns.items()
            )
            cursor.execute(f"SELECT {wanted} FROM {self._full(table)}")  # noqa: S608
            rows = cursor.fetchall()
        frame = pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
        exact = [name for name, kind in columns.items() if kind == "numeric"]
        return frame.with_columns(
            pl.col(name).cast(pl.String).str.to_decimal(scale=12) for name in exact
        )

    def _full(self, table: str) -> str:
        return f"{_quoted(self._schema)}.{_quoted(table)}"

    def _write_table(
        self, cursor: Any, keys: Sequence[Key], table: str, frame: "pl.DataFrame"
    ) -> None:
        columns = self._columns(cursor, table)
        if columns:
            frame = self._evolved(cursor, table, columns, frame)
            ids = ", ".join(_text(key.scenario) for key in keys)
            cursor.execute(
                f"DELETE FROM {self._full(table)} "  # noqa: S608 (ids are checked, names quoted)
                f"WHERE run_id = {_text(keys[0].run)} AND scenario_id IN ({ids})"
            )
        cursor.adbc_ingest(
            table,
            frame,
            mode="append" if columns else "create",
            db_schema_name=self._schema,
        )
        if not columns:
            cursor.execute(f"CREATE INDEX ON {self._full(table)} (run_id, scenario_id)")

    def _columns(self, cursor: Any, table: str) -> dict[str, str]:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns "  # noqa: S608
            f"WHERE table_schema = {_text(self._schema)} AND table_name = {_text(table)} "
            "ORDER BY ordinal_position"
        )
        return {str(name): str(kind) for name, kind in cursor.fetchall()}

    def _evolved(
        self, cursor: Any, table: str, columns: dict[str, str], frame: "pl.DataFrame"
    ) -> "pl.DataFrame":
        """Add columns that are new, widen those of another type, and fit the frame to the rest."""
        for name, dtype in frame.schema.items():
            kind = kind_of(dtype)
            there = columns.get(name)
            full, column = self._full(table), _quoted(name)
            if there is None:
                cursor.execute(f"ALTER TABLE {full} ADD COLUMN {column} {kind}")
                continue
            wide = wider(there, kind)
            if wide != there:
                cursor.execute(
                    f"ALTER TABLE {full} ALTER COLUMN {column} TYPE {wide} USING {column}::{wide}"
                )
            if wide != kind:
                frame = frame.with_columns(_cast(name, wide))
        return frame

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        dbapi = _dbapi()
        try:
            with dbapi.connect(self._url) as connection:
                yield connection
        except dbapi.Error as fault:
            words = " ".join(str(fault).split())[:300]
            raise Unavailable(
                "warehouse", f"Postgres refuses: {words}", "Nothing was written; try again."
            ) from None


def kind_of(dtype: "pl.DataType") -> str:
    """Give the type that ADBC makes of a column."""
    import polars as pl

    if dtype.is_integer():
        return "bigint"
    if dtype.is_decimal():
        return "numeric"
    if dtype.is_float():
        return "double precision"
    if dtype == pl.Date:
        return "date"
    return "timestamp with time zone" if dtype == pl.Datetime else "text"


def wider(one: str, other: str) -> str:
    """Give the type that holds both."""
    if one == other:
        return one
    if one in NUMBERS and other in NUMBERS:
        return NUMBERS[max(NUMBERS.index(one), NUMBERS.index(other))]
    return "text"


def _cast(name: str, kind: str) -> "pl.Expr":
    import polars as pl

    types: dict[str, Any] = {
        "bigint": pl.Int64(),
        "numeric": pl.Decimal(38, 12),
        "double precision": pl.Float64(),
    }
    return pl.col(name).cast(types.get(kind, pl.String()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _dbapi() -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise Unavailable(
            "package adbc-driver-postgresql",
            "is not installed, and a warehouse in Postgres needs it.",
            "Install it with: pip install 'modelyard[warehouse]'",
        ) from None
    return dbapi
