"""What becomes of the children when something goes wrong."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import modelyard
from modelyard.datasets.benchmark import BenchmarkInput, run_benchmark
from modelyard.datasets.benchmark.messages import Perform, Performed, Ready
from modelyard.datasets.benchmark.side_process import SideProcess, start_side
from modelyard.datasets.benchmark.time_limit import time_limit
from modelyard.errors import Unavailable

pytestmark = [
    pytest.mark.usefixtures("with_pandas"),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are found through /proc"),
]


def children() -> dict[int, str]:
    """Return the command line of every benchmark child of this process by its process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "status").read_text()
            line = (folder / "cmdline").read_text()
            if f"PPid:\t{os.getpid()}\n" in status and "modelyard.datasets.benchmark." in line:
                found[int(folder.name)] = line
    return found


def test_a_killed_child_is_a_plain_error(mixed_parquet: str) -> None:
    def kill_pandas(done: float, label: str) -> None:
        if label.startswith("pandas: group"):
            [pid] = [pid for pid, line in children().items() if "pandas_side" in line]
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(Unavailable, match="pandas process was killed during the task group"):
        run_benchmark(BenchmarkInput("mixed", "parquet", (mixed_parquet,)), progress=kill_pandas)
    assert not children()


def test_a_child_that_ends_by_itself_is_a_plain_error_too() -> None:
    with time_limit(60) as limit, start_side("polars", limit) as side:
        side.hear(Ready, "its start")
        [pid] = children()
        os.kill(pid, signal.SIGTERM)
        with pytest.raises(Unavailable, match="Polars process ended with status -15 during sort"):
            side.ask(Perform("sort"), Performed, "sort")


def test_a_side_that_aborts_for_want_of_memory_is_told_so(tmp_path: Path) -> None:
    code = (
        "import os, sys; print('memory allocation of 8 bytes failed', file=sys.stderr); os.abort()"
    )
    with (
        (tmp_path / "complaints").open("w+b") as complaints,
        subprocess.Popen(
            [sys.executable, "-uc", code], stdout=subprocess.PIPE, stderr=complaints
        ) as child,
        time_limit(60) as limit,
        pytest.raises(Unavailable, match="Polars ran out of memory during sort"),
    ):
        SideProcess("Polars", child, complaints, limit).hear(Performed, "sort")


def test_the_time_limit_kills_the_children_and_says_so(mixed_parquet: str) -> None:
    with pytest.raises(Unavailable, match=r"the time limit of 0\.2 s passed while Polars"):
        run_benchmark(BenchmarkInput("mixed", "parquet", (mixed_parquet,)), time_limit_s=0.2)
    assert not children()


def test_an_error_of_the_caller_ends_the_child() -> None:
    def cancel() -> None:
        with time_limit(60) as limit, start_side("polars", limit):
            assert len(children()) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cancel()
    assert not children()


def test_a_side_ends_when_its_stdin_closes() -> None:
    argv = [sys.executable, "-m", "modelyard.datasets.benchmark.polars_side"]
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, timeout=20, check=False)
    assert ended.returncode == 0


def test_a_file_named_like_the_library_in_the_callers_folder_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "polars.py").write_text("raise SystemExit('the wrong Polars')")
    monkeypatch.setenv("PYTHONPATH", str(Path(modelyard.__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    with time_limit(60) as limit, start_side("polars", limit) as side:
        assert side.hear(Ready, "its start").versions["polars"]
