"""Where a dataset's table comes from."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.datasets.formats import find_format, get_format
from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.workspace import DatasetConfig, Workspace, lies_within
from modelyard.workspace.config import FormatName

NULL_VALUES = (
    *("#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "<NA>", "N/A", "NA", "NULL", "NaN", "None"),
    *("n/a", "nan", "null"),
)
"""Texts that mean 'no value' in a CSV file, besides an empty cell: pandas' usual list."""
REMOTE = re.compile(r"(s3|gs|hf|https)://[^/?#@\s]+/[^?#\s]+")
LOOPBACK_HTTP = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/[^?#\s]+")
LISTABLE = ("s3://", "gs://")


@dataclass(frozen=True)
class CsvOptions:
    """How the text of a CSV file is to be read."""

    separator: str = ","
    encoding: str = "utf-8"
    null_values: tuple[str, ...] = NULL_VALUES
    decimal_comma: bool = False


@dataclass(frozen=True)
class Source:
    """A named table: local files, or an address in a remote store."""

    name: str
    address: str
    """As the person wrote it: a path inside the workspace, or a URL."""
    format: FormatName
    path: Path | None
    """The local file or folder of parts; None for a remote address."""
    roots: tuple[Path, ...] = ()
    """The folders in which the files have to lie, links followed; none given allows all."""
    title: str = ""
    description: str = ""
    licence: str = ""
    homepage: str = ""
    csv: CsvOptions = CsvOptions()
    storage: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""
    """The kind of database or cluster that holds the table; empty for files."""

    @property
    def kind(self) -> str:
        """What holds the rows, for people: a format of files, or an engine."""
        return self.engine or self.format

    @property
    def is_remote(self) -> bool:
        """Whether the table lies on another machine."""
        return self.path is None

    @property
    def digest(self) -> str:
        """A short name of the address: another table that takes the dataset's name has another."""
        return hashlib.sha256(self.address.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def shown(self) -> str:
        """The address as faults name it: of a path from the server's root only the file's name."""
        return Path(self.address).name if Path(self.address).is_absolute() else self.address

    def files(self) -> tuple[Path, ...]:
        """List the local files, the parts of a folder in the order of their names.

        Raises NotFound where there are none, Unavailable where the folder may not be read, and
        Invalid for a file that lies elsewhere or whose name is not UTF-8.
        """
        if self.path is None:
            return ()
        try:
            files = self._parts(self.path) if self.path.is_dir() else self._file(self.path)
        except PermissionError:
            why = f"{self.shown} may not be read by this user."
            raise Unavailable(self.name, why, "Give the user of the service leave to.") from None
        for path in files:
            self._refuse_strange(path)
        return files

    def _file(self, path: Path) -> tuple[Path, ...]:
        if not path.is_file():
            raise NotFound(self.name, f"the file {self.shown} is not there (any more).")
        return (path,)

    def _parts(self, folder: Path) -> tuple[Path, ...]:
        list(folder.iterdir())  # rglob says nothing of a folder that may not be read
        parts = sorted(
            part
            for part in folder.rglob("*")
            if find_format(part.name) == self.format and not _is_hidden(part.relative_to(folder))
        )
        if not parts:
            raise NotFound(self.name, f"the folder {self.shown} holds no {self.format} files.")
        return tuple(part for part in parts if not part.is_dir())

    def _refuse_strange(self, path: Path) -> None:
        if not is_utf8_name(path):
            raise Invalid(self.name, f"the name {printable(path.name)} is not UTF-8.", "Rename it.")
        if self.roots and not lies_within(path, self.roots):
            raise Invalid(self.name, f"{path.name} is a link that leads out of the workspace.")


def is_utf8_name(path: Path) -> bool:
    """Tell whether a path can be written as text; Linux allows any bytes in it."""
    return not any("\ud800" <= character <= "\udfff" for character in str(path))


def printable(name: str) -> str:
    """Write a file's name so that it can be shown, its strange bytes as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_hidden(path: Path) -> bool:
    """Tell whether a part, or a folder on the way to it, is one that Spark and Hive pass over."""
    return any(name.startswith((".", "_")) for name in path.parts)


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
        _refuse_strange_address(where, address)
        path = None
    else:
        path = workspace.inside(where, address)
    _refuse_unknown_encoding(f"modelyard.toml, datasets.{name}.encoding", config.encoding)
    nulls = NULL_VALUES if config.null_values is None else config.null_values
    separator = config.separator or separator_of(address)
    if config.decimal_comma and separator == ",":
        raise Invalid(
            f"modelyard.toml, datasets.{name}.decimal_comma",
            "a comma cannot stand both in numbers and between cells.",
            'Add separator = ";", or whatever stands between the cells.',
        )
    return Source(
        name=name,
        address=address,
        format=config.format or _format_at(where, path, address),
        path=path,
        roots=workspace.roots,
        title=config.title,
        description=config.description,
        licence=config.licence,
        homepage=config.homepage,
        csv=CsvOptions(separator, config.encoding, nulls, config.decimal_comma),
        storage=config.storage,
    )


def source_of_engine(name: str, config: DatasetConfig, engine: str) -> Source:
    """Make the source of a section whose address is a table of a connection."""
    return Source(
        name=name,
        address=config.source,
        format="parquet",
        path=None,
        title=config.title,
        description=config.description,
        licence=config.licence,
        homepage=config.homepage,
        engine=engine,
    )


def source_from_file(workspace: Workspace, name: str, path: Path) -> Source:
    """Make the source of a file, or folder of parts, that was found in the workspace."""
    address = printable(path.relative_to(workspace.root).as_posix())
    return Source(
        name=name,
        address=address,
        format=_format_at(address, path, address),
        path=path,
        roots=workspace.roots,
        csv=CsvOptions(separator_of(address)),
    )


def separator_of(name: str) -> str:
    """Tell what stands between the cells by the file's ending: a tab for .tsv, else a comma."""
    return "\t" if name.lower().removesuffix(".gz").endswith(".tsv") else ","


def _refuse_unknown_encoding(where: str, encoding: str) -> None:
    try:
        "a".encode(encoding)
    except LookupError:
        raise Invalid(where, f"there is no encoding '{encoding}'.", "Is it 'utf-8'?") from None


def _refuse_strange_address(where: str, address: str) -> None:
    if not (REMOTE.fullmatch(address) or LOOPBACK_HTTP.fullmatch(address)):
        raise Invalid(
            where,
            f"'{_without_secrets(address)}' is not an s3://, gs://, hf:// or https:// address.",
            "Nothing with a '?', '#', space or user name is taken: such often hold a secret.",
        )
    if "*" in address and not address.startswith(LISTABLE):
        raise Invalid(where, "only s3:// and gs:// addresses may hold a '*'.", "Name one file.")


def _without_secrets(address: str) -> str:
    """Leave out of an address what often holds a secret: who asks, and what follows a '?'."""
    scheme, _, rest = address.partition("?")[0].partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _format_at(where: str, path: Path | None, address: str) -> FormatName:
    """Tell the format by the name, or for a folder of parts by the first file in it."""
    if path is not None and path.is_dir():
        formats = (find_format(part.name) for part in sorted(path.rglob("*")))
        return next((found for found in formats if found), "parquet")
    return get_format(where, address)
