"""modelyard.toml: what may stand in it, and where in it a fault is."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

import msgspec

from modelyard.errors import Invalid

FILE_NAME = "modelyard.toml"
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
FormatName = Literal["parquet", "csv", "ndjson", "json", "arrow"]
SEPARATOR = re.compile(r"[\t !#-/:-@\[-`{-~]")
Path = tuple[str, ...]
"""The keys that lead to a place, such as `datasets`, `flights`, `source`."""
Section = TypeVar("Section", bound=msgspec.Struct)


class DatasetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[datasets.NAME]` section."""

    source: str
    """A path inside the workspace, or an s3://, gs://, hf:// or https:// address."""
    title: str = ""
    description: str = ""
    licence: str = ""
    homepage: str = ""
    format: FormatName | None = None
    """The format of the files, where their ending does not tell."""
    separator: str | None = None
    """The character between the cells of a CSV file; None takes a tab for .tsv, else a comma."""
    encoding: str = "utf-8"
    """The encoding of a CSV file, by its Python name."""
    null_values: tuple[str, ...] | None = None
    """The texts that mean 'no value' in a CSV file; None takes pandas' list."""
    decimal_comma: bool = False
    """Whether the numbers of a CSV file are written like 2,5; a comma is no separator then."""
    storage: dict[str, str] = {}
    """Options for a remote store; never a secret.

    The names are those that Polars and obstore share: `aws_region`, `aws_endpoint_url`,
    `aws_skip_signature` ("true" for a public bucket) for s3://; `google_base_url`,
    `google_skip_signature`, `google_service_account` (the path of a key file) for gs://;
    `timeout`, `connect_timeout` (such as "30s") and `proxy_url` for all.
    """


class WorkspaceSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[workspace]` section."""

    name: str = ""
    description: str = ""
    default_dataset: str = ""
    """The dataset that /stats, /outliers and /benchmark answer for."""
    outside_folders: tuple[str, ...] = ()
    """Folders outside the workspace that sources may name."""


class WorkspaceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All of modelyard.toml."""

    workspace: WorkspaceSection = WorkspaceSection()
    datasets: dict[str, DatasetConfig] = {}


def parse(text: str) -> WorkspaceConfig:
    """Read the text of a modelyard.toml strictly.

    Raises Invalid with the line and the dotted path of the first fault; an unknown key is answered
    with the nearest known one.
    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(FILE_NAME, f"is not TOML: {fault}.") from None
    _refuse_unknown(text, (), raw, ("workspace", "datasets"))
    workspace = _section(text, ("workspace",), raw.get("workspace", {}), WorkspaceSection)
    datasets = raw.get("datasets", {})
    if not isinstance(datasets, dict):
        raise Invalid(_place(text, "datasets"), "must be made of [datasets.NAME] sections.")
    return WorkspaceConfig(
        workspace=workspace,
        datasets={name: _dataset(text, name, section) for name, section in datasets.items()},
    )


def _dataset(text: str, name: str, section: object) -> DatasetConfig:
    path = ("datasets", name)
    if not NAME_PATTERN.fullmatch(name):
        raise Invalid(
            _place(text, *path),
            "a dataset's name is made of letters, digits, '.', '_' and '-'.",
            "It is part of the web address.",
        )
    config = _section(text, path, section, DatasetConfig)
    if config.separator is not None and not SEPARATOR.fullmatch(config.separator):
        why = "must be one ASCII character, and no quote, letter, digit or line end."
        raise Invalid(_place(text, *path, "separator"), why)
    for option in config.storage:
        if re.search(r"secret|password|token|key", option, re.IGNORECASE):
            raise Invalid(
                _place(text, *path, "storage", option),
                "a secret does not belong in modelyard.toml.",
                "Set it in the environment, where Polars finds it by itself.",
            )
    return config


def _section(text: str, path: Path, section: object, kind: type[Section]) -> Section:
    if not isinstance(section, dict):
        raise Invalid(_place(text, *path), "must be a section with keys.")
    _refuse_unknown(text, path, section, kind.__struct_fields__)
    try:
        return msgspec.convert(section, kind)
    except msgspec.ValidationError as fault:
        why, _, where = str(fault).partition(" - at ")
        key = where.strip("`$").split("[")[0].lstrip(".")
        raise Invalid(_place(text, *path, *([key] if key else [])), f"{why}.") from None


def _refuse_unknown(
    text: str, path: Path, section: Mapping[str, object], known: tuple[str, ...]
) -> None:
    for key in section:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            cure = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise Invalid(_place(text, *path, key), "unknown key.", cure)


def _place(text: str, *path: str) -> str:
    """Name a key by its line and dotted path; in an inline table the line is that of the table."""
    lines = text.splitlines()
    found = (_line_of(lines, path[:length]) for length in range(len(path), 0, -1))
    line = next((number for number in found if number), 0)
    return f"{FILE_NAME}, line {line}, {'.'.join(path)}" if line else f"{FILE_NAME}, {path[0]}"


def _line_of(lines: list[str], path: Path) -> int:
    """Find the line of a key or section, else 0: TOML readers keep no positions."""
    *section, key = path
    header = re.compile(rf"\s*\[\s*{_dotted(path)}\s*[\].]")
    parent = re.compile(rf"\s*\[\s*{_dotted(section)}\s*\]")
    entry = re.compile(rf"\s*{_dotted([key])}\s*[=.]")
    inside = not section
    for number, line in enumerate(lines, start=1):
        if header.match(line):
            return number
        if line.lstrip().startswith("["):
            inside = bool(section and parent.match(line))
        elif inside and entry.match(line):
            return number
    return 0


def _dotted(path: Sequence[str]) -> str:
    return r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in path)
