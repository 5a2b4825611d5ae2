"""Commands for those who run the service: migrate, backup, restore, image, rollout."""

import sqlite3
import stat
from pathlib import Path

import pytest

from modelyard import wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate


@pytest.fixture
def place(run, tmp_path: Path) -> Path:
    """A workspace."""
    folder = tmp_path / "yard"
    assert run("new", folder).exit_code == 0
    return folder


def add_person(place: Path, email: str) -> None:
    records = wiring.open_records(wiring.open_folder(place))
    migrate(records.database)
    records.accounts.users.add(email, "owner", by=LAPTOP)
    records.database.close()


def people(place: Path) -> int:
    with sqlite3.connect(place / ".modelyard" / "modelyard.db") as connection:
        return int(connection.execute("SELECT count(*) FROM users").fetchone()[0])


def test_migrate_makes_the_database_once_and_invites_the_owner(run, place):
    first = run("migrate", place, "--invite-owner")
    assert "is now in the shape" in first.stdout
    assert "/welcome/" in first.stdout
    second = run("migrate", place)
    assert "was already in the shape" in second.stdout
    assert "/welcome/" not in second.stdout


def test_who_has_people_is_given_no_link_for_an_owner(run, place):
    add_person(place, "ana@example.com")
    assert "/welcome/" not in run("migrate", place, "--invite-owner").stdout


def test_a_backup_is_private_and_comes_back(run, said, place, tmp_path):
    add_person(place, "ana@example.com")
    file = tmp_path / "yard.backup"
    assert run("backup", file, "-w", place).stdout.startswith("Wrote the database, 0 blobs")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["yard.backup"]
    add_person(place, "ben@example.com")
    assert "--replace" in said(run("restore", file, "-w", place))
    assert people(place) == 2
    assert run("restore", file, "--replace", "-w", place).stdout.startswith("Restored")
    assert people(place) == 1


def test_a_backup_that_fails_leaves_no_file(run, said, place, tmp_path):
    assert "cannot be written" in said(run("backup", tmp_path / "no" / "file", "-w", place))
    assert "there is no such file" in said(run("restore", tmp_path / "no", "-w", place))


def test_image_and_rollout_show_what_they_would_do(run, said, place):
    shown = run("image", "build", "--slim", "--tag", "ana/yard:2", "--dry-run", "-w", place).stdout
    assert "docker build --build-arg KIND=slim" in shown
    assert shown.rstrip().endswith("--tag ana/yard:2 .")
    assert "no name of an image" in said(run("image", "build", "--tag", "-x", "-w", place))
    steps = run("rollout", "--dry-run", "-w", place).stdout.splitlines()
    assert len(steps) == 8
    assert all(step.startswith("$ ") for step in steps)
