"""Which file endings are which table format."""

from pathlib import PurePath

from modelyard.errors import Invalid
from modelyard.workspace.config import FormatName

ENDINGS: dict[str, FormatName] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
COMPRESSIONS = (".gz",)
COLUMNAR: frozenset[FormatName] = frozenset({"parquet", "arrow"})
"""Formats of which single columns can be read; others are turned into Parquet once."""


def find_format(name: str) -> FormatName | None:
    """Tell the format of a file by its ending, or None where it is no table that we read."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    compressed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    if compressed:
        suffixes.pop()
    found = ENDINGS.get(suffixes[-1]) if suffixes else None
    return None if compressed and found in COLUMNAR else found


def get_format(where: str, name: str) -> FormatName:
    """Tell the format of a file by its ending.

    Raises Invalid, with the endings that are read, where it is none of them.
    """
    found = find_format(name)
    if found is None:
        raise Invalid(
            where,
            f"'{PurePath(name).name}' is no table format that Modelyard reads "
            f"({', '.join(ENDINGS)}).",
            "Convert the file, or name its `format` in modelyard.toml.",
        )
    return found


def stem_of(name: str) -> str:
    """Give a file's name without its format's and compression's endings."""
    path = PurePath(name)
    while path.suffix.lower() in (*ENDINGS, *COMPRESSIONS):
        path = path.with_suffix("")
    return path.name
