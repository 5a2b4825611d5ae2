"""Models that lie in the workspace's folder are served, and a changed file is a new version."""

import time
from pathlib import Path

import numpy as np
import pytest
from hostile import Call, dumped
from sklearn.linear_model import LinearRegression

from modelyard.accounts.accounts import open_accounts
from modelyard.accounts.actor import LAPTOP
from modelyard.blobs import open_blobs
from modelyard.db import open_database
from modelyard.db.migrate import migrate
from modelyard.errors import Invalid
from modelyard.models.files import find_files
from modelyard.models.offer import Offer
from modelyard.models.registry import open_registry
from modelyard.models.watching import ModelFolder
from modelyard.workspace import open_workspace
from modelyard.workspace.parse import parse


def line(slope: float) -> bytes:
    x = np.arange(20.0).reshape(-1, 1)
    return dumped(LinearRegression().fit(x, slope * x[:, 0]))


LINES = {slope: line(slope) for slope in (2.0, 3.0)}


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    (tmp_path / "yard" / "models").mkdir(parents=True)
    return tmp_path / "yard"


@pytest.fixture
def folder(yard: Path, tmp_path: Path) -> ModelFolder:
    return opened(yard, tmp_path)


def opened(yard: Path, place: Path) -> ModelFolder:
    database = open_database(f"sqlite:///{place}/kept.db")
    migrate(database)
    blobs = open_blobs(str(place / "blobs"))
    registry = open_registry(database, blobs, open_accounts(database).audit)
    return ModelFolder(registry, lambda: open_workspace(yard), place / "models.lock")


def names(yard: Path) -> list[str]:
    return [file.name for file in find_files(open_workspace(yard))[0]]


def ask(folder: ModelFolder, x: float, name: str) -> float:
    served = folder.registry.predictors.get(name)
    return round(served.predictor.predict_records({"x0": x}).predictions[0], 3)


def test_files_are_named_by_themselves_their_folder_or_the_workspace(yard):
    for file in ("churn.joblib", "churn.onnx", "latest.joblib", "sales/latest.pkl", "a b!.skops"):
        path = yard / "models" / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (yard / "models" / ".hidden.joblib").write_bytes(b"x")
    (yard / "models" / "notes.txt").write_bytes(b"x")
    assert names(yard) == ["a-b", "churn", "churn-onnx", "yard", "sales"]


def test_a_link_that_leads_out_of_the_workspace_is_passed_over(yard, tmp_path):
    (tmp_path / "outside.joblib").write_bytes(b"x")
    (yard / "models" / "outside.joblib").symlink_to(tmp_path / "outside.joblib")
    assert names(yard) == []


def test_modelyard_toml_names_files_elsewhere_and_what_is_wrong_with_them(yard):
    (yard / "nets").mkdir()
    (yard / "nets" / "v7.onnx").write_bytes(b"x")
    (yard / "modelyard.toml").write_text(
        '[models.churn]\nfile = "nets/v7.onnx"\n[models.gone]\nfile = "nets/gone.onnx"\n'
        '[models.out]\nfile = "../out.onnx"\n[models.text]\nfile = "modelyard.toml"\n'
    )
    files, faults = find_files(open_workspace(yard))
    assert [(file.name, file.path.name) for file in files] == [("churn", "v7.onnx")]
    assert [fault.where for fault in faults] == [
        *("[models.gone] file", "[models.out] file", "[models.text] file")
    ]


def test_a_section_of_a_model_is_read_strictly_and_says_who_may_see_it(yard):
    (yard / "modelyard.toml").write_text(
        '[models.churn]\nvisibility = "private"\nowner = "ana@example.com"\n'
    )
    sharing, place = open_workspace(yard).find_sharing("model", "churn")
    assert (sharing.owner, place) == ("ana@example.com", "modelyard.toml, line 1")
    with pytest.raises(Invalid, match=r"line 2, models.churn.titel: unknown key.*'title'"):
        parse('[models.churn]\ntitel = "x"\n')
    with pytest.raises(Invalid, match="needs an owner"):
        parse('[models.churn]\nvisibility = "private"\n')
    with pytest.raises(Invalid, match="a model's name"):
        parse('[models."a b"]\n')


def test_a_file_is_served_and_a_changed_one_is_a_new_version(folder, yard):
    file = yard / "models" / "line.joblib"
    file.write_bytes(LINES[2.0])
    folder.look()
    assert folder.faults == {}
    assert ask(folder, 10, "line") == 20
    file.write_bytes(LINES[3.0])
    folder.look()
    assert ask(folder, 10, "line") == 30
    versions = folder.registry.list_versions("line")
    assert [(one.number, one.created_by) for one in versions] == [
        (2, "the folder models/"),
        (1, "the folder models/"),
    ]


def test_a_changed_sidecar_is_a_new_version(folder, yard):
    (yard / "models" / "line.joblib").write_bytes(LINES[2.0])
    folder.look()
    (yard / "models" / "line.toml").write_text('names = ["metres"]\n')
    folder.look()
    version = folder.registry.get_version("line")
    assert (version.number, version.description.signature.names) == (2, ("metres",))


def test_a_restart_takes_nothing_again(folder, yard, tmp_path):
    (yard / "models" / "line.joblib").write_bytes(LINES[2.0])
    folder.look()
    offer = Offer(model="line", file_name="line.joblib")
    folder.registry.publish(offer, [LINES[3.0]], by=LAPTOP)
    again = opened(yard, tmp_path)
    again.look()
    assert ask(again, 10, "line") == 30
    assert len(again.registry.list_versions("line")) == 2


def test_a_hostile_file_is_refused_and_the_others_are_served(folder, yard):
    import os

    (yard / "models" / "evil.joblib").write_bytes(dumped(Call(os.system, "true")))
    (yard / "models" / "line.joblib").write_bytes(LINES[2.0])
    folder.look()
    assert folder.registry.list_versions("evil")[0].state == "refused"
    assert ask(folder, 10, "line") == 20


def test_a_file_that_is_still_being_written_is_left_for_later(folder, yard):
    file = yard / "models" / "line.joblib"
    file.write_bytes(LINES[2.0][:200])
    folder.look(is_patient=False)
    assert folder.registry.list_models() == []
    assert "still being written" in str(folder.faults["models/line.joblib"])
    file.write_bytes(LINES[2.0])
    folder.look()
    assert [one.state for one in folder.registry.list_versions("line")] == ["opened"]


def test_a_watched_folder_takes_a_new_file_by_itself(folder, yard):
    thread = folder.start()
    (yard / "models" / "line.joblib").write_bytes(LINES[2.0])
    until = time.monotonic() + 60
    while not folder.registry.list_models() and time.monotonic() < until:
        time.sleep(0.1)
    folder.stop()
    thread.join(60)
    assert ask(folder, 10, "line") == 20
