"""What a service keeps is for its own user alone."""

import os
from pathlib import Path

import pytest

from modelyard import wiring
from modelyard.db.migrate import migrate
from modelyard.private import private_folder
from modelyard.settings import Settings


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_on_the_machine_reads_what_a_service_keeps(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        (tmp_path / "yard").mkdir()
        (tmp_path / "yard" / "table.csv").write_text("a\n1\n")
        (tmp_path / "yard" / "modelyard.toml").write_text("")
        services = wiring.open_folder(settings=Settings(workspace=tmp_path / "yard"))
        records = wiring.open_records(services)
        migrate(records.database)
        records.blobs.write("runs/1/a", b"secret")
    finally:
        os.umask(old)
    kept = tmp_path / "yard" / ".modelyard"
    assert mode_of(kept) == 0o700
    assert {mode_of(path) for path in kept.glob("modelyard.db*")} == {0o600}
    assert mode_of(kept / "blobs") == 0o700
    records.database.close()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    (tmp_path / "there").chmod(0o755)
    private_folder(tmp_path / "there" / "new" / "newer")
    assert mode_of(tmp_path / "there") == 0o755
    assert mode_of(tmp_path / "there" / "new") == 0o700


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file of that name"):
        private_folder(tmp_path / "file")
