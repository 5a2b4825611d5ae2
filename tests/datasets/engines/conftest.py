"""The same tables in every engine: files, DuckDB, Postgres, and a cluster of Spark."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

import modelyard
from modelyard.datasets.dataset import Dataset

ENGINES = ("duckdb", "postgres", "spark")
MIXED = pl.DataFrame(
    {
        "whole": [1, 2, 2, None, -7, 2**62, 2**62, 2**62],
        "number": [1.5, None, float("nan"), float("inf"), -2.0, 0.1, 0.2, 1e12],
        "text": ["b", "Ä", "a", "Z", None, "a", "", "日本"],
        "truth": [True, False, None, True, True, None, False, True],
        "day": [dt.date(1899, 12, 31), dt.date(2024, 2, 29), None] + [dt.date(2000, 3, 1)] * 5,
        "moment": [dt.datetime(1960, 1, 2, 3, 4, 5, 678901), None]
        + [dt.datetime(2024, 2, 29, 23, 59, 59, 999999) - dt.timedelta(days=n) for n in range(6)],
        "nothing": pl.Series([None] * 8, dtype=pl.Float64),
    }
)
SPREAD = pl.DataFrame(
    {
        "heavy": [float(n % 97) for n in range(4_000)] + [1e6, -1e6],
        "count": [n * n % 1_009 for n in range(4_002)],
        "word": [f"w{n % 37:02}" for n in range(4_002)],
    }
)
TABLES = {"mixed": MIXED, "spread": SPREAD}


@dataclass(frozen=True)
class Yard:
    """A workspace whose tables lie both in files and in an engine."""

    root: Path
    section: str

    def write(self, name: str, source: str) -> None:
        """Name a table in modelyard.toml."""
        path = self.root / "modelyard.toml"
        known = path.read_text() if path.exists() else self.section
        path.write_text(f'{known}\n[datasets.{name}]\nsource = "{source}"\n')

    def dataset(self, name: str) -> Dataset:
        """Open a table."""
        return modelyard.open(self.root).datasets[name]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """One kind of engine."""
    return str(request.param)


@pytest.fixture(scope="module")
def tables(shared_tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables that every engine is given."""
    return TABLES | shared_tables


@pytest.fixture(scope="module")
def shared_tables() -> dict[str, pl.DataFrame]:
    """The real filings, where they are here."""
    path = Path(__file__).resolve().parents[4] / "shared/data/sec/sec_filings_2025.parquet"
    return {"filings": pl.read_parquet(path)} if path.is_file() else {}


@pytest.fixture(scope="module")
def yard(
    engine: str,
    tables: dict[str, pl.DataFrame],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Yard]:
    """A workspace with every table in the engine and, as `NAME-file`, in a file."""
    root = tmp_path_factory.mktemp("yard")
    section, prefix = FILL[engine](root, tables, request)
    made = Yard(root, section)
    for name, table in tables.items():
        table.write_parquet(root / f"{name}.parquet")
        made.write(f"{name}-file", f"{name}.parquet")
        made.write(name, f"{prefix}{name}" + (".parquet" if engine == "spark" else ""))
    yield made
    if engine == "spark":
        _stop_spark()


def _stop_spark() -> None:
    """End the cluster: it would live as long as the tests."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


def _duckdb(
    root: Path, tables: dict[str, pl.DataFrame], _: pytest.FixtureRequest
) -> tuple[str, str]:
    import duckdb

    with duckdb.connect(str(root / "held.duckdb")) as database:
        for name, table in tables.items():
            held = table.to_arrow()
            database.register("held", held)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM held")  # noqa: S608
    return '[connections.house]\nkind = "duckdb"\naddress = "held.duckdb"\n', "house://"


def _postgres(
    root: Path, tables: dict[str, pl.DataFrame], request: pytest.FixtureRequest
) -> tuple[str, str]:
    server = request.getfixturevalue("postgres")
    url = server.make_database(f"engines_{root.name}")
    for name, table in tables.items():
        table.write_database(name, url, engine="adbc")
    address = url.partition("@")[2]
    text = f'[connections.house]\nkind = "postgres"\naddress = "{address}"\nuser = "postgres"\n'
    return text, "house://public."


def _spark(
    root: Path, tables: dict[str, pl.DataFrame], _: pytest.FixtureRequest
) -> tuple[str, str]:
    pyspark = pytest.importorskip("pyspark")
    import shutil

    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not here")
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_HOSTNAME"] = "localhost"
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    text = '[connections.house]\nkind = "spark"\naddress = "local-cluster[2,1,1024]"\n'
    text += 'options = {"spark.sql.shuffle.partitions" = "2"}\n'
    return text, "house://./"


FILL = {"duckdb": _duckdb, "postgres": _postgres, "spark": _spark}
