"""What is kept is written to one file, and comes back from it, on each kind of database."""

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelyard import wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.backup import Kept, restore_backup, write_backup
from modelyard.db.migrate import migrate
from modelyard.errors import Conflict, Invalid, NotFound, Unavailable
from modelyard.settings import Settings
from modelyard.wiring import Records

Make = Callable[[], tuple[Records, Kept]]
PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Open services of their own, each with an empty database."""
    opened, databases = [], []

    def make_one() -> tuple[Records, Kept]:
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        url = f"sqlite:///{folder}/yard.db"
        if request.param == "postgres":
            databases.append(name := f"backup_{secrets.token_hex(6)}")
            url = request.getfixturevalue("postgres").make_database(name)
        settings = Settings(workspace=folder, state=folder / "state", database_url=url)
        records = wiring.open_records(wiring.open_folder(settings=settings))
        migrate(records.database)
        opened.append(records)
        kept = Kept(records.database, records.blobs, folder / "warehouse", folder / "work")
        return records, kept

    yield make_one
    for records in opened:
        records.database.close()
    for name in databases:
        request.getfixturevalue("postgres").drop_database(name)


@pytest.fixture
def busy(make: Make) -> tuple[Records, Kept]:
    """A service with a person, a run that waits, blobs and figures."""
    records, kept = make()
    records.accounts.users.add("ana@example.com", "owner", by=LAPTOP, password=PASSWORD)
    records.runs.submit("echo", {"text": "hellö\t\\N"})
    records.blobs.write("runs/7f/scores.parquet", b"\0binary\xff" * 1000)
    records.blobs.write("models/a", b"")
    (kept.warehouse / "loan").mkdir(parents=True)
    (kept.warehouse / "loan" / "1.parquet").write_bytes(b"figures")
    return records, kept


def backup_of(kept: Kept, path: Path) -> Path:
    with path.open("wb") as file:
        write_backup(kept, file)
    return path


def test_everything_comes_back(busy, make, tmp_path):
    records, kept = busy
    file = backup_of(kept, tmp_path / "yard.backup")
    other, place = make()
    contained = restore_backup(place, file)
    assert (contained.blobs, contained.warehouse_files) == (2, 1)
    assert other.accounts.audit.entries(limit=10) == records.accounts.audit.entries(limit=10)
    assert other.accounts.users.check_password("ana@example.com", PASSWORD, address="") is not None
    [run] = other.runs.list_runs()
    assert (run.state, run.request["text"]) == ("queued", "hellö\t\\N")
    assert other.blobs.read("runs/7f/scores.parquet") == b"\0binary\xff" * 1000
    assert other.blobs.read("models/a") == b""
    assert (place.warehouse / "loan" / "1.parquet").read_bytes() == b"figures"


def test_a_restored_service_goes_on_where_it_was(busy, make, tmp_path):
    _, kept = busy
    other, place = make()
    restore_backup(place, backup_of(kept, tmp_path / "yard.backup"))
    other.accounts.users.add("ben@example.com", "viewer", by=LAPTOP)
    other.runs.submit("echo", {"text": "next"})
    assert len(other.runs.list_runs()) == 2


def test_what_is_in_use_is_not_overwritten_unless_one_says_so(busy, tmp_path):
    records, kept = busy
    file = backup_of(kept, tmp_path / "yard.backup")
    records.accounts.users.add("late@example.com", "viewer", by=LAPTOP)
    with pytest.raises(Conflict, match="--replace"):
        restore_backup(kept, file)
    assert len(records.accounts.users.list_users()) == 2
    restore_backup(kept, file, replace=True)
    assert [user.email for user in records.accounts.users.list_users()] == ["ana@example.com"]


@pytest.mark.parametrize("damage", ["cut", "changed", "other"])
def test_a_backup_that_is_not_whole_changes_nothing(busy, make, tmp_path, damage):
    _, kept = busy
    file = backup_of(kept, tmp_path / "yard.backup")
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[: len(content) * 2 // 3])
    elif damage == "changed":
        file.write_bytes(content.replace(b"figures", b"figureS"))
    else:
        file.write_bytes(b"PK\3\4 something else")
    other, place = make()
    with pytest.raises(Invalid):
        restore_backup(place, file)
    assert not other.accounts.users.has_any()
    assert not place.warehouse.exists()
    assert other.blobs.names() == []


def test_a_backup_that_leads_out_of_its_folder_is_refused(make, tmp_path):
    _, place = make()
    file = tmp_path / "evil.backup"
    with tarfile.open(file, "w") as tar:
        entry = tarfile.TarInfo("blobs/../../../../stolen")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    with pytest.raises(Invalid, match="leads out of it"):
        restore_backup(place, file)
    assert not (tmp_path / "stolen").exists()


def test_a_blob_that_goes_away_meanwhile_is_left_out(busy, tmp_path):
    _, kept = busy

    class Vanishing:
        def names(self, prefix: str = "") -> list[str]:
            return ["gone", *kept.blobs.names(prefix)]

        def stream(self, name: str) -> Iterator[bytes]:
            if name == "gone":
                raise NotFound("blob gone", "is not here.")
            return kept.blobs.stream(name)

    passing = Kept(kept.database, Vanishing(), kept.warehouse, kept.work)  # type: ignore[arg-type]
    with (tmp_path / "file").open("wb") as file:
        assert write_backup(passing, file).blobs == 2


def test_a_backup_of_the_other_kind_of_database_is_refused(busy, tmp_path, request):
    _, kept = busy
    file = backup_of(kept, tmp_path / "yard.backup")
    from modelyard.db import open_database

    if kept.database.is_sqlite:
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path}/other.db"
    other = open_database(url)
    with pytest.raises(Unavailable, match="the backup is of"):
        restore_backup(Kept(other, kept.blobs, tmp_path / "w", tmp_path / "work"), file)
    other.close()
