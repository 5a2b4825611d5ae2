"""A function as a run knows who started it, and gets the files that were sent."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelyard import kinds, wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.runs.kinds import Context, Kind
from modelyard.web.live import LIVE

DOCUMENT = """
openapi: 3.1.0
info: {title: notes, version: "1"}
paths:
  /keep:
    post:
      operationId: notes.keep
      x-run: true
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [paper]
              properties: {title: {type: string}, paper: {type: string, format: binary}}
      responses: {"200": {description: kept, content: {application/json: {}}}}
"""
FUNCTIONS = """
import modelyard


def keep(asker: modelyard.Actor, paper=None, title: str = ""):
    return {
        "file": [paper.name, paper.media_type, len(paper.content), paper.content[:3].hex()],
        "title": title, "by": asker.shown, "kind": asker.kind, "scopes": sorted(asker.scopes),
    }
"""
PAPER = b"\xff\x00\x01" + b"x" * 5000


@pytest.fixture
def team(folder: Path, make_team: Callable[..., Any]) -> Any:
    (folder / "openapi.yml").write_text(DOCUMENT)
    (folder / "notes.py").write_text(FUNCTIONS)
    return make_team()


@pytest.fixture
def work(folder: Path, tmp_path: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Do the work of a run as a worker's child does."""
    services = wiring.open_folder(folder)
    kind: Kind = kinds.kinds_of(lambda: services)()["function"]
    context = Context(
        progress=lambda *_: None, log=print, is_cancelled=lambda: False, folder=tmp_path
    )

    def done(run: Any, **more: str) -> dict[str, Any]:
        who = {"started_by": run.started_by, "started_by_id": run.started_by_id} | more
        content: dict[str, Any] = msgspec.json.decode(
            kind.work(run.request, replace(context, **who)).result
        )
        return content

    yield done


def started(team: Any, client: Any, **more: Any) -> Any:
    form = {"title": "Ü", "paper": (io.BytesIO(PAPER), "paper.pdf", "application/pdf")}
    answer = client.post("/keep", data=form, content_type="multipart/form-data", **more)
    assert answer.status_code == 202, answer.text
    return team.app.extensions[LIVE].records.runs.get_run(answer.location.rpartition("/")[2])


def test_the_file_and_the_person_arrive(team: Any, work: Callable[..., dict[str, Any]]) -> None:
    told = work(started(team, team.signed_in("ana@example.com")))
    assert told["file"] == ["paper.pdf", "application/pdf", len(PAPER), "ff0001"]
    assert told["title"] == "Ü"
    assert (told["by"], told["kind"]) == ("ana@example.com", "user")
    assert told["scopes"] == [], "what they may was decided when the run began"


def test_a_request_cannot_say_that_somebody_else_asks(
    team: Any, work: Callable[..., dict[str, Any]]
) -> None:
    run = started(team, team.signed_in("ana@example.com"))
    wanted = {"function": "notes.keep", "request": run.request["request"] | {"asker": "olga"}}
    body = {"kind": "function", "request": wanted | {"started_by": "olga@example.com"}}
    client = team.signed_in("ana@example.com")
    assert client.post("/api/v1/runs", json=body).status_code == 422
    del body["request"]["started_by"]  # type: ignore[attr-defined]
    answer = client.post("/api/v1/runs", json=body)
    copied = team.app.extensions[LIVE].records.runs.get_run(answer.json["id"])
    assert work(copied)["by"] == "ana@example.com"


def test_a_schedule_is_nobody_and_the_laptop_itself(
    team: Any, work: Callable[..., dict[str, Any]]
) -> None:
    run = started(team, team.signed_in("ana@example.com"))
    assert work(run, started_by="", started_by_id="")["kind"] == "anonymous"
    assert work(run, started_by=LAPTOP.shown, started_by_id="")["kind"] == "laptop"


@pytest.mark.parametrize("files", [[["paper"]], [["paper", "a", "b", 7]], "text", [[1, 2, 3, "!"]]])
def test_files_that_are_none_are_refused(team: Any, files: Any) -> None:
    wanted = {"function": "notes.keep", "request": {"files": files}}
    client = team.signed_in("ana@example.com")
    answer = client.post("/api/v1/runs", json={"kind": "function", "request": wanted})
    assert answer.status_code == 422
