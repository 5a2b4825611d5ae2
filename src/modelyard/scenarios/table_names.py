"""How the tables of a model are named in the warehouse, and which models would share tables."""

import hashlib

LONGEST_TABLE = 63
"""As Postgres counts, in bytes."""
BETWEEN = "__"
"""Between the name of a model and that of an output."""


def table_name(model: str, output: str) -> str:
    """Name a table; a name that is too long for databases ends in its digest."""
    name = f"{model}{BETWEEN}{output}".lower()
    if len(name) <= LONGEST_TABLE:
        return name
    return f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def share_tables(model: str, other: str) -> bool:
    """Tell whether outputs of two models could be written into one table.

    They could where the names differ only by case, `-` and `_`, and where one name goes on as the
    tables of the other do: `loan` with the output `eu__net`, and `loan__eu` with `net`.
    """
    if _folded(model) == _folded(other):
        return True
    short, long = sorted((model.lower(), other.lower()), key=len)
    return long.startswith(f"{short.rstrip('_')}{BETWEEN}")


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
