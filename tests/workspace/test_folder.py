"""The workspace: one folder, with or without a modelyard.toml."""

import pytest

from modelyard.errors import Invalid, NotFound
from modelyard.workspace import open_workspace


def test_a_bare_folder_is_a_workspace(tmp_path):
    workspace = open_workspace(tmp_path)
    assert (workspace.has_file, workspace.title) == (False, tmp_path.name)


def test_the_name_in_the_file_is_the_title(tmp_path):
    (tmp_path / "modelyard.toml").write_text('[workspace]\nname = "Flights"\n')
    assert open_workspace(tmp_path).title == "Flights"


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path):
    (tmp_path / "modelyard.toml").write_bytes(b'\xef\xbb\xbf[workspace]\r\nname = "Flights"\r\n')
    assert open_workspace(tmp_path).title == "Flights"


def test_a_file_that_is_not_utf8_is_refused_without_its_folder(tmp_path):
    (tmp_path / "modelyard.toml").write_bytes(b'[workspace]\nname = "\xe9"\n')
    with pytest.raises(Invalid, match=r"^modelyard.toml: is not UTF-8 \(byte 20\)\.$"):
        open_workspace(tmp_path)


def test_a_folder_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="Make one with: modelyard new"):
        open_workspace(tmp_path / "gone")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "t.csv").write_text("")
    with pytest.raises(Invalid, match="is a file, not a folder"):
        open_workspace(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv", "deep/t.csv", "./t.csv", "deep/../t.csv", "...csv"])
def test_names_inside_are_paths(tmp_path, name):
    assert open_workspace(tmp_path).inside("here", name) == tmp_path / name


@pytest.mark.parametrize("name", ["../t.csv", "deep/../../t.csv", "/etc/passwd", "a\0b"])
def test_names_that_climb_out_are_refused(tmp_path, name):
    with pytest.raises(Invalid) as raised:
        open_workspace(tmp_path).inside("here", name)
    assert raised.value.where == "here"


def test_links_are_followed_before_it_is_asked_where_they_lead(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in" / "round")
    workspace = open_workspace(tmp_path / "in")
    assert workspace.allows(tmp_path / "in" / "t.csv")
    assert not workspace.allows(tmp_path / "in" / "link" / "t.csv")
    assert not workspace.allows(tmp_path / "in" / "round")


def test_a_neighbour_whose_name_begins_alike_is_outside(tmp_path):
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard-2").mkdir()
    assert not open_workspace(tmp_path / "yard").allows(tmp_path / "yard-2" / "t.csv")


def test_folders_outside_are_relative_to_the_workspace(tmp_path, monkeypatch):
    (tmp_path / "yard").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "yard" / "modelyard.toml").write_text(
        '[workspace]\noutside_folders = ["../more"]\n'
    )
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert open_workspace(tmp_path / "yard").allows(tmp_path / "more" / "t.csv")
