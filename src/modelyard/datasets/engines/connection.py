"""Where tables lie that are not files: a database or a cluster, as modelyard.toml names it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from modelyard.errors import Invalid
from modelyard.settings import find_secret
from modelyard.workspace import Workspace
from modelyard.workspace.connections import ConnectionConfig, EngineKind

ADDRESS = re.compile(r"(?P<connection>[A-Za-z][A-Za-z0-9_-]*)://(?P<table>[^?#\s]+)")
TABLE = re.compile(r"[\w$-]+(\.[\w$-]+){0,2}")
"""A table's name, with its schema and database where it has them."""


@dataclass(frozen=True)
class Connection:
    """One engine, and how it is reached."""

    name: str
    kind: EngineKind
    address: str
    """A file of DuckDB (its whole path), a master of Spark, else `host[:port]/database`."""
    user: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    fresh_for_s: float = 300.0
    most_bytes: int = 0
    """The most that one table may hold to be read whole; 0 for no limit."""
    ask_above_bytes: int = 0
    """From here on a page asks before it has a table read; 0 for never."""


def split_address(where: str, address: str) -> tuple[str, str]:
    """Take `warehouse://sec.filings` apart: the connection, and the table.

    Raises Invalid for a table's name that cannot be.
    """
    found = ADDRESS.fullmatch(address)
    if found is None or not (TABLE.fullmatch(found["table"]) or "/" in found["table"]):
        raise Invalid(where, f"'{address}' names no table.", "Example: warehouse://sec.filings")
    return found["connection"], found["table"]


def table_in(where: str, workspace: Workspace, connection: Connection, table: str) -> str:
    """Give the table's name as the engine takes it; files on this machine lie in the workspace.

    Raises Invalid for a path that leaves it.
    """
    is_here = connection.kind == "spark" and connection.address.startswith("local")
    if is_here and "/" in table and "://" not in table:
        return str(workspace.inside(where, table))
    return table


def connection_of(workspace: Workspace, name: str, config: ConnectionConfig) -> Connection:
    """Make the connection of a `[connections.NAME]` section.

    Raises Invalid where a path leaves the workspace, or a password is named that is not set.
    """
    where = f"modelyard.toml, connections.{name}"
    address = config.address
    if config.kind == "duckdb":
        address = str(workspace.inside(f"{where}.address", address))
    password = find_secret(config.password_from) if config.password_from else ""
    if password is None:
        raise Invalid(
            f"{where}.password_from",
            f"the variable {config.password_from} is not set.",
            "Set it to the password where the service starts.",
        )
    return Connection(
        name=name,
        kind=config.kind,
        address=address,
        user=config.user,
        password=password,
        options=config.options,
        fresh_for_s=config.fresh_for_s,
        most_bytes=config.most_bytes,
        ask_above_bytes=config.ask_above_bytes,
    )
