"""`modelyard models` from end to end, on a workspace with a model in its folder."""

import json
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression


def write_line(path: Path, slope: float) -> Path:
    x = np.arange(20.0).reshape(-1, 1)
    joblib.dump(LinearRegression().fit(x, slope * x[:, 0]), path)
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with a classifier in its folder."""
    folder = tmp_path / "shop"
    (folder / "models").mkdir(parents=True)
    (folder / "modelyard.toml").write_text('[workspace]\nname = "Shop"\n')
    x = np.arange(20.0).reshape(-1, 1)
    far = LogisticRegression().fit(x, np.where(x[:, 0] > 9, "far", "near"))
    joblib.dump(far, folder / "models" / "far.joblib")
    (folder / "models" / "far.toml").write_text('names = ["km"]\n[fields.km]\nunit = "km"\n')
    return folder


def test_a_model_in_the_folder_is_listed_shown_and_asked(run, shop):
    listed = json.loads(run("models", "list", "-w", shop, "--json").stdout)
    assert [model["name"] for model in listed["models"]] == ["far"]
    assert listed["models"][0]["served"]["description"]["task"] == "classification"
    assert "far" in run("models", "list", "-w", shop).stdout
    shown = run("models", "show", "far", "-w", shop).stdout
    assert "LogisticRegression, classification" in shown
    assert "km" in shown
    answer = json.loads(run("models", "predict", "far", "km=19", "-w", shop, "--json").stdout)
    assert (answer["prediction"], answer["version"]) == ("far", 1)
    assert set(answer["probabilities"]) == {"far", "near"}
    assert run("models", "predict", "far", "km=1", "-w", shop).stdout.startswith("near\n")


def test_a_wrong_input_is_one_clear_line(run, shop, said):
    assert "is not an input. Inputs: km" in said(
        run("models", "predict", "far", "kn=1", "-w", shop)
    )
    assert "km" in said(run("models", "predict", "far", "km=many", "-w", shop))
    assert "Did you mean 'far'?" in said(run("models", "predict", "fa", "km=1", "-w", shop))


def test_a_file_of_rows_is_answered_as_csv(run, shop, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("id,km\n1,1\n2,19\n")
    answered = run("models", "predict", "far", "--file", rows, "-w", shop).stdout.splitlines()
    assert answered[0] == "prediction,probability_far,probability_near"
    assert [line.split(",")[0] for line in answered[1:]] == ["near", "far"]
    lines = run("models", "predict", "far", "--file", rows, "-w", shop, "--json").stdout
    assert json.loads(lines.splitlines()[0])["prediction"] == "near"


def test_publishing_promoting_and_rolling_back(run, shop, tmp_path):
    first, second = write_line(tmp_path / "a.joblib", 2), write_line(tmp_path / "b.joblib", 3)
    assert "line, version 1 (opened)" in run("models", "publish", "line", first, "-w", shop).stdout
    run("models", "alias", "line", "champion", "1", "-w", shop)
    published = run("models", "publish", "line", second, "--note", "steeper", "-w", shop)
    assert published.exit_code == 0
    assert run("models", "predict", "line", "x0=10", "-w", shop).stdout.startswith("20")
    moved = run("models", "alias", "line", "champion", "latest", "-w", shop).stdout
    assert moved == "@champion of line is now version 2.\n"
    assert run("models", "predict", "line", "x0=10", "-w", shop).stdout.startswith("30")
    back = run("models", "rollback", "line", "-w", shop).stdout
    assert back == "@champion of line is now version 1.\n"
    listed = json.loads(run("models", "versions", "line", "-w", shop, "--json").stdout)["versions"]
    assert [(one["number"], one["aliases"], one["note"]) for one in listed] == [
        (2, ["latest"], "steeper"),
        (1, ["champion"], ""),
    ]
    assert "steeper" in run("models", "versions", "line", "-w", shop).stdout


def test_golden_rows_refuse_a_version_with_the_difference(run, shop, tmp_path):
    run("models", "publish", "line", write_line(tmp_path / "a.joblib", 2), "-w", shop)
    (tmp_path / "rows.json").write_text('[{"x0": 10}]')
    kept = run("models", "golden", "line", "--record", tmp_path / "rows.json", "-w", shop)
    assert json.loads(kept.stdout)["golden"]["rows"][0]["input"] == {"x0": 10}
    held = run("models", "publish", "line", write_line(tmp_path / "b.joblib", 3), "-w", shop)
    assert held.exit_code == 1
    assert "golden row 1: 20 is expected and 30 predicted" in held.stderr
    run("models", "golden", "line", "--forget", "-w", shop)
    assert run("models", "alias", "line", "champion", "2", "-w", shop).exit_code == 0


def test_a_hostile_file_is_refused_by_its_names(run, shop, tmp_path, said):
    (tmp_path / "evil.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    words = said(run("models", "publish", "evil", tmp_path / "evil.pkl", "-w", shop))
    assert "os.system" in words or "posix.system" in words
    listed = json.loads(run("models", "versions", "evil", "-w", shop, "--json").stdout)
    assert listed["versions"][0]["state"] == "refused"
    assert "refused" in run("models", "versions", "evil", "-w", shop).stdout


def test_modules_are_trusted_by_their_full_name(run, shop, said):
    run("models", "trust", "shop.steps", "-w", shop)
    assert json.loads(run("models", "trust", "-w", shop).stdout) == {"trusted": ["shop.steps"]}
    run("models", "trust", "shop.steps", "--remove", "-w", shop)
    assert json.loads(run("models", "trust", "-w", shop).stdout) == {"trusted": []}
    assert "can never be trusted" in said(run("models", "trust", "subprocess", "-w", shop))


def test_what_is_deleted_is_gone(run, shop, tmp_path, said):
    run("models", "publish", "line", write_line(tmp_path / "a.joblib", 2), "-w", shop)
    assert "Move the alias first" in said(run("models", "delete", "line", "1", "--yes", "-w", shop))
    assert run("models", "delete", "line", "--yes", "-w", shop).exit_code == 0
    assert "is not here" in said(run("models", "show", "line", "-w", shop))


def test_a_dataset_is_scored_by_a_run(run, shop, said):
    (shop / "datasets").mkdir()
    (shop / "datasets" / "trips.csv").write_text("km\n1\n19\n")
    run("models", "list", "-w", shop)
    asked = json.loads(run("models", "score", "far", "trips", "-w", shop, "--json").stdout)
    assert (asked["kind"], asked["state"], asked["request"]["version"]) == ("score", "queued", "1")
    assert asked["title"] == "Predictions of far (version 1) for trips"
    assert "is not here" in said(run("models", "score", "gone", "trips", "-w", shop))
