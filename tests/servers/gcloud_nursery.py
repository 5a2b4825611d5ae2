"""The real gcloud without its start: a process that has loaded it has a child do each command.

`fast_gcloud` gives a folder with a program `gcloud` in it, for the front of the PATH. It is the
same code as the installed one, in its own Python; only the time to load it is saved.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SENDER = """#!{python} -ISB
import array, json, os, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({address!r})
said = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
fds = array.array("i", [0, 1, 2])
door.sendmsg([len(said).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
door.sendall(said)
sys.exit(door.recv(1)[0])
"""


@contextmanager
def fast_gcloud(folder: Path, warm: tuple[str, ...] = ()) -> Iterator[Path]:
    """Have a folder with a gcloud that is loaded already; `warm` are groups to load before."""
    found = shutil.which("gcloud")
    assert found is not None
    root = next(up for up in Path(found).resolve().parents if (up / "lib" / "gcloud.py").is_file())
    bundled = root / "platform" / "bundledpythonunix" / "bin" / "python3"
    python = bundled if bundled.is_file() else Path(sys.executable)
    address = str(folder / "door")
    nursery = subprocess.Popen([python, "-S", __file__, str(root), address, *warm])
    try:
        until = time.monotonic() + 120
        while not Path(address).exists():
            assert nursery.poll() is None, "it ended"
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.05)
        sender = folder / "gcloud"
        sender.write_text(SENDER.format(python=sys.executable, address=address))
        sender.chmod(0o755)
        yield folder
    finally:
        nursery.terminate()
        nursery.wait(20)


def nurse(root: Path, address: str, warm: list[str]) -> None:
    """Load gcloud, and have children do what comes."""
    sys.path[:0] = [str(root / "lib"), str(root / "lib" / "third_party")]
    os.environ["CLOUDSDK_ROOT_DIR"] = str(root)
    import googlecloudsdk.gcloud_main as gcloud  # type: ignore[import-not-found]

    top = gcloud.CreateCLI([])._TopElement()
    for path in warm:
        element = top
        for word in path.split():
            element = element.LoadSubElement(word)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address + ".new")
        door.listen(64)
        os.rename(address + ".new", address)  # noqa: PTH104
        while True:
            caller, _ = door.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _attend(gcloud, caller)
            caller.close()


def _attend(gcloud, caller) -> None:  # type: ignore[no-untyped-def]
    """Have a child do one command, and tell its exit code."""
    head, fds, _, _ = socket.recv_fds(caller, 4, 3)
    length, said = int.from_bytes(head, "big"), b""
    while len(said) < length:
        said += caller.recv(65536)
    arguments, environ, folder = json.loads(said)
    child = os.fork()
    if child == 0:
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)
        sys.argv = ["gcloud", *arguments]
        os._exit(_code_of(gcloud))
    _, status = os.waitpid(child, 0)
    caller.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
    os._exit(0)


def _code_of(gcloud) -> int:  # type: ignore[no-untyped-def]
    code = 0
    try:
        gcloud.main()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
    except BaseException as fault:  # noqa: BLE001 (the child ends with it)
        sys.stderr.write(f"{fault!r}\n")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    nurse(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
