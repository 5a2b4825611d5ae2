"""Results on disk: whole or not at all, bounded, shared between processes."""

import os
import subprocess
import sys
import time

import pytest

from modelyard.datasets.results import STALE_S, Results


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "cache", limit_bytes=100)


def used_ago(results, name, seconds):
    then = time.time() - seconds
    os.utime(results.path(name), (then, then))


def test_a_result_is_found_again(results):
    results.write("a.json", b"{}")
    assert results.find("a.json") == b"{}"
    assert results.find("b.json") is None


@pytest.mark.parametrize("left", [b"", b'{"rows": 1', b"\0" * 50])
def test_a_result_that_a_crash_cut_off_is_not_found(results, left):
    results.write("a.json", b'{"rows": 10}')
    results.path("a.json").write_bytes(left)
    assert results.find("a.json") is None


def test_results_used_longest_ago_go_first(results):
    for name in ("old", "middle", "new"):
        results.write(name, b"x" * 39)
        used_ago(results, name, {"old": 300, "middle": 200, "new": 100}[name])
    assert results.find("old") is None or results.find("middle") is None
    results.write("newest", b"x" * 39)
    assert sorted(path.name for path in results.folder.iterdir()) == ["new", "newest"]


def test_a_result_in_use_outlives_an_older_one_that_is_not(results):
    for name, seconds in (("used", 300), ("unused", 200)):
        results.write(name, b"x" * 39)
        used_ago(results, name, seconds)
    assert results.find("used") is not None
    results.write("new", b"x" * 39)
    assert sorted(path.name for path in results.folder.iterdir()) == ["new", "used"]


def test_a_result_that_was_just_used_is_not_taken_away_from_its_reader(results):
    for name in "abcd":
        results.write(name, b"x" * 39)
    assert len(list(results.folder.iterdir())) == 4


def test_one_result_larger_than_the_bound_is_kept_till_the_next(results):
    results.write("large", b"x" * 500)
    assert results.find("large") is not None
    used_ago(results, "large", 100)
    results.write("small", b"x")
    assert results.find("large") is None


def test_a_fault_while_writing_leaves_the_old_result_and_nothing_else(results):
    results.write("a", b"old")
    with pytest.raises(RuntimeError), results.writing("a") as path:
        path.write_bytes(b"half of the new")
        raise RuntimeError
    assert results.find("a") == b"old"
    assert [path.name for path in results.folder.iterdir()] == ["a"]


def test_what_killed_processes_left_is_removed_after_a_day(results):
    results.write("a", b"x")
    (results.folder / ".fetch-1").mkdir()
    (results.folder / ".fetch-1" / "part").write_text("")
    (results.folder / ".new").write_text("")
    (results.folder / ".young").write_text("")
    for name in (".fetch-1", ".new"):
        used_ago(results, name, STALE_S + 1)
    results.write("b", b"x")
    assert sorted(path.name for path in results.folder.iterdir()) == [".young", "a", "b"]


def test_an_unwritable_folder_is_only_said_in_the_log(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder should be")
    Results(tmp_path / "cache", 100).write("a", b"x")
    assert "result a could not be cached" in caplog.text


def test_readers_see_whole_results_while_two_processes_write_them(tmp_path):
    code = (
        "import sys; from pathlib import Path; from modelyard.datasets.results import Results\n"
        "results = Results(Path(sys.argv[1]), 10**9)\n"
        "for _ in range(300): results.write('a', sys.argv[2].encode() * 20_000)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    writers = [subprocess.Popen([*argv, letter]) for letter in "xy"]
    results, seen = Results(tmp_path, 10**9), set()
    while any(writer.poll() is None for writer in writers):
        seen.add(results.find("a"))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen - {None} <= {b"x" * 20_000, b"y" * 20_000}
    assert len(seen - {None}) == 2
