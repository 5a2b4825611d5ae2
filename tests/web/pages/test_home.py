"""The first page and the list of datasets."""

import sys

import pytest

from modelyard.settings import Settings
from modelyard.web import create_app


@pytest.fixture(autouse=True)
def polars_is_loaded():
    import polars  # noqa: F401 (lists read tables only when it is there)


def test_the_first_page_lists_datasets_with_their_faults(get):
    text = get("/").get_data(as_text=True)
    assert "Flights &lt;script&gt;" in text
    assert "<b>400</b> × <b>6</b>" in text
    assert "lies outside the workspace" in text
    assert ">remote<" in text


def test_the_first_page_says_how_to_use_the_default_dataset(get):
    text = get("/").get_data(as_text=True)
    assert "curl &#39;http://localhost/stats&#39;" in text
    assert "http://localhost/api/v1/datasets/flights/rows" in text
    for link in ("/stats", "/outliers", "/benchmark", "/docs", "/openapi.json"):
        assert f'href="{link}"' in text


def test_an_empty_workspace_says_what_to_do(tmp_path):
    (tmp_path / "empty").mkdir()
    app = create_app(Settings(workspace=tmp_path / "empty", state=tmp_path / "state"))
    text = app.test_client().get("/").get_data(as_text=True)
    assert "There is no dataset yet" in text
    assert "modelyard new" in text
    for address, words in (("/datasets", "no dataset yet"), ("/functions", "no function yet")):
        page = app.test_client().get(address).get_data(as_text=True)
        assert words in page
        assert "--example" in page


def test_a_broken_toml_shows_while_the_old_workspace_is_served(tmp_path):
    folder = tmp_path / "yard"
    folder.mkdir()
    (folder / "modelyard.toml").write_text("[workspace]\nname = 'Yard'\n")
    app = create_app(Settings(workspace=folder, state=tmp_path / "state"))
    (folder / "modelyard.toml").write_text("[workspace]\nnaem = 'Yard'\n")
    app.extensions["modelyard"]._looked_at -= 5
    text = app.test_client().get("/").get_data(as_text=True)
    assert "served as it was before" in text
    assert "Did you mean &#39;name&#39;?" in text


def test_a_folder_that_is_gone_is_told_in_the_log_once(tmp_path, caplog):
    folder = tmp_path / "yard"
    folder.mkdir()
    live = create_app(Settings(workspace=folder, state=tmp_path / "state")).extensions["modelyard"]
    folder.rmdir()
    for _ in range(3):
        live._looked_at -= 5
        live.current()
    assert len([one for one in caplog.messages if "served as it was" in one]) == 1


def test_the_list_shows_a_fault_with_place_and_cure(get):
    text = get("/datasets").get_data(as_text=True)
    assert "modelyard.toml, datasets.climber.source" in text
    assert "outside_folders" in text
    assert "cannot be read" in text


def test_a_list_does_not_load_polars_by_itself(yard, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "polars")
    app = create_app(Settings(workspace=yard, state=tmp_path))
    text = app.test_client().get("/").get_data(as_text=True)
    assert "not read yet" in text
    assert 'data-await="/api/v1/datasets/flights?wait=0 ' in text
    later = app.test_client().get("/").get_data(as_text=True)
    assert later.count("not read yet") < text.count("not read yet")
