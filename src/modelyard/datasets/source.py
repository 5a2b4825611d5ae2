"""Where a dataset's table comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.datasets.formats import find_format, get_format
from modelyard.errors import Invalid, NotFound
from modelyard.workspace import DatasetConfig, Workspace
from modelyard.workspace.config import FormatName

NULL_VALUES = (
    *("#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "<NA>", "N/A", "NA", "NULL", "NaN", "None"),
    *("n/a", "nan", "null"),
)
"""Texts that mean 'no value' in a CSV file, besides an empty cell: pandas' usual list."""
REMOTE = re.compile(r"(s3|gs|hf|https)://[^/]+/.+")
LOOPBACK_HTTP = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/.+")


@dataclass(frozen=True)
class CsvOptions:
    """How the text of a CSV file is to be read."""

    separator: str = ","
    encoding: str = "utf-8"
    null_values: tuple[str, ...] = NULL_VALUES


@dataclass(frozen=True)
class Source:
    """A named table: local files, or an address in a remote store."""

    name: str
    address: str
    """As the person wrote it: a path inside the workspace, or a URL."""
    format: FormatName
    path: Path | None
    """The local file or folder of parts; None for a remote address."""
    title: str = ""
    description: str = ""
    licence: str = ""
    homepage: str = ""
    csv: CsvOptions = CsvOptions()
    storage: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_remote(self) -> bool:
        """Whether the table lies on another machine."""
        return self.path is None

    def files(self) -> tuple[Path, ...]:
        """List the local files, the parts of a folder in the order of their names.

        Raises NotFound where there are none.
        """
        if self.path is None:
            return ()
        if not self.path.is_dir():
            if not self.path.is_file():
                raise NotFound(self.name, f"the file {self.address} is not there (any more).")
            return (self.path,)
        parts = sorted(
            part
            for part in self.path.rglob("*")
            if find_format(part.name) == self.format and not part.name.startswith((".", "_"))
        )
        if not parts:
            raise NotFound(self.name, f"the folder {self.address} holds no {self.format} files.")
        return tuple(parts)


def is_remote_address(address: str) -> bool:
    """Tell an address in a remote store from a local path."""
    return "://" in address


def source_from_config(workspace: Workspace, name: str, config: DatasetConfig) -> Source:
    """Make the source of a `[datasets.NAME]` section.

    Raises Invalid where the path leaves the workspace, or the address or format is unknown.
    """
    where = f"modelyard.toml, datasets.{name}.source"
    address = config.source
    if is_remote_address(address):
        if not (REMOTE.fullmatch(address) or LOOPBACK_HTTP.fullmatch(address)):
            raise Invalid(where, f"'{address}' is not an s3://, gs://, hf:// or https:// address.")
        path = None
    else:
        path = workspace.inside(where, address)
    file_format = config.format or _format_at(where, path, address)
    separator = "\t" if address.lower().split(".gz")[0].endswith(".tsv") else config.separator
    nulls = NULL_VALUES if config.null_values is None else config.null_values
    return Source(
        name=name,
        address=address,
        format=file_format,
        path=path,
        title=config.title,
        description=config.description,
        licence=config.licence,
        homepage=config.homepage,
        csv=CsvOptions(separator, config.encoding, nulls),
        storage=config.storage,
    )


def source_from_file(workspace: Workspace, name: str, path: Path) -> Source:
    """Make the source of a file, or folder of parts, that was found in the workspace."""
    address = path.relative_to(workspace.root).as_posix()
    separator = "\t" if ".tsv" in path.suffixes else ","
    return Source(
        name=name,
        address=address,
        format=_format_at(address, path, address),
        path=path,
        csv=CsvOptions(separator),
    )


def _format_at(where: str, path: Path | None, address: str) -> FormatName:
    """Tell the format by the name, or for a folder of parts by the first file in it."""
    if path is not None and path.is_dir():
        formats = (find_format(part.name) for part in sorted(path.rglob("*")))
        return next((found for found in formats if found), "parquet")
    return get_format(where, address)
