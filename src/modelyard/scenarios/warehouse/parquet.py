"""The warehouse in the workspace: Parquet files are the truth, a DuckDB file the way to them.

A file belongs to one table, run and scenario, and appears whole or not at all. `catalogue.duckdb`
holds a view of each table and is made anew, under a lock, and put in place of the old one, so that
readers are never in the way.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import NotFound, Unavailable
from modelyard.scenarios.warehouse.tables import Key

if TYPE_CHECKING:
    import polars as pl

CATALOGUE = "catalogue.duckdb"
LOCK = ".lock"
COLUMNS = ".columns"
"""Beside the files of a table: the columns that its view in the catalogue knows."""


class ParquetWarehouse:
    """Tables as folders of Parquet files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def write(self, key: Key, tables: Mapping[str, "pl.DataFrame"]) -> None:
        """Write a file per table; the same key writes the same files again.

        The catalogue is made anew where a column is new.
        """
        duckdb_or_unavailable()
        name = hashlib.sha256(f"{key.run}\n{key.scenario}".encode()).hexdigest()[:32]
        with _writing(self.folder):
            for table, frame in tables.items():
                _write_whole(self.folder / table / f"{name}.parquet", frame)
            new = {table: _columns(frame) - self._known(table) for table, frame in tables.items()}
            if any(new.values()) or not self.catalogue.exists():
                self._renew_catalogue()
                for table, columns in new.items():
                    self._note(table, columns)

    def write_all(self, run: str, scenarios: Mapping[str, Mapping[str, "pl.DataFrame"]]) -> None:
        """Write the files of several scenarios."""
        for scenario, tables in scenarios.items():
            self.write(Key(run, scenario), tables)

    @property
    def catalogue(self) -> Path:
        """The DuckDB file with a view of every table."""
        return self.folder / CATALOGUE

    def names(self) -> list[str]:
        """List the tables."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if any(path.glob("*.parquet")))

    def read(self, table: str) -> "pl.DataFrame":
        """Read a table through DuckDB, which brings differing columns together."""
        if table not in self.names():
            raise NotFound(f"warehouse/{table[:80]}", "there is no such table.")
        import polars as pl

        duckdb = duckdb_or_unavailable()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            found: pl.DataFrame = pl.DataFrame(connection.sql(self._query(table)))
        return found

    def _query(self, table: str) -> str:
        files = str(self.folder / table / "*.parquet").replace("'", "''")
        return f"SELECT * FROM read_parquet('{files}', union_by_name = true)"  # noqa: S608

    def _known(self, table: str) -> set[str]:
        """Give the columns that the catalogue knows of a table; nothing where that is not noted."""
        try:
            return set((self.folder / table / COLUMNS).read_text("utf-8").splitlines())
        except FileNotFoundError:
            return set()

    def _note(self, table: str, columns: set[str]) -> None:
        with (self.folder / table / COLUMNS).open("a", encoding="utf-8") as file:
            file.writelines(f"{column}\n" for column in sorted(columns))

    def _renew_catalogue(self) -> None:
        duckdb = duckdb_or_unavailable()
        with _locked(self.folder / LOCK), tempfile.TemporaryDirectory(dir=self.folder) as place:
            new = Path(place, CATALOGUE)
            with duckdb.connect(str(new)) as connection:
                for table in self.names():
                    quoted = table.replace('"', '""')
                    connection.execute(f'CREATE VIEW "{quoted}" AS {self._query(table)}')
            new.replace(self.catalogue)


def _columns(frame: "pl.DataFrame") -> set[str]:
    return {f"{name} {dtype}" for name, dtype in frame.schema.items()}


def _write_whole(path: Path, frame: "pl.DataFrame") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".draft")
    os.close(handle)
    try:
        frame.write_parquet(draft)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise Unavailable("warehouse", f"{folder.name} cannot be written: {why}.") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def duckdb_or_unavailable() -> Any:
    """Import DuckDB; raises Unavailable with what to install."""
    try:
        import duckdb
    except ImportError:
        raise Unavailable(
            "package duckdb",
            "is not installed, and the warehouse needs it.",
            "Install it with: pip install 'modelyard[warehouse]'",
        ) from None
    return duckdb
