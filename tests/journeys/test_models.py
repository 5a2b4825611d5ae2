"""A model's life in a real browser: uploaded, tried, promoted, rolled back, trained anew."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("skl2onnx")

from model_yard import customers, leaving
from run_worker import run_worker

pytestmark = pytest.mark.browser

TOML = """
[workspace]
name = "Contract desk"

[datasets.customers]
source = "datasets/customers.csv"
title = "Customers"

[models.leaves]
title = "Who leaves"

[models.leaves.train]
function = "training.leaves:train"
dataset = "customers"
target = "leaves"
metric = "accuracy"
frame = "pandas"
parameters = { C = 100 }
"""
TRAINING = '''
"""How the desk's model is trained."""

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def train(data, C=1.0):
    """Fit a line through the customers."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=C)).fit(
        data[["age", "visits"]], data["leaves"]
    )
'''
SIDECAR = """
title = "Who leaves"
outputs = ["decision"]

[fields.age]
unit = "years"
low = 18
high = 90

[example]
age = 43
visits = 2
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two model files: the first looks at the age, wrongly, the second at the visits."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "by_age.joblib").write_bytes(leaving("age", 50))
    (folder / "by_visits.joblib").write_bytes(leaving("visits", 5))
    (folder / "by_age.toml").write_text(SIDECAR)
    return folder


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Path, Path], AbstractContextManager[str]],
) -> Iterator[str]:
    """A service with a worker, for a desk that trains a model of its customers."""
    place = tmp_path_factory.mktemp("models")
    desk = place / "desk"
    (desk / "datasets").mkdir(parents=True)
    (desk / "training").mkdir()
    (desk / "modelyard.toml").write_text(TOML)
    (desk / "training" / "__init__.py").write_text("")
    (desk / "training" / "leaves.py").write_text(TRAINING)
    customers().to_csv(desk / "datasets" / "customers.csv", index=False)
    with serve(desk, place) as address, run_worker(desk, place / "state"):
        yield address


def ask(window: Any, age: int, visits: int) -> str:
    """Fill in the form of the served version, and read the prediction."""
    page = window.page
    page.goto(f"{window.address}/models/leaves")
    page.get_by_label("age").fill(str(age))
    page.get_by_label("visits").fill(str(visits))
    page.get_by_role("button", name="Predict").click()
    page.locator("[data-answer] .big").wait_for()
    return str(page.locator("[data-answer] .big").inner_text())


def upload(page: Any, file: Path, sidecar: Path | None = None, note: str = "") -> None:
    page.get_by_label("Model file").set_input_files(file)
    if sidecar is not None:
        page.get_by_label("What the file cannot say").set_input_files(sidecar)
    page.get_by_label("What is new in it").fill(note)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/versions/*?done=*", timeout=60_000)


def test_upload_try_promote_roll_back_and_train_anew(visit, files):
    window = visit()
    page = window.page
    page.goto(f"{window.address}/models")
    page.get_by_role("link", name="Upload a file").click()
    page.get_by_label("What is it called?").fill("leaves")
    page.get_by_role("button", name="Next").click()
    upload(page, files / "by_age.joblib", files / "by_age.toml", "Looks at the age")
    assert "The version is published." in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Promote to @champion").click()
    page.wait_for_url("**/versions/1?done=moved")

    assert ask(window, 80, 0) == "leaves"
    shares = page.get_by_role("table", name="Probabilities")
    assert shares.get_by_role("row", name=re.compile("^leaves")).is_visible()
    assert ask(window, 120, 0) == "leaves"
    assert "age: 120 is outside 18 to 90 years." in page.get_by_role("note").inner_text()
    page.get_by_role("link", name="Link to this answer").click()
    page.wait_for_url("**_version=1")
    assert page.get_by_label("age").input_value() == "120"

    page.goto(f"{window.address}/models/leaves/versions")
    upload(page, files / "by_visits.joblib", note="Looks at the visits")
    assert ask(window, 80, 0) == "leaves"
    page.goto(f"{window.address}/models/leaves/versions/2")
    page.get_by_role("link", name="Compare with version 1").click()
    assert "Looks at the age" in page.locator("table.beside").first.inner_text()
    page.get_by_role("link", name=re.compile("promote it")).click()
    page.get_by_role("button", name="Promote to @champion").click()
    page.wait_for_url("**/versions/2?done=moved")
    assert ask(window, 80, 0) == "stays"

    page.goto(f"{window.address}/models/leaves/versions")
    page.get_by_role("button", name="Roll back to version 1").click()
    page.wait_for_url("**?done=back")
    assert ask(window, 80, 0) == "leaves"

    page.get_by_role("link", name="Score and train").click()
    page.get_by_role("button", name="Train now").click()
    page.wait_for_url("**/runs/*")
    page.get_by_role("heading", name="Result").wait_for(timeout=90_000)
    assert "version 3 of leaves" in page.locator("[data-live=result]").inner_text()
    assert "A person decides." in page.locator("[data-live=result]").inner_text()
    page.get_by_role("link", name="Look at it, and promote it").click()
    assert "Trained by run" in page.locator("main").inner_text()
    page.get_by_role("button", name="Promote to @champion").click()
    page.wait_for_url("**/versions/3?done=moved")
    assert ask(window, 80, 0) == "stays"


def test_a_golden_row_keeps_the_worse_version_out(visit):
    window = visit()
    page = window.page
    assert ask(window, 70, 9) == "leaves"
    assert ask(window, 70, 0) == "stays"
    page.get_by_role("button", name="Keep as a golden row").click()
    page.wait_for_url("**/golden?done=added")
    assert "1 golden row" in page.locator("main").inner_text()
    page.goto(f"{window.address}/models/leaves/versions/1")
    page.get_by_role("button", name="Promote to @champion").click()
    said = page.get_by_role("alert").inner_text()
    assert "golden row 1: 'stays' is expected and 'leaves' predicted" in said
    assert page.get_by_role("cell", name="broken").is_visible()
    assert ask(window, 70, 0) == "stays"
    window.complaints.clear()


def test_who_looks_at_an_old_page_is_told_that_the_name_was_moved(visit):
    one, other = visit(), visit()
    for window in (one, other):
        window.page.goto(f"{window.address}/models/leaves/versions/2")
    other.page.get_by_role("button", name="Promote to @champion").click()
    other.page.wait_for_url("**?done=moved")
    one.page.get_by_role("button", name="Promote to @champion").click()
    said = one.page.get_by_role("alert").inner_text()
    assert "this computer moved @champion to version 2 since this page was shown." in said
    one.complaints.clear()


def test_a_dataset_is_scored_as_a_run(visit):
    window = visit()
    page = window.page
    page.goto(f"{window.address}/models/leaves/work")
    page.get_by_label("Columns to put beside the answers").fill("age")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/runs/*")
    page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    assert "400 rows of customers went through" in page.locator("[data-live=result]").inner_text()
    assert page.get_by_role("link", name="predictions.parquet").is_visible()


def test_a_model_is_asked_without_javascript(visit):
    window = visit(java_script_enabled=False)
    assert ask(window, 40, 9) == "leaves"
    page = window.page
    page.get_by_label("age").fill("old")
    page.get_by_role("button", name="Predict").click()
    assert "'old' is not a number." in page.locator(".question.wrong").inner_text()
    window.complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_pages_of_models_fit(visit, width, scheme):
    window = visit(viewport={"width": width, "height": 740}, color_scheme=scheme)
    pages = (
        "",
        "?age=200&visits=3",
        "/rows",
        "/versions",
        "/versions/1",
        "/golden",
        "/compare",
        "/work",
    )
    for path in ("/models", "/models/-/upload", *(f"/models/leaves{page}" for page in pages)):
        window.page.goto(window.address + path)
        assert not window.is_too_wide(), path
