"""A database, a folder, and real worker processes that can be killed."""

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import yard_worker
from yard_nursery import YardWorker, nursery

from modelyard.blobs import open_blobs
from modelyard.db import Database
from modelyard.runs.runs import Runs, open_runs
from modelyard.runs.store_instances import Instances

WITHIN_S = 60.0


def make_runs(database: Database, folder: Path) -> Runs:
    return open_runs(database, yard_worker.kinds, open_blobs(str(folder / "blobs")))


def eventually(holds: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Wait until something holds."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Yard:
    """A database, a folder, and worker processes that can be killed."""

    runs: Runs
    url: str
    folder: Path
    workers: list[YardWorker] = field(default_factory=list)

    @property
    def diary(self) -> Path:
        """Where tasks write when they begin and end, and in which process."""
        return self.folder / "diary"

    def lines(self, word: str) -> list[int]:
        """Give the processes that wrote this word."""
        if not self.diary.exists():
            return []
        entries = [line.split() for line in self.diary.read_text().splitlines()]
        return [int(pid) for found, pid in entries if found == word]

    def work(self, **environ: str) -> YardWorker:
        """Start a worker, and wait until it is there."""
        worker = self.start(**environ)
        eventually(lambda: worker.pid in self.there() or worker.poll() is not None)
        assert worker.poll() is None, self.log()
        return worker

    def start(self, **environ: str) -> YardWorker:
        """Start a worker."""
        worker = nursery().begin(self.url, self.folder, environ)
        self.workers.append(worker)
        return worker

    def alive(self) -> int:
        """Count the workers that are here by the books."""
        return len(self.there())

    def there(self) -> set[int]:
        """Give the processes of the workers that are here by the books."""
        found = Instances(self.runs.database).all()
        return {instance.pid for instance in found if instance.left_at is None}

    def task(self, **request: object) -> str:
        """Ask for a task that writes into the diary; gives its id."""
        return self.runs.submit("task", {"diary": str(self.diary), **request})[0].id

    def go(self, process: int | None = None) -> None:
        """Let all tasks that hold go on, or the one in this process."""
        (self.folder / ("go" if process is None else f"go-{process}")).touch()

    def begun(self, run_id: str, times: int = 1) -> None:
        """Wait until a task began so often."""
        eventually(lambda: len(self.lines("begin")) >= times)
        eventually(lambda: self.runs.get_run(run_id).state == "running")

    def state(self, run_id: str) -> str:
        """Wait until a run is over, and give its state."""
        return self.runs.wait(run_id, WITHIN_S).state

    def log(self) -> str:
        """Give what the workers said."""
        return (self.folder / "workers.log").read_text()

    def freeze(self, worker: YardWorker) -> None:
        """Have a worker stand still; on SQLite not in the middle of a write, which holds all."""
        while True:
            worker.send_signal(signal.SIGSTOP)
            if not self.runs.database.is_sqlite or self._may_write():
                return
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.05)

    def _may_write(self) -> bool:
        file = str(self.runs.database.engine.url.database)
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
            return True

    def stop(self) -> None:
        """End all workers at once."""
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()
