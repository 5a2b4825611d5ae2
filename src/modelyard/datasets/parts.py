"""The parts of a table, to be worked on one by one, by one worker or several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
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
    """List the parts of a table, here or in a store; a broken one is told of when it is opened.

    Raises NotFound where the files are gone, and Unavailable where the store cannot be asked.
    """
    source = dataset.source
    if source.format not in COLUMNAR or source.engine or dataset.is_fetched:
        return [Part("", dataset.scan)]
    if source.is_remote:
        return _in_store(dataset) or [Part("", dataset.scan)]
    files = dataset.files()
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


def _in_store(dataset: Dataset) -> list[Part]:
    from modelyard.datasets import stores

    paths = [file.path for file in dataset.listing.files()]
    if len(paths) < 2:
        return []
    addresses = stores.addresses(dataset.source, paths)
    first = cache(lambda: _scanned(dataset, addresses[0], paths).collect_schema())
    return [
        Part(Path(path).name, _far_opener(dataset, address, paths, first))
        for path, address in zip(paths, addresses, strict=True)
    ]


def _far_opener(
    dataset: Dataset, address: str, paths: Sequence[str], first: "Callable[[], pl.Schema]"
) -> Callable[[], "pl.LazyFrame"]:
    def opened() -> "pl.LazyFrame":
        from modelyard.datasets import columnar

        wanted, frame = first(), _scanned(dataset, address, paths)
        where = f"{dataset.where}, {Path(address).name}"
        columnar.refuse_difference(where, wanted, frame.collect_schema())
        return frame

    return opened


def _scanned(dataset: Dataset, address: str, paths: Sequence[str]) -> "pl.LazyFrame":
    from modelyard.datasets import columnar, stores

    return columnar.scan_columnar(
        f"{dataset.where}, {Path(address).name}",
        [address],
        dataset.source.format == "arrow",
        stores.polars_options(dataset.source),
        hive=any("=" in path for path in paths),
    )
