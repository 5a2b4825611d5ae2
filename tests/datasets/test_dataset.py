"""A dataset: read as the files are now, answered from the cache where they are the same."""

import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from modelyard.datasets.rows import RowQuery
from modelyard.errors import Invalid, NotFound, Unavailable

NOBODY = 65_534


@contextmanager
def without_rights(folder: Path):
    """Act as a user who owns nothing here, for the root user may read everything."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.parents[:4]):
        path.chmod(path.stat().st_mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def replace(path: Path, content: bytes) -> None:
    """Change a file and give it the date it had."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_shape_is_rows_columns_and_stored_bytes(yard):
    path = yard.write("t.csv", "a,b\n1,x\n2,y\n")
    shape = yard.dataset("t").shape()
    assert (shape.rows, shape.bytes) == (2, path.stat().st_size)
    assert [(field.name, field.type) for field in shape.columns] == [
        ("a", "Int64"),
        ("b", "String"),
    ]


@pytest.mark.parametrize("rows", [2, 50_000])
def test_a_replaced_file_of_the_same_size_and_date_is_noticed_at_once(yard, rows):
    path = yard.write("t.csv", "a,b\n" + "1,2\n" * rows)
    dataset = yard.dataset("t")
    assert dataset.statistics().column("a").sum == rows
    replace(path, b"a,b\n" + b"1,2\n" * (rows - 1) + b"7,2\n")
    assert dataset.statistics().column("a").sum == rows + 6
    assert dataset.rows(RowQuery(offset=rows - 1)).table["a"].to_list() == [7]


def test_a_second_answer_comes_from_the_cache(yard):
    yard.parquet("t.parquet", a=[1, 2])
    assert yard.dataset("t").statistics().seconds == yard.dataset("t").statistics().seconds
    assert yard.dataset("t").statistics() == yard.dataset("t").statistics()


@pytest.mark.parametrize(
    "broken", [b"", b'{"rows": 2', b"[]\n", b'{"rows": "two"}\n', b"\xff\xfe\n"]
)
def test_a_broken_cached_answer_is_computed_again(yard, broken):
    yard.parquet("t.parquet", a=[1, 2])
    first = yard.dataset("t").statistics()
    for path in (yard.state / "cache").iterdir():
        path.write_bytes(broken)
    again = yard.dataset("t").statistics()
    assert again.columns == first.columns
    assert yard.dataset("t").statistics() == again


def test_a_copy_that_was_evicted_is_made_again(yard):
    yard.write("t.csv", "a\n1\n")
    dataset = yard.dataset("t")
    dataset.prepare()
    for path in (yard.state / "cache").glob("*.parquet"):
        path.unlink()
    assert not dataset.is_prepared()
    assert dataset.rows().table["a"].to_list() == [1]


def test_a_copy_that_a_crash_cut_off_is_made_again(yard):
    yard.write("t.csv", "a\n1\n")
    dataset = yard.dataset("t")
    dataset.prepare()
    copy = next((yard.state / "cache").glob("*.parquet"))
    copy.write_bytes(copy.read_bytes()[:-10])
    assert dataset.rows().table["a"].to_list() == [1]


def test_a_cache_too_small_for_anything_still_gives_answers(yard):
    yard.write("t.csv", "a\n1\n")
    dataset = yard.open(cache_bytes=0).datasets["t"]
    assert dataset.statistics().column("a").sum == 1
    assert dataset.rows().matching == 1


def test_results_are_given_where_none_can_be_kept(yard):
    yard.parquet("t.parquet", a=[1, 2])
    yard.state.write_text("a file where the folder should be")
    assert yard.dataset("t").statistics().column("a").sum == 3
    assert yard.dataset("t").shape().rows == 2


def test_a_copy_that_cannot_be_kept_is_said_with_the_cure(yard):
    yard.write("t.csv", "a\n1\n")
    yard.state.write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="MODELYARD_STATE"):
        yard.dataset("t").shape()


def test_a_full_disk_is_said_and_leaves_no_broken_copy(yard):
    yard.write("t.csv", "a\n" + "".join(f"{n * 7919 % 100_003}\n" for n in range(50_000)))
    yard.parquet("u.parquet", a=[1, 2])
    code = (
        "import resource, sys; from modelyard.settings import Settings; from pathlib import Path\n"
        "from modelyard import wiring; from modelyard.errors import Unavailable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "folder, state = map(Path, sys.argv[1:])\n"
        "datasets = wiring.open_folder(folder, Settings(state=state)).datasets\n"
        "try: datasets['t'].shape()\n"
        "except Unavailable as fault: print(fault)\n"
        "print(datasets['u'].statistics().columns[0].sum)"
    )
    argv = [sys.executable, "-c", code, str(yard.folder), str(yard.state)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert "cannot be written. Make room in the cache folder" in done.stdout
    assert done.stdout.endswith("\n3\n")
    left = list((yard.state / "cache").glob("*.parquet"))
    assert left == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 2_000


def test_a_file_that_is_removed_is_not_found_and_the_others_go_on(yard):
    path = yard.write("t.csv", "a\n1\n")
    yard.write("u.csv", "a\n2\n")
    datasets = yard.open().datasets
    assert datasets["t"].shape().rows == 1
    path.unlink()
    for ask in (datasets["t"].shape, datasets["t"].rows, datasets["t"].stored_bytes):
        with pytest.raises(NotFound, match="not there"):
            ask()
    assert datasets["u"].rows().table["a"].to_list() == [2]


def test_files_that_may_not_be_read_are_said_and_the_others_go_on(yard):
    for name in ("closed.csv", "folder/in.csv", "parts.parquet/part-0.parquet"):
        yard.write(name, "a\n1\n")
    yard.parquet("closed.parquet", a=[1])
    yard.parquet("open.parquet", a=[1])
    datasets = yard.open().datasets
    closed = [yard.folder / name for name in ("closed.csv", "closed.parquet")]
    folders = [yard.folder / "folder", yard.folder / "parts.parquet"]
    for path in (*closed, *folders):
        path.chmod(0)
    try:
        with without_rights(yard.folder):
            for name in ("closed", "closed-parquet", "in", "parts"):
                with pytest.raises((Unavailable, NotFound)) as told:
                    datasets[name].shape()
                fault = told.value
                assert "may not be read by this user" in str(fault), str(fault)
                assert str(yard.folder) not in str(fault)
            assert datasets["open"].scan().collect()["a"].to_list() == [1]
            assert "open" in yard.open().datasets
    finally:
        for path in (*folders, *closed):
            path.chmod(0o700)


def test_broken_tables_are_told_from_those_that_can_be_read(yard):
    yard.write("broken.csv", "a,b\n1\n")
    yard.write("whole.csv", "a,b\n1,2\n")
    datasets = yard.open().datasets
    with pytest.raises(Invalid):
        datasets["broken"].shape()
    assert datasets["whole"].shape().rows == 1


def test_a_local_table_is_not_fetched(yard):
    yard.write("t.csv", "a\n1\n")
    with pytest.raises(Invalid, match="on this machine already"):
        yard.dataset("t").fetch()


def test_the_same_table_read_with_another_separator_is_another_content(yard):
    yard.write("t.csv", "a;b\n1;2\n")
    one = yard.dataset("t").fingerprint()
    yard.toml('[datasets.t]\nsource = "t.csv"\nseparator = ";"\n')
    assert yard.dataset("t").fingerprint() != one
    assert yard.rows("t") == [{"a": 1, "b": 2}]


def test_two_processes_may_copy_one_table_at_once(yard):
    yard.write("t.csv", "a,b\n" + "1,2\n" * 100_000)
    code = (
        "import sys; from pathlib import Path; from modelyard import wiring\n"
        "from modelyard.settings import Settings\n"
        "yard = wiring.open_folder(sys.argv[1], Settings(state=Path(sys.argv[2])))\n"
        "print(yard.datasets['t'].statistics().column('a').sum)"
    )
    argv = [sys.executable, "-c", code, str(yard.folder), str(yard.state)]
    both = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [each.communicate()[0] for each in both] == ["100000\n", "100000\n"]


def test_a_dataset_can_be_scanned_lazily(yard):
    yard.write("t.csv", "a\n1\n2\n")
    assert yard.dataset("t").scan().select(pl.col("a").sum()).collect().item() == 3


def test_a_file_with_decimal_commas_is_not_benchmarked(yard):
    yard.write("t.csv", "a;b\n1,5;2\n")
    yard.toml('[datasets.t]\nsource = "t.csv"\nseparator = ";"\ndecimal_comma = true\n')
    dataset = yard.open().datasets["t"]
    assert dataset.statistics().column("a").mean == 1.5
    with pytest.raises(Invalid, match="decimal commas"):
        dataset.benchmark()
