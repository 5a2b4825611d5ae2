"""The parts of a table, to be worked on one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.datasets.dataset import Dataset
from modelyard.datasets.formats import COLUMNAR

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Part:
    """One file of a table of several, or the whole of another."""

    name: str
    """The file's name; empty for a table that is one piece."""
    open: Callable[[], "pl.LazyFrame"]
    """Opens it lazily; raises Invalid where it is broken, or has other columns than the first."""


def parts_of(dataset: Dataset) -> list[Part]:
    """List the parts of a table; a broken one is told of when it is opened.

    Raises NotFound where the files are gone.
    """
    source = dataset.source
    in_parts = source.path is not None and source.format in COLUMNAR
    files = dataset.files() if in_parts else ()
    if len(files) < 2:
        return [Part("", dataset.scan)]
    return [Part(path.name, _opener(dataset, files, path)) for path in files]


def _opener(dataset: Dataset, files: tuple[Path, ...], path: Path) -> Callable[[], "pl.LazyFrame"]:
    def opened() -> "pl.LazyFrame":
        from modelyard.datasets import columnar

        arrow = dataset.source.format == "arrow"
        columnar.refuse_different_parts(dataset.where, files, arrow, only=path)
        where = columnar.name_of(dataset.where, files, path)
        return columnar.scan_local(where, [path], arrow, dataset.source.path)

    return opened
