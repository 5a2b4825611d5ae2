"""Commands that pages show work on the workspace that is served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient


def test_a_command_names_the_folder_as_seen_from_where_serve_was_started(
    client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    command = "modelyard users add you@example.com --role owner -w yard"
    for address in ("/", "/people", "/account", "/sign-in"):
        assert f"{command}</code>" in client.get(address).text, address
    assert command in client.post("/api/v1/tokens", json={"name": "x", "scopes": []}).text
    runs = client.get("/runs", headers={"Accept": "text/html"}).text
    assert "seconds=5 --wait -w yard" in runs
    assert "modelyard worker yard" in runs
    monkeypatch.chdir(folder)
    assert f"--role owner -w {folder}</code>" in client.get("/people").text


def test_visitors_and_others_without_rights_see_no_path_of_the_machine(
    team: Any, folder: Path, make_client: Callable[..., FlaskClient]
) -> None:
    for email, is_told in (("olga@example.com", True), ("ana@example.com", False)):
        text = team.signed_in(email).get("/runs").text
        assert (f"-w {folder}" in text) == is_told
        assert ("-w FOLDER" in text) != is_told
    visitor = make_client(folder.parent, public=True, host="0.0.0.0")
    answer = visitor.post("/api/v1/tokens", json={}, headers={"Host": "localhost"})
    assert str(folder.parent) not in answer.text
