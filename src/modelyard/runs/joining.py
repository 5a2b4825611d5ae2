"""May this process work with this database? SQLite is for one machine."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from modelyard.db import Database
from modelyard.errors import Conflict
from modelyard.runs.identity import Identity, machine_id
from modelyard.runs.store_instances import Instance, Instances

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p"})
NETWORK_FUSE = ("fuse.sshfs", "fuse.gcsfuse", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs")
CURE = "Set MODELYARD_DATABASE_URL to a Postgres database, which several machines can share."
LOOK_S = 0.5


def join(
    instances: Instances,
    identity: Identity,
    clock: Callable[[], datetime],
    dead_after_s: float,
) -> None:
    """Write down that a worker is here.

    Raises Conflict where the database is a file of SQLite that another machine uses, or that lies
    on a network file system.
    """
    refuse_network_file(instances.database)
    refuse_other_machines(instances, dead_after_s)
    instances.join(identity, "worker", clock())


def refuse_other_machines(instances: Instances, dead_after_s: float) -> None:
    """Raise Conflict where another machine has a live worker on the same SQLite file.

    A worker there that gives no sign for `dead_after_s` does not count: so long this may take.
    """
    if not instances.database.is_sqlite:
        return
    first = {each.id: each for each in _elsewhere(instances)}
    until = time.monotonic() + dead_after_s
    while first and time.monotonic() < until:
        for each in _elsewhere(instances):
            if each.id in first and each.seen_at != first[each.id].seen_at:
                raise Conflict(
                    f"database ({instances.database.shown})",
                    f"is a file that the machine {each.host} works with.",
                    CURE,
                )
        time.sleep(LOOK_S)


def refuse_network_file(database: Database, mounts: Path = MOUNTS) -> None:
    """Raise Conflict where the database is a file of SQLite on a network file system."""
    if not database.is_sqlite:
        return
    file = Path(str(database.engine.url.database)).resolve()
    kind = _kind_of_file_system(file, mounts)
    if kind in NETWORK or kind.startswith(NETWORK_FUSE):
        raise Conflict(
            f"database ({database.shown})",
            f"lies on a network file system ({kind}), where SQLite loses data.",
            "Move it to a local disk, or set MODELYARD_DATABASE_URL to a Postgres database.",
        )


def _elsewhere(instances: Instances) -> list[Instance]:
    here = machine_id()
    return [each for each in instances.all() if each.left_at is None and each.machine != here]


def _kind_of_file_system(file: Path, mounts: Path) -> str:
    """Give the kind of the file system that holds a file: that of the longest mount point."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    found = [
        (len(place), kind)
        for _, place, kind, *_ in (line for line in lines if len(line) > 2)
        if file.is_relative_to(place.replace("\\040", " "))
    ]
    return max(found, default=(0, ""))[1]
