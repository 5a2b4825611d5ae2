"""Which warehouse a text means."""

from pathlib import Path

from modelyard.errors import Invalid
from modelyard.scenarios.warehouse.cloud import KINDS, CloudWarehouse
from modelyard.scenarios.warehouse.parquet import ParquetWarehouse
from modelyard.scenarios.warehouse.postgres import PostgresWarehouse
from modelyard.scenarios.warehouse.tables import Warehouse

FOLDER = "warehouse"


def open_warehouse(text: str, folder: Path) -> Warehouse:
    """Give the warehouse that `text` names; nothing is asked of it yet.

    Empty means Parquet files in `folder`; `postgresql://...` a Postgres database; `bigquery:NAME`,
    `redshift:NAME` or `snowflake:NAME` a dataset there, through dlt. Raises Invalid for others.
    """
    if not text:
        return ParquetWarehouse(folder / FOLDER)
    if text.startswith(("postgresql://", "postgres://")):
        return PostgresWarehouse(text)
    kind, colon, dataset = text.partition(":")
    if kind in KINDS and colon and dataset.isidentifier():
        return CloudWarehouse(kind, dataset, folder / "dlt")
    known = "postgresql://..., bigquery:NAME, redshift:NAME, snowflake:NAME, or nothing"
    raise Invalid("MODELYARD_WAREHOUSE", f"'{kind[:20]}' is not known.", f"Known: {known}.")
