"""A whole dataset through a model, as a run in a child process."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hostile import dumped
from sklearn.linear_model import LinearRegression

from modelyard import run_child, wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate
from modelyard.errors import Invalid, NotFound
from modelyard.models.offer import Offer
from modelyard.runs.durable import Step
from modelyard.runs.store_instances import Instances
from modelyard.runs.working import Workplace, make_worker
from modelyard.settings import Settings, child_environment
from modelyard.wiring import Records

ROWS = 50_001


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "yard"
    (made / "datasets").mkdir(parents=True)
    (made / "modelyard.toml").write_text("")
    x = np.arange(ROWS, dtype=np.float64)
    pl.DataFrame({"id": np.arange(ROWS), "x0": x}).write_parquet(made / "datasets" / "many.parquet")
    (made / "datasets" / "bad.csv").write_text("x0\n1\n2\nmany\n")
    (made / "datasets" / "other.csv").write_text("y\n1\n")
    return made


@pytest.fixture
def records(folder: Path) -> Iterator[Records]:
    services = wiring.open_folder(settings=Settings(workspace=folder))
    opened = wiring.open_records(services)
    migrate(opened.database)
    for slope in (2.0, 3.0):
        x = np.arange(20.0).reshape(-1, 1)
        model = dumped(LinearRegression().fit(x, slope * x[:, 0]))
        opened.models.publish(Offer(model="line", file_name="line.pkl"), [model], by=LAPTOP)
    yield opened
    opened.database.close()


def done(records: Records, folder: Path, **request: object) -> str:
    """Do a run as a worker does, in a child process."""
    run, _ = records.runs.submit("score", {"model": "line", **request})
    place = Workplace(
        workspace=str(folder),
        folder=folder / "work",
        child=run_child.command(),
        environ=child_environment(Settings(workspace=folder)),
    )
    worker = make_worker(records.runs, place)
    Instances(records.database).join(worker.identity, "worker", records.runs.clock())
    step: Step = lambda work: work()  # noqa: E731
    thread = threading.Thread(target=worker.performer.perform, args=(run.id, step))
    thread.start()
    thread.join(120)
    return run.id


def test_every_row_is_predicted_in_order_by_the_version_that_was_served(records, folder):
    run_id = done(records, folder, dataset="many", keep=["id"])
    run = records.runs.get_run(run_id)
    assert run.state == "succeeded", run.fault
    assert run.title == "Predictions of line (version 2) for many"
    assert json.loads(records.runs.result(run_id))["rows"] == ROWS
    (file,) = records.runs.files(run_id)
    table = pl.read_parquet(records.blobs.read(file.blob))
    assert table["id"].to_list() == list(range(ROWS))
    assert np.allclose(table["prediction"], 3 * np.arange(ROWS))
    assert run.passport["inputs"][1]["version"] == "2"


def test_a_row_that_the_model_does_not_take_ends_the_run_with_its_place(records, folder):
    run = records.runs.get_run(done(records, folder, dataset="bad", version="1"))
    assert run.state == "failed"
    assert run.fault.where.endswith("row 3, 'x0'")


def test_what_cannot_be_scored_is_refused_when_it_is_asked(records):
    for wrong, fault, words in (
        ({"model": "lime"}, NotFound, "Did you mean 'line'"),
        ({"version": "9"}, NotFound, "no version 9"),
        ({"dataset": "gone"}, NotFound, "gone"),
        ({"batch": 3}, Invalid, "not known to 'score'"),
    ):
        with pytest.raises(fault, match=words):
            records.runs.submit("score", {"dataset": "many", "model": "line", **wrong})


def test_a_dataset_without_the_inputs_ends_in_plain_words(records, folder):
    run = records.runs.get_run(done(records, folder, dataset="other"))
    assert run.fault.why == "has none of the inputs of the model."


def test_nobody_chooses_another_file_than_the_versions(records):
    asked = {"dataset": "many", "model": "line", "sha256": "0" * 64, "digest": "0" * 64}
    run, _ = records.runs.submit("score", asked)
    assert run.request["sha256"] == records.models.get_version("line").sha256
