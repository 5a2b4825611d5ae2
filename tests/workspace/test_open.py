"""From Python, a folder is opened with one call."""

import pytest

import modelyard
from modelyard.errors import Invalid, NotFound


def test_a_bare_folder_answers_questions(tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,x\n2,y\n3,\n")
    yard = modelyard.open(tmp_path)
    assert list(yard.datasets) == ["table"]
    statistics = yard.datasets["table"].statistics()
    assert statistics.column("a").sum == 6
    assert statistics.column("b").nulls == 1


def test_a_bare_folder_is_left_as_it_is(tmp_path):
    (tmp_path / "table.csv").write_text("a\n1\n")
    modelyard.open(tmp_path).datasets["table"].statistics()
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_folder_may_be_a_text(tmp_path):
    assert len(modelyard.open(str(tmp_path)).datasets) == 0


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path):
    (tmp_path / "flights.csv").write_text("a\n1\n")
    with pytest.raises(NotFound, match="Did you mean 'flights'"):
        modelyard.open(tmp_path).datasets.get_dataset("flight")


def test_a_missing_folder_says_how_to_make_it(tmp_path):
    with pytest.raises(NotFound, match="modelyard new"):
        modelyard.open(tmp_path / "nowhere")


def test_a_file_is_no_workspace(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="is a file, not a folder"):
        modelyard.open(tmp_path / "file")


def test_a_modelyard_toml_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "modelyard.toml").write_bytes(b'[workspace]\nname = "\xff"\n')
    with pytest.raises(Invalid, match="is not UTF-8"):
        modelyard.open(tmp_path)
