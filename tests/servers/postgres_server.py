"""A real Postgres server for the tests, in a folder of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]


def find_programs() -> Path | None:
    """Find the folder with initdb and postgres: Debian keeps it out of the PATH."""
    on_path = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [Path(on_path).resolve().parent] if on_path else []
    return next((place for place in [*places, *found] if (place / "initdb").exists()), None)


@dataclass
class PostgresServer:
    """A server that can be stopped, killed and started again."""

    programs: Path
    folder: Path
    port: int
    settings: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None

    def url(self, database: str = "postgres") -> str:
        """Give the address of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [part for setting in self.settings for part in ("-c", setting)]
        network = ["-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", ""]
        command = [self.programs / "postgres", "-D", self.folder / "data", *network, *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **_as_postgres())
        ready = [self.programs / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        until = time.monotonic() + 60
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once and without mercy, with the processes that serve connections."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it in good order."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self.process = None

    def make_database(self, name: str) -> str:
        """Make an empty database and give its address."""
        self._ask(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever still uses it."""
        self._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _ask(self, question: str) -> None:
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(question.encode())


@contextmanager
def postgres_server(*settings: str) -> Iterator[PostgresServer]:
    """Run a new server until the block ends; raises LookupError where Postgres is missing.

    Its folder stands by itself: those of pytest are closed to others again by every new session.
    """
    programs = find_programs()
    if programs is None:
        raise LookupError("Postgres is not installed: on Debian, apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="modelyard-postgres-") as name:
        folder = Path(name)
        _hand_over(folder)
        command = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"]
        quick = ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*command, *quick], check=True, capture_output=True, **_as_postgres())
        server = PostgresServer(programs, folder, _free_port(), settings or tuple(FAST))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_postgres() -> dict[str, object]:
    """Postgres refuses to run as root; it gets a process group of its own."""
    person = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    return {"start_new_session": True, "cwd": "/", **person}


def _hand_over(folder: Path) -> None:
    """Give the folder to the user postgres, where we are root."""
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
