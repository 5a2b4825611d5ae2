"""`modelyard datasets`: ask a workspace's tables from the terminal."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import plain, print_json
from modelyard.cli.options import json_option, names_in, workspace_option
from modelyard.cli.progress_bar import progress_bar

if TYPE_CHECKING:
    from modelyard.datasets.catalogue import Catalogue
    from modelyard.datasets.rows import RowQuery


@click.group()
def datasets() -> None:
    """List tables, and ask for figures, outliers, rows."""


@datasets.command("list")
@workspace_option
@json_option
def list_datasets(workspace: Path | None, as_json: bool) -> None:
    """List the datasets with rows, columns and size."""
    from modelyard.cli.inventory import take_inventory

    catalogue = _catalogue(workspace)
    with progress_bar() as progress:
        entries = take_inventory(catalogue, progress)
    if as_json:
        default = catalogue.get_default().name if len(catalogue) else None
        print_json({"datasets": [entry.as_json() for entry in entries], "default": default})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.listing import show_entries

    show_entries(open_console(), entries)


@datasets.command()
@click.argument("name")
@click.option("--approximate", is_flag=True, help="Estimate the figures of a large table.")
@workspace_option
@json_option
def stats(name: str, approximate: bool, workspace: Path | None, as_json: bool) -> None:
    """Show the figures of every column."""
    dataset = _catalogue(workspace).get_dataset(name)
    with progress_bar() as progress:
        statistics = dataset.statistics(approximate, progress)
    if as_json:
        print_json({"dataset": name, **plain(statistics)})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.statistics import show_statistics

    show_statistics(open_console(), dataset.title, statistics)


@dataclass(frozen=True)
class OutlierOptions:
    """What `outliers` was asked."""

    detector: str
    seed: int
    columns: tuple[str, ...]
    threshold: float
    limit: int


@datasets.command()
@click.argument("name")
@click.option("--detector", default="iforest", show_default=True, help="How rows are scored.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 100),
    default=99.0,
    show_default=True,
    help="The percentile above which a row is flagged.",
)
@click.option("--columns", multiple=True, metavar="A,B", help="Look at these columns only.")
@click.option("--limit", type=click.IntRange(0, 500), default=20, show_default=True)
@workspace_option
@json_option
def outliers(name: str, workspace: Path | None, as_json: bool, **options: Any) -> None:
    """Show the rows that stand out, and why.

    Detectors: iforest, ecod, copod, hbos, pca, knn, lof.
    """
    asked = OutlierOptions(**options)
    dataset = _catalogue(workspace).get_dataset(name)
    with progress_bar() as progress:
        scan = dataset.outliers(asked.detector, asked.seed, names_in(asked.columns), progress)
    from modelyard.datasets.outliers import at_threshold

    line = at_threshold(scan, scan.curve, asked.threshold)
    if as_json:
        from modelyard.cli.outliers_json import content_of

        print_json({"dataset": name, **content_of(scan, line, asked.limit)})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.outliers import show_outliers

    show_outliers(open_console(), dataset.title, scan, line, asked.limit)


@datasets.command()
@click.argument("name")
@click.option("--repeats", type=click.IntRange(1, 9), default=3, show_default=True)
@workspace_option
@json_option
def benchmark(name: str, repeats: int, workspace: Path | None, as_json: bool) -> None:
    """Time pandas against Polars on this table."""
    dataset = _catalogue(workspace).get_dataset(name)
    with progress_bar() as progress:
        report = dataset.benchmark(repeats, progress)
    if as_json:
        print_json(report)
        return
    from modelyard.cli.screen.benchmark import show_benchmark
    from modelyard.cli.screen.console import open_console

    show_benchmark(open_console(), dataset.title, report)


@dataclass(frozen=True)
class RowOptions:
    """What `rows` was asked."""

    filters: tuple[str, ...]
    sort: tuple[str, ...]
    columns: tuple[str, ...]
    limit: int

    def query(self) -> "RowQuery":
        """Give the question in the library's words; raises Invalid for a filter that is none."""
        from modelyard.datasets.rows import RowQuery, parse_filter

        return RowQuery(
            filters=tuple(parse_filter(text) for text in self.filters),
            sort=names_in(self.sort),
            columns=names_in(self.columns),
            limit=self.limit,
        )


@datasets.command()
@click.argument("name")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="COLUMN:OPERATOR:VALUE",
    help="Keep rows that match, such as dep_delay:gt:60. May be repeated.",
)
@click.option("--sort", multiple=True, metavar="A,-B", help="Sort; a leading '-' sorts downwards.")
@click.option("--columns", multiple=True, metavar="A,B", help="Show these columns only.")
@click.option("--limit", type=click.IntRange(0, 1_000_000), default=20, show_default=True)
@workspace_option
@json_option
def rows(name: str, workspace: Path | None, as_json: bool, **options: Any) -> None:
    """Show rows, filtered and sorted.

    \b
    Filters: eq, ne, gt, ge, lt, le (dep_delay:gt:60), contains, starts
    (carrier:eq:UA), null, notnull (tailnum:null).
    """
    query = RowOptions(**options).query()
    dataset = _catalogue(workspace).get_dataset(name)
    with progress_bar() as progress:
        dataset.prepare(progress)
    page = dataset.rows(query)
    if as_json:
        from modelyard.datasets.plain import plain_rows

        rows = plain_rows(name, page.table)
        print_json({"dataset": name, "matching": page.matching, "rows": rows})
        return
    from modelyard.cli.screen.console import open_console
    from modelyard.cli.screen.rows import show_rows

    show_rows(open_console(), page)


@datasets.command()
@click.argument("name")
@workspace_option
@json_option
def fetch(name: str, workspace: Path | None, as_json: bool) -> None:
    """Copy a remote table to this machine, to be read from then on."""
    from modelyard.cli.screen.numbers import bytes_text, plural

    dataset = _catalogue(workspace).get_dataset(name)
    with progress_bar() as progress:
        path = dataset.fetch(progress)
    shape = dataset.shape()
    if as_json:
        print_json({"name": name, "path": str(path), "rows": shape.rows, "bytes": shape.bytes})
        return
    size = f"{plural(shape.rows, 'row')}, {bytes_text(shape.bytes)}"
    click.echo(f"Fetched {name}: {size}, kept in {path}")


def _catalogue(workspace: Path | None) -> "Catalogue":
    from modelyard import wiring

    return wiring.open_folder(workspace).datasets
