"""The `[connections.NAME]` sections of modelyard.toml: engines that hold tables."""

from typing import Literal

import msgspec

EngineKind = Literal["duckdb", "postgres", "redshift", "bigquery", "snowflake", "trino", "spark"]
TAKEN = frozenset({"s3", "gs", "hf", "http", "https", "file"})
"""Names that addresses of files begin with."""


class ConnectionConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[connections.NAME]` section; tables are named `NAME://schema.table`."""

    kind: EngineKind
    address: str = ""
    """A file of DuckDB in the workspace; a master of Spark such as `local[2]` or `sc://host`;
    `project/dataset` of BigQuery; else `host:port/database`. Never a password."""
    user: str = ""
    password_from: str = ""
    """The variable of the environment that holds the password."""
    options: dict[str, str] = {}
    """What the engine's own library takes besides, such as `schema` or `warehouse`."""
    fresh_for_s: float = 300.0
    """How old figures may be, in seconds: a database does not tell when a table changed."""
    most_bytes: int = 107_374_182_400
    """The most that a table may hold to be read whole, as the engine estimates it; 0 for any."""
    ask_above_bytes: int = 1_073_741_824
    """From here on a page says how much would be read, and asks first; 0 for never."""
