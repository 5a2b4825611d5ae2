"""SQLite is for one machine, and for a local disk."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Conflict
from modelyard.runs.identity import is_gone, own_identity
from modelyard.runs.joining import refuse_network_file, refuse_other_machines
from modelyard.runs.store_instances import Instances


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def instances(tmp_path: Path) -> Instances:
    database = open_database(f"sqlite:///{tmp_path}/one.db")
    migrate(database)
    return Instances(database)


def test_a_file_that_another_machine_works_with_is_refused(instances: Instances) -> None:
    there = replace(own_identity(), id="there", machine="another", host="far.example")
    instances.join(there, "worker", now())
    is_over = threading.Event()

    def live() -> None:
        while not is_over.wait(0.05):
            instances.beat("there", now())

    threading.Thread(target=live, daemon=True).start()
    with pytest.raises(Conflict, match=r"far.example.*Postgres"):
        refuse_other_machines(instances, 20)
    is_over.set()


def test_a_machine_that_is_silent_does_not_count(instances: Instances) -> None:
    there = replace(own_identity(), id="there", machine="another")
    instances.join(there, "worker", now())
    began = time.monotonic()
    refuse_other_machines(instances, 0.2)
    assert time.monotonic() > began


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_file_on_a_network_file_system_is_refused(
    instances: Instances, tmp_path: Path, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    with pytest.raises(Conflict, match=kind):
        refuse_network_file(instances.database, mounts)


def test_a_file_on_a_local_disk_is_taken(instances: Instances, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("server:/x / nfs4 rw 0 0\n" + f"/dev/a {tmp_path} ext4 rw 0 0\n")
    refuse_network_file(instances.database, mounts)


def test_only_a_process_that_could_be_seen_is_known_to_be_gone() -> None:
    me = own_identity()
    assert not is_gone(me.machine, me.pid, me.detail)
    assert is_gone(me.machine, me.pid, {**me.detail, "began": "1"})
    assert not is_gone("another", me.pid, {**me.detail, "began": "1"})
    assert not is_gone(me.machine, me.pid, {"space": "another", "began": "1"})
