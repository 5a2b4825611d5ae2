"""A child in the jail computes and does nothing else, and ends when its parent does."""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelyard.errors import Invalid, Unavailable
from modelyard.models.jail import Crashed, Jail, Limits, refuse_unconfined
from modelyard.models.seccomp import MACHINES, program


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    with Jail("jail_task", limits=Limits(memory_bytes=300 * 2**20, cpu_s=0, wall_s=20)) as one:
        yield one


def test_it_computes_and_starts_threads(jail: Jail) -> None:
    assert jail.ask(b"sum(range(10))") == b"45"
    assert jail.ask(b"threading.Thread(target=print).start()") == b"None"


@pytest.mark.parametrize(
    "deed",
    [
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "os.listdir('/')",
        "os.mkdir('/tmp/x')",
        "os.unlink('/tmp/x')",
        "os.rename('/tmp/x', '/tmp/y')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(1, 0)",
        "os.kill(os.getpid(), 9)",
        "os.memfd_create('x')",
        "os.pipe()",
        "os.setpriority(0, 0, 5)",
        "__import__('_socket').socket()",
        "__import__('resource').setrlimit(0, (1, 1))",
        "__import__('csv')",
    ],
)
def test_it_may_not(jail: Jail, deed: str) -> None:
    pid = jail.pid
    with pytest.raises(Invalid):
        jail.ask(deed.encode())
    assert jail.pid == pid, "and it is still there"


def test_the_environment_holds_nothing_of_ours(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELYARD_DATABASE_URL", "postgresql://secret")
    assert b"secret" not in jail.ask(b"dict(os.environ)")
    with Jail("jail_task") as fresh:
        assert b"secret" not in fresh.ask(b"dict(os.environ)")


def test_memory_is_bounded_and_the_child_lives_on(jail: Jail) -> None:
    with pytest.raises(Invalid, match="takes more memory than it may"):
        jail.ask(b"len(bytearray(400 * 2**20))")
    assert jail.ask(b"len(bytearray(50 * 2**20))") == b"52428800"


def test_a_late_answer_ends_the_child_and_the_next_question_starts_another(jail: Jail) -> None:
    with pytest.raises(Crashed, match=r"not done after 0\.2 seconds"):
        jail.ask(b"time.sleep(30)", wall_s=0.2)
    assert jail.ask(b"1 + 1") == b"2"


def test_a_child_that_writes_nonsense_is_ended(jail: Jail) -> None:
    with pytest.raises(Invalid, match="gave an answer of"):
        jail.ask(b"os.write(4, b'x' * 9)")
    assert jail.ask(b"1 + 1") == b"2"


def test_a_child_ends_with_its_parent_even_in_the_middle_of_work(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from modelyard.models.jail import Jail\n"
        "jail = Jail('jail_task'); jail.start(); print(jail.pid, flush=True)\n"
        "jail.ask(b'[None for _ in iter(int, 1)]')"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    status = Path(f"/proc/{pid}/status")
    assert not status.exists() or "zombie" in status.read_text()


def test_where_there_is_no_filter_a_pickle_is_refused_in_plain_words() -> None:
    with pytest.raises(Unavailable, match="a pickle is a program"):
        refuse_unconfined(None)
    assert refuse_unconfined(None, unconfined_ok=True)
    assert not refuse_unconfined(MACHINES["x86_64"])


@pytest.mark.parametrize("name", MACHINES)
def test_the_filter_allows_no_way_to_files_processes_or_the_network(name: str) -> None:
    machine = MACHINES[name]
    refused = {
        "x86_64": {"open": 2, "openat": 257, "socket": 41, "execve": 59, "fork": 57, "kill": 62},
        "aarch64": {"openat": 56, "socket": 198, "execve": 221, "kill": 129, "ptrace": 117},
    }[name]
    assert machine.allowed.isdisjoint(refused.values())
    assert machine.clone not in machine.allowed
    steps = list(struct.iter_unpack("=HBBI", program(machine)))
    assert len(steps) < 256
    assert steps[-1][0] == 0x06
    assert os.uname().machine in MACHINES or sys.platform != "linux"
