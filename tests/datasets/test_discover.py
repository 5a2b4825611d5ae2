"""Which files of a folder are datasets, when nobody listed them."""

import polars as pl
import pytest

from modelyard.datasets.discover import DEEPEST
from modelyard.errors import Invalid
from modelyard.workspace import open_workspace


def found(yard):
    """Give the names of the datasets and their addresses."""
    return {name: each.source.address for name, each in yard.open().datasets.items()}


def test_every_table_of_a_bare_folder_is_a_dataset(yard):
    for name in (
        "a.csv",
        "b.tsv",
        "c.parquet",
        "d.json",
        "e.ndjson",
        "f.jsonl",
        "g.arrow",
        "h.csv.gz",
    ):
        yard.write(f"some/where/{name}", "")
    assert list(found(yard)) == list("abcdefgh")


@pytest.mark.parametrize(
    "name", ["notes.txt", "form.20200318.idx", "x.parquet.gz", ".hidden.csv", "_draft.csv", "csv"]
)
def test_other_files_are_not(yard, name):
    yard.write(name, "")
    assert found(yard) == {}


@pytest.mark.parametrize("folder", [".git", "_old", "node_modules", "__pycache__", ".modelyard"])
def test_folders_of_programs_are_passed_over(yard, folder):
    yard.write(f"{folder}/t.csv", "")
    assert found(yard) == {}


def test_with_a_toml_only_the_folder_datasets_is_looked_through(yard):
    yard.toml("")
    yard.write("t.csv", "")
    yard.write("datasets/u.csv", "")
    assert found(yard) == {"u": "datasets/u.csv"}


def test_a_listed_file_is_not_found_a_second_time(yard):
    yard.write("datasets/t.csv", "")
    yard.write("datasets/deep/u.csv", "")
    yard.toml(
        '[datasets.mine]\nsource = "./datasets/deep/../t.csv"\n'
        '[datasets.all]\nsource = "datasets/deep"\n'
    )
    assert found(yard) == {"mine": "./datasets/deep/../t.csv", "all": "datasets/deep"}


def test_a_name_that_is_taken_gets_the_format_then_a_number(yard):
    for name in ("t.csv", "t.parquet", "x/t.csv", "y/t.csv"):
        yard.write(name, "")
    assert found(yard) == {
        "t": "t.csv",
        "t-parquet": "t.parquet",
        "t-csv": "x/t.csv",
        "t-2": "y/t.csv",
    }


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Umsatz 2024 (neu).csv", "Umsatz-2024-neu"),
        ("form.2020.csv", "form.2020"),
        ("---.csv", "table"),
        ("日本.csv", "table"),
        ("x" * 150 + ".csv", "x" * 100),
        ("[a].csv", "a"),
    ],
)
def test_names_are_fit_for_an_address(yard, file, name):
    yard.write(file, "")
    assert found(yard) == {name: file}


def test_long_names_that_begin_alike_are_kept_apart(yard):
    for ending in "123":
        yard.write("x" * 150 + ending + ".csv", "")
    assert len(found(yard)) == 3


@pytest.mark.parametrize(
    "names",
    [
        ["part-0000.parquet", "part-0001.parquet", "_SUCCESS"],
        ["year=2024/a.parquet", "year=2025/a.parquet"],
        ["region=eu/year=2024/a.parquet"],
    ],
)
def test_a_folder_of_parts_is_one_dataset(yard, names):
    for name in names:
        yard.parquet(f"sales/{name}", a=[1])
    assert found(yard) == {"sales": "sales"}


def test_a_folder_named_as_a_parquet_file_is_one_dataset(yard):
    yard.parquet("sales.parquet/anything.parquet", a=[1])
    assert found(yard) == {"sales": "sales.parquet"}


def test_a_folder_of_different_tables_is_not_one(yard):
    yard.parquet("sales/north.parquet", a=[1])
    yard.parquet("sales/part-1.parquet", a=[1])
    assert list(found(yard)) == ["north", "part-1"]


def test_links_that_lead_out_are_passed_over(yard, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("a\n1\n")
    (yard.folder / "file.csv").symlink_to(outside / "secret.csv")
    (yard.folder / "folder").symlink_to(outside)
    (yard.folder / "parts.parquet").symlink_to(outside)
    assert found(yard) == {}


def test_a_part_that_is_a_link_leading_out_is_refused(yard, tmp_path):
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "secret.parquet")
    yard.parquet("sales/part-0.parquet", a=[1])
    (yard.folder / "sales" / "part-1.parquet").symlink_to(tmp_path / "secret.parquet")
    assert yard.fault("sales") == (
        "sales: part-1.parquet is a link that leads out of the workspace."
    )


def test_a_file_that_becomes_a_link_leading_out_is_refused(yard, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    path = yard.write("t.csv", "a\n1\n")
    dataset = yard.dataset("t")
    path.unlink()
    path.symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Invalid, match="leads out of the workspace"):
        dataset.shape()


def test_links_that_go_round_end(yard):
    yard.write("deep/t.csv", "a\n1\n")
    (yard.folder / "deep" / "again").symlink_to(yard.folder)
    (yard.folder / "loop.csv").symlink_to(yard.folder / "loop.csv")
    assert "t" in found(yard)
    assert len(found(yard)) <= 2


def test_folders_are_followed_to_a_bound(yard):
    yard.write("/".join(["d"] * DEEPEST) + "/t.csv", "")
    yard.write("/".join(["e"] * (DEEPEST + 1)) + "/u.csv", "")
    assert list(found(yard)) == ["t"]


def test_a_name_that_is_not_utf8_is_shown_and_refused(yard):
    yard.write("bad\udcff.csv", "a\n1\n")
    yard.write("good.csv", "a\n1\n")
    assert found(yard) == {"bad-xff": "bad\\xff.csv", "good": "good.csv"}
    assert yard.fault("bad-xff") == "bad-xff: the name bad\\xff.csv is not UTF-8. Rename it."
    assert yard.rows("good") == [{"a": 1}]


def test_the_fixed_width_index_of_edgar_is_refused_when_named(yard, shared_data):
    name = "form.20200318.idx"
    yard.write(name, (shared_data / "sec" / name).read_bytes())
    yard.toml(
        f'[datasets.index]\nsource = "{name}"\n'
        f'[datasets.forced]\nsource = "{name}"\nformat = "csv"\n'
    )
    assert "'form.20200318.idx' is no table format that Modelyard reads" in yard.fault("index")
    assert yard.fault("forced").startswith("forced (form.20200318.idx), line ")


def test_a_workspace_without_datasets_is_empty(yard):
    yard.toml("")
    assert open_workspace(yard.folder).has_file
    assert found(yard) == {}
