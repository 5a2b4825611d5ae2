"""All the datasets of a workspace, by name."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.discover import discover
from modelyard.datasets.engine_dataset import EngineDataset
from modelyard.datasets.engines.connection import (
    Connection,
    connection_of,
    split_address,
    table_in,
)
from modelyard.datasets.results import Results
from modelyard.datasets.source import Source, source_from_config, source_of_engine
from modelyard.errors import LONGEST_ECHO, Invalid, ModelyardError, NotFound
from modelyard.workspace import DatasetConfig, Workspace

NAMES_SHOWN = 10


class InEngine(TypedDict):
    """Where an engine holds a table."""

    connection: Connection
    table: str


@dataclass(frozen=True, repr=False)
class Catalogue(Mapping[str, Dataset]):
    """The datasets of a workspace: those that modelyard.toml lists, then those that were found.

    A section of modelyard.toml with a fault does not keep the others from being served; it is
    kept in `faults`.
    """

    datasets: dict[str, Dataset]
    faults: dict[str, ModelyardError]
    preferred: str = ""

    def __getitem__(self, name: str) -> Dataset:
        """Give a dataset by name; raises KeyError, as any mapping does, with what there is."""
        try:
            return self.datasets[name]
        except KeyError:
            raise KeyError(f"there is no dataset '{name}'. {self._nearest(name)}") from None

    def __iter__(self) -> Iterator[str]:
        """Go through the names in order."""
        return iter(self.datasets)

    def __len__(self) -> int:
        """Count the datasets."""
        return len(self.datasets)

    def __repr__(self) -> str:
        """Name the datasets, the first ten at most."""
        return f"<Catalogue: {_listed(list(self.datasets)) or 'no datasets'}>"

    def get_dataset(self, name: str) -> Dataset:
        """Give a dataset by name.

        Raises the fault of its section, or NotFound with the nearest name.
        """
        if name in self.faults:
            raise self.faults[name]
        if name not in self.datasets:
            shown = name[:LONGEST_ECHO]
            raise NotFound(f"dataset '{shown}'", "there is no such dataset.", self._nearest(shown))
        return self.datasets[name]

    def get_default(self) -> Dataset:
        """Give the dataset that the short addresses answer for: the stated one, else the first.

        A JSON file is often no table, so that one of another format goes before it.

        Raises NotFound where the workspace has none.
        """
        if self.preferred:
            return self.get_dataset(self.preferred)
        if not self.datasets:
            raise NotFound(
                "datasets",
                "the workspace has no dataset.",
                "Put a Parquet or CSV file into the folder.",
            )
        first = next(iter(self.datasets.values()))
        tables = (each for each in self.datasets.values() if each.source.format != "json")
        return next(tables, first)

    def _nearest(self, name: str) -> str:
        """Say which datasets there are instead of an unknown one."""
        near = difflib.get_close_matches(name, self.datasets, n=1)
        if near:
            return f"Did you mean '{near[0]}'?"
        if not self.datasets and self.faults:
            return (
                "None can be read: modelyard.toml has faults in all sections. See modelyard check."
            )
        return f"There are: {_listed(list(self.datasets)) or 'none'}."


def _listed(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def open_catalogue(workspace: Workspace, results: Results, fetched: Path) -> Catalogue:
    """List the datasets of a workspace; no table is read."""
    datasets: dict[str, Dataset] = {}
    faults: dict[str, ModelyardError] = {}

    def add(source: Source, in_engine: InEngine | None = None) -> None:
        copy = fetched / fetched_name(source)
        datasets[source.name] = (
            Dataset(source, results, copy)
            if in_engine is None
            else EngineDataset(source, results, copy, **in_engine)
        )

    for name, config in workspace.config.datasets.items():
        try:
            add(*_source(workspace, name, config))
        except ModelyardError as fault:
            faults[name] = fault
    for source in discover(workspace):
        add(source)
    preferred = workspace.config.workspace.default_dataset
    if preferred and preferred not in faults and preferred not in datasets:
        faults["default_dataset"] = Invalid(
            "modelyard.toml, workspace.default_dataset", f"there is no dataset '{preferred}'."
        )
        preferred = ""
    return Catalogue(datasets=datasets, faults=faults, preferred=preferred)


def _source(
    workspace: Workspace, name: str, config: DatasetConfig
) -> tuple[Source, InEngine | None]:
    """Give the source of a section, and where its table is held, if by an engine.

    Raises Invalid for an address that cannot be.
    """
    scheme = config.source.partition("://")[0]
    found = workspace.config.connections.get(scheme)
    if found is None or scheme == config.source:
        return source_from_config(workspace, name, config), None
    where = f"modelyard.toml, datasets.{name}.source"
    _, table = split_address(where, config.source)
    connection = connection_of(workspace, scheme, found)
    in_engine = InEngine(connection=connection, table=table_in(where, workspace, connection, table))
    return source_of_engine(name, config, found.kind), in_engine


def fetched_name(source: Source) -> str:
    """Name the local copy of a remote table, so that one of another address is not taken for it."""
    asked = f"{source.address}\n{source.format}\n{source.csv}\n{sorted(source.storage.items())}"
    return f"{source.name}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}.parquet"
