"""The same application under every server that the documentation names."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from modelyard.workspace.starter import making

BIN = Path(sys.executable).parent
SERVERS = {
    "modelyard": [sys.executable, "-m", "modelyard", "serve", "{folder}", "--port", "{port}"],
    "flask": [sys.executable, "-m", "flask", "--app", "modelyard.web", "run", "--port", "{port}"],
    "gunicorn": [
        *(sys.executable, "-m", "gunicorn", "-w", "2", "-b", "127.0.0.1:{port}"),
        *("--no-control-socket", "modelyard.web:create_app()"),
    ],
    "uwsgi": [
        *(
            str(BIN / "uwsgi"),
            "--http",
            "127.0.0.1:{port}",
            "--module",
            "modelyard.web:create_app()",
        ),
        *("--master", "--processes", "2", "--enable-threads"),
        *("--need-app", "--die-on-term"),
    ],
}
pytestmark = pytest.mark.server


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    """A bare folder with one table."""
    folder = tmp_path / "yard"
    folder.mkdir()
    (folder / "table.csv").write_text(
        "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(99)) + "5000,7\n"
    )
    return folder


@contextmanager
def running(name: str, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """Run a server for the folder until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.format(port=port, folder=folder) for part in SERVERS[name]]
    env = os.environ | {"MODELYARD_WORKSPACE": str(folder), "MODELYARD_STATE": f"{folder}-state"}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(process, address)
        yield process, address
    finally:
        os.killpg(
            process.pid, signal.SIGKILL
        )  # its workers too: those of uWSGI would go on for ever
        process.wait(10)


def wait_until_ready(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None and process.stderr is not None:
            raise AssertionError(process.stderr.read().decode())
        try:
            get(f"{address}/health/ready")
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server was not ready in 30 seconds")


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.parametrize("name", SERVERS)
def test_statistics_and_outliers_are_answered(name: str, yard: Path) -> None:
    if name == "uwsgi" and not (BIN / "uwsgi").exists():
        pytest.skip("uWSGI is not installed")
    if name == "gunicorn" and find_spec("gunicorn") is None:
        pytest.skip("gunicorn is not installed")
    with running(name, yard) as (_, address):
        assert json.loads(get(f"{address}/stats"))["rows"] == 100
        assert json.loads(get(f"{address}/outliers?detector=ecod"))["flagged"] >= 1
        assert b"<html" in get(address)


@pytest.mark.parametrize("name", SERVERS)
def test_functions_of_the_example_are_answered(name: str, yard: Path) -> None:
    if name == "uwsgi" and not (BIN / "uwsgi").exists():
        pytest.skip("uWSGI is not installed")
    if name == "gunicorn" and find_spec("gunicorn") is None:
        pytest.skip("gunicorn is not installed")
    write_example(yard)
    with running(name, yard) as (_, address):
        assert get(f"{address}/e222/hello?name=Ana") == b"Hello, Ana!"
        assert json.loads(get(f"{address}/e222/sum/1/4")) == 5
        assert json.loads(get(f"{address}/e222/mult/3/4")) == 12
        if find_spec("onnxruntime") is not None:
            assert predicted(address)["model"] == "delays"
        with pytest.raises(urllib.error.HTTPError, match="422"):
            get(f"{address}/e222/sum/x/4")
        told = json.loads(get(f"{address}/about/flask?format=json"))
        known = {"modelyard": "Granian", "flask": "Werkzeug", "gunicorn": "gunicorn"}
        assert told["flask"]["server"] == known.get(name, "uWSGI")


def predicted(address: str) -> dict[str, object]:
    """Ask the example's model; a process takes it from the folder within seconds of its start."""
    deadline = time.monotonic() + 30
    while True:
        try:
            answer: dict[str, object] = json.loads(get(f"{address}/e222/prediction?dep_delay=30"))
        except urllib.error.HTTPError as error:
            assert error.code == 503, error.read()
            assert time.monotonic() < deadline, error.read()
            time.sleep(0.2)
        else:
            return answer


def write_example(folder: Path) -> None:
    """Write the example's endpoints, and the model that one of them asks, into a folder."""
    files = Path(making.__file__).parent / "files"
    for file in (*making.FUNCTIONS, *making.MODELS):
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes((files / file).read_bytes())


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_service_ends_cleanly_and_takes_its_children_along(
    end: signal.Signals, yard: Path
) -> None:
    with running("modelyard", yard) as (process, address):
        urllib.request.urlopen(f"{address}/outliers?wait=0", timeout=20).read()
        process.send_signal(end)
        assert process.wait(10) == 0
        time.sleep(0.5)
        assert children_for(yard) == []


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_service_leaves_nothing_behind(name: str, yard: Path) -> None:
    with running(name, yard) as (process, address):
        urllib.request.urlopen(f"{address}/outliers?wait=0", timeout=20).read()
        process.kill()
        process.wait(10)
        deadline = time.monotonic() + 10
        while children_for(yard) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert children_for(yard) == []
        while is_answering(address) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not is_answering(address)
        while members_of(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert members_of(process.pid) == []


def members_of(group: int) -> list[int]:
    """List the processes of a group that have not ended."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(words[2]) == group and words[0] != "Z":
                found.append(int(entry.name))
    return found


def is_answering(address: str) -> bool:
    try:
        get(f"{address}/health/live")
    except OSError:
        return False
    return True


def children_for(folder: Path) -> list[str]:
    """List the processes that compute for the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"modelyard.compute" in command and str(folder).encode() in environ:
            found.append(entry.name)
    return found
