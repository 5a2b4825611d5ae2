"""Parquet and Arrow as they are, folders of parts, and what is said of broken ones."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import polars as pl
import pytest

from modelyard.datasets.columnar import copy_to_parquet, scan_local
from modelyard.datasets.faults import collect
from modelyard.datasets.source import Source
from modelyard.errors import Invalid, NotFound


def test_a_parquet_file_that_was_cut_off_is_refused(yard):
    path = yard.parquet("t.parquet", a=range(1_000))
    path.write_bytes(path.read_bytes()[:-100])
    assert yard.fault("t") == "t (t.parquet): is a Parquet file that was cut off. Copy it again."


def test_a_parquet_file_with_garbage_inside_is_refused(yard):
    path = yard.parquet("t.parquet", a=[str(n) for n in range(100_000)])
    content = bytearray(path.read_bytes())
    content[1_000:2_000] = b"\xff" * 1_000
    path.write_bytes(content)
    assert yard.fault("t").startswith("t (t.parquet): cannot be read: ")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.parquet", b"", "the file is empty."),
        ("t.arrow", b"", "the file is empty."),
        ("t.parquet", b"a,b\n1,2\n" * 100, "is not a Parquet file: it begins like another format."),
        ("t.feather", b"a,b\n1,2\n" * 100, "is not an Arrow IPC file (Feather version 2): it"),
    ],
)
def test_what_is_not_of_its_format_is_refused(yard, name, content, said):
    yard.write(name, content)
    assert yard.fault("t").startswith(f"t ({name}): {said}")


def test_an_arrow_file_is_read_and_a_cut_one_refused(yard):
    path = yard.folder / "t.arrow"
    pl.DataFrame({"a": [1, 2]}).write_ipc(path)
    assert yard.rows("t") == [{"a": 1}, {"a": 2}]
    path.write_bytes(path.read_bytes()[:-20])
    assert "that was cut off" in yard.fault("t")


def test_an_arrow_stream_is_refused_as_another_format(yard):
    pl.DataFrame({"a": [1, 2]}).write_ipc_stream(yard.folder / "t.arrow")
    assert "begins like another format" in yard.fault("t")


def test_repeated_names_in_parquet_are_refused(yard):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    parquet.write_table(table, yard.folder / "t.parquet")
    assert yard.fault("t").startswith("t (t.parquet): two columns have the same name: ")


def test_strange_column_names_are_columns(yard):
    names = ["", "*", "^a.*$", "a", "b:eq:1", "'; drop table t; --", "a\nb"]
    yard.parquet("t.parquet", **{name: [place] for place, name in enumerate(names)})
    found = yard.dataset("t").statistics().columns
    assert [column.name for column in found] == names
    assert [column.sum for column in found] == list(range(len(names)))
    assert yard.dataset("t").correlation().columns == tuple(names)


def test_a_table_without_columns_is_refused(yard):
    pl.DataFrame().write_parquet(yard.folder / "t.parquet")
    assert yard.fault("t") == "t (t.parquet): the table has no columns."


def test_columns_without_a_value_have_figures_too(yard):
    yard.parquet("t.parquet", a=[None, None], b=pl.Series([None, None], dtype=pl.Float64))
    columns = yard.dataset("t").statistics().columns
    assert [(column.nulls, column.distinct) for column in columns] == [(2, 0), (2, 0)]


def test_three_thousand_columns_are_read(yard):
    random = np.random.default_rng(1)
    yard.parquet("t.parquet", **{f"c{n}": random.normal(size=50) for n in range(3_000)})
    statistics = yard.dataset("t").statistics()
    assert len(statistics.columns) == 3_000
    assert statistics.seconds < 20
    assert len(yard.dataset("t").correlation().columns) == 30


def test_parts_in_a_folder_are_one_table_in_the_order_of_names(yard):
    yard.parquet("sales/part-1.parquet", a=[3])
    yard.parquet("sales/part-0.parquet", a=[1, 2])
    yard.write("sales/_SUCCESS", "")
    assert [row["a"] for row in yard.rows("sales")] == [1, 2, 3]


def test_columns_of_parts_may_stand_in_another_order(yard):
    yard.parquet("sales/part-0.parquet", a=[1], b=["x"])
    yard.parquet("sales/part-1.parquet", b=["y"], a=[2])
    assert yard.rows("sales") == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"a": [1], "b": [2]}, "has the column 'b', which is not in the first part."),
        ({"a": ["x"]}, "has the column 'a' as String, which is Int64 in the first part."),
        ({"c": [1]}, "has the column 'c', which is not in the first part."),
    ],
)
def test_a_part_with_other_columns_is_named(yard, columns, said):
    yard.parquet("sales/part-0.parquet", a=[1])
    yard.parquet("sales/part-1.parquet", **columns)
    assert yard.fault("sales").startswith(f"sales (sales), part-1.parquet: {said}")


def test_a_part_that_lacks_a_column_is_named(yard):
    yard.parquet("sales/part-0.parquet", a=[1], b=[2])
    yard.parquet("sales/part-1.parquet", a=[1])
    assert "part-1.parquet: lacks the column 'b', which is in the first part" in yard.fault("sales")


def test_a_broken_part_is_named(yard):
    yard.parquet("sales/part-0.parquet", a=[1])
    yard.write("sales/part-1.parquet", b"")
    assert yard.fault("sales") == "sales (sales), part-1.parquet: the file is empty."


def test_the_folders_of_hive_partitions_are_columns(yard):
    yard.parquet("sales/year=2024/month=1/part-0.parquet", a=[1])
    yard.parquet("sales/year=2025/month=2/part-0.parquet", a=[2])
    assert yard.rows("sales") == [
        {"a": 1, "year": 2024, "month": 1},
        {"a": 2, "year": 2025, "month": 2},
    ]


def test_folders_above_the_table_are_no_columns(tmp_path):
    folder = tmp_path / "owner=me" / "sales"
    (folder / "year=2024").mkdir(parents=True)
    path = folder / "year=2024" / "part-0.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    assert scan_local("t", [path], root=folder).collect().to_dicts() == [{"a": 1, "year": 2024}]


def test_hive_partitions_of_csv_are_columns_and_dates_come_through(yard):
    yard.write("sales/year=2024/part-0.csv", "day,a\n2024-01-01,1\n")
    yard.write("sales/year=2025/part-0.csv", "day,a\n2025-01-01,\n")
    assert yard.rows("sales") == [
        {"day": date(2024, 1, 1), "a": 1, "year": 2024},
        {"day": date(2025, 1, 1), "a": None, "year": 2025},
    ]


def test_csv_parts_take_a_type_that_holds_all_values(yard):
    yard.write("sales/part-0.csv", "a,b\n1,2\n")
    yard.write("sales/part-1.csv", "b,a\n2.5,x\n\n")
    assert yard.rows("sales") == [{"a": "1", "b": 2.0}, {"a": "x", "b": 2.5}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,c\n1,2\n", "part-1.csv: lacks the column 'b'"),
        ("a,b,c\n1,2,3\n", "part-1.csv: has the column 'c'"),
        ("a,b\n1\n", "part-1.csv, line 2: has 1 cells; the header has 2."),
        ("", "part-1.csv: the file is empty."),
        ("a,b\n1,\xe9\n".encode("cp1252"), "part-1.csv, line 2: byte 0xe9"),
    ],
)
def test_a_csv_part_at_fault_is_named(yard, text, said):
    yard.write("sales/part-0.csv", "a,b\n1,2\n")
    yard.write("sales/part-1.csv", text)
    assert said in yard.fault("sales")


def test_a_folder_of_no_parts_is_not_found(yard):
    (yard.folder / "empty.parquet").mkdir()
    assert yard.fault("empty") == "empty: the folder empty.parquet holds no parquet files."


def test_a_file_that_goes_between_opening_and_reading_is_not_found(yard):
    path = yard.parquet("t.parquet", a=[1])
    dataset = yard.dataset("t")
    frame = dataset.scan()
    path.unlink()
    with pytest.raises(NotFound, match="removed while it was read"):
        collect(dataset.where, frame)


def test_reading_while_the_file_is_replaced_gives_whole_answers(yard):
    old, new = yard.folder / "t.parquet", yard.folder / ".new"
    pl.DataFrame({"a": range(5_000)}).write_parquet(old)
    dataset = yard.dataset("t")

    def replace(times: int) -> None:
        for turn in range(times):
            pl.DataFrame({"a": range(5_000 + turn % 2)}).write_parquet(new)
            new.replace(old)
            time.sleep(0.02)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(replace, 50)
        sizes = set()
        while not writer.done():
            sizes.add(dataset.rows().matching)
    assert sizes <= {5_000, 5_001}


def test_a_csv_file_that_goes_while_it_is_read_is_not_found(yard, tmp_path):
    path = yard.write("t.csv", "a,b\n1,2\n")
    source = Source("t", "t.csv", "csv", path)
    path.unlink()
    with pytest.raises(NotFound, match="removed while it was read"):
        copy_to_parquet("t", source, [path], tmp_path / "t.parquet")
    assert list(tmp_path.glob("t.parquet")) == []


def test_a_fault_leaves_no_copy_and_no_temporary_file(yard, tmp_path):
    path = yard.write("t.csv", "a,b\n1\n")
    with pytest.raises(Invalid):
        yard.dataset("t").prepare()
    assert path.exists()
    assert [left.name for left in (yard.state / "cache").iterdir()] == []


def test_real_filings_of_nearly_a_megabyte_have_figures(yard, shared_data):
    source = shared_data / "sec" / "tenk_text_423.parquet"
    (yard.folder / "tenk.parquet").symlink_to(source)
    (yard.folder / "modelyard.toml").write_text(
        f'[workspace]\noutside_folders = ["{shared_data}"]\n'
        '[datasets.tenk]\nsource = "tenk.parquet"\n'
    )
    column = yard.dataset("tenk").statistics().column("content")
    assert column.length_max == 907_597
