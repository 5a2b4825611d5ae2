"""The command line, run in this process, and a small workspace to run it on."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from modelyard.cli.main import modelyard

Run = Callable[..., Result]

TOML = """
[workspace]
name = "Test yard"
default_dataset = "delays"

[datasets.delays]
source = "datasets/delays.csv"
title = "Delays"
"""
DELAYS = "carrier,delay,day,even\n" + "".join(
    f"{'UA' if day % 3 else 'DL'},{900 if day == 7 else day * 3 % 17},2024-01-{day:02d},"
    f"{'true' if day % 2 == 0 else 'false'}\n"
    for day in range(1, 29)
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and the window is 100 columns wide."""
    for name in ("WORKSPACE", "HOST", "PORT", "PUBLIC", "WORKERS", "THREADS", "STATE", "DEBUG"):
        monkeypatch.delenv(f"MODELYARD_{name}", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def run() -> Run:
    """Run `modelyard` with these arguments."""

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(modelyard, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    """A workspace with one listed table and one that is found."""
    folder = tmp_path / "yard"
    (folder / "datasets").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    (folder / "datasets" / "delays.csv").write_text(DELAYS)
    (folder / "datasets" / "big.csv").write_text(
        "id,amount\n9007199254740993,1.5\n9223372036854775807,2.5\n"
    )
    return folder


@pytest.fixture
def said() -> Callable[[Result], str]:
    """Give what a failed command said, after checking that it is one clear line."""

    def words(result: Result) -> str:
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("Error: ")
        return lines[0].removeprefix("Error: ")

    return words


class QuietFiles(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def served_table(tmp_path: Path) -> Iterator[str]:
    """The address of a Parquet file on a web server of this machine."""
    folder = tmp_path / "far"
    folder.mkdir()
    pl.DataFrame({"a": [1, 2, 3]}).write_parquet(folder / "table.parquet")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/table.parquet"
    server.shutdown()
    server.server_close()
