"""A whole dataset through a model, as a run in a child process."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
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
from modelyard.runs.child import ChildRequest, Told
from modelyard.runs.durable import Step
from modelyard.runs.fault import Fault
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
    def current() -> wiring.Services:
        return wiring.open_folder(settings=Settings(workspace=folder))

    opened = wiring.open_records(current(), current)
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
    assert run.fault.cure.endswith("such rows have no answer, and all others have.")


def test_rows_that_the_model_does_not_take_may_stay_empty(records, folder):
    (folder / "datasets" / "gaps.csv").write_text("x0\n1\n\n2\nmany\nnan\n3\n")
    run_id = done(records, folder, dataset="gaps", version="1", bad_rows="empty")
    run = records.runs.get_run(run_id)
    assert run.state == "succeeded", run.fault
    counted = json.loads(records.runs.result(run_id))
    assert (counted["rows"], counted["empty"]) == (6, 3)
    (file,) = records.runs.files(run_id)
    table = pl.read_parquet(records.blobs.read(file.blob))
    assert table["prediction"].round(6).to_list() == [2, None, 4, None, None, 6]


def test_a_table_of_bad_rows_alone_has_no_answers(records, folder):
    (folder / "datasets" / "none.csv").write_text("x0\nmany\nmore\n")
    run_id = done(records, folder, dataset="none", version="1", bad_rows="empty")
    assert json.loads(records.runs.result(run_id))["empty"] == 2


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


def parts(folder: Path, count: int) -> list[Path]:
    made = folder / "datasets" / "days.parquet"
    made.mkdir()
    for number in range(count):
        x = pl.Series("x0", [float(number), number + 0.5])
        pl.DataFrame({"day": [number] * 2, "x0": x}).write_parquet(
            made / f"part-{number:03}.parquet"
        )
    return sorted(made.iterdir())


def test_a_table_of_many_parts_goes_on_where_a_killed_worker_stopped(records, folder):
    parts(folder, 200)
    request = dict(records.runs.submit("score", {"model": "line", "dataset": "days"})[0].request)
    work = folder / "work"
    asked = ChildRequest(
        workspace=str(folder), kind="score", request=request, folder=str(work), run_id="r1"
    )
    kept: list[int] = []
    for killed_after in (10, 57, 120):
        kept.append(len(pieces_after_a_kill(records, asked, killed_after)))
    assert kept == sorted(kept)
    before = {name: records.blobs.read(name) for name in records.blobs.names("runs/r1/pieces")}
    assert 120 <= len(before) < 200
    stamps = stamps_of(records, before)
    assert run_to_the_end(asked) is None
    assert stamps_of(records, before) == stamps
    table = pl.read_parquet(work / "predictions.parquet")
    assert table["prediction"].round(6).to_list() == [1.5 * n for n in range(400)]


def test_another_process_helps_and_what_it_made_is_not_made_again(records, folder):
    parts(folder, 12)
    request = dict(records.runs.submit("score", {"model": "line", "dataset": "days"})[0].request)
    asked = ChildRequest(
        workspace=str(folder),
        kind="score",
        request=request,
        folder=str(folder / "work"),
        run_id="r1",
    )
    assert run_to_the_end(msgspec.structs.replace(asked, is_help=True)) is None
    made = records.blobs.names("runs/r1/pieces")
    assert len(made) == 12
    stamps = stamps_of(records, made)
    assert run_to_the_end(asked) is None
    assert stamps_of(records, made) == stamps
    table = pl.read_parquet(folder / "work" / "predictions.parquet")
    assert table["prediction"].round(6).to_list() == [1.5 * n for n in range(24)]


def pieces_after_a_kill(records: Records, asked: ChildRequest, after: int) -> list[str]:
    """Kill a child without mercy when so many pieces are kept; give their names."""
    process = started(asked)
    while len(names := records.blobs.names("runs/r1/pieces")) < after:
        assert process.poll() is None
    process.kill()
    process.wait()
    return names


def run_to_the_end(asked: ChildRequest) -> Fault | None:
    process = started(asked)
    assert process.stdout is not None
    said = [msgspec.json.decode(line, type=Told) for line in process.stdout]
    process.wait()
    return said[-1].fault


def started(asked: ChildRequest) -> "subprocess.Popen[bytes]":
    folder = Path(asked.folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    process = subprocess.Popen(
        run_child.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(Settings(workspace=Path(asked.workspace))),
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(asked) + b"\n")
    process.stdin.flush()
    return process


def stamps_of(records: Records, names: Iterable[str]) -> list[int]:
    """Tell when each piece was written: one that is made again has another time."""
    return [(records.blobs.folder / name).stat().st_mtime_ns for name in names]


def test_a_broken_part_is_named_and_stops_the_run(records, folder):
    parts(folder, 3)[1].write_bytes(b"PAR1 nonsense")
    run = records.runs.get_run(done(records, folder, dataset="days"))
    assert run.state == "failed"
    assert "part-001.parquet" in run.fault.where


def test_broken_parts_are_passed_over_where_that_is_asked(records, folder):
    files = parts(folder, 4)
    files[1].write_bytes(b"PAR1 nonsense")
    pl.DataFrame({"x1": [1.0]}).write_parquet(files[2])
    run_id = done(records, folder, dataset="days", broken_parts="skip")
    counted = json.loads(records.runs.result(run_id))
    assert counted["rows"] == 4
    assert [one["part"] for one in counted["skipped"]] == ["part-001.parquet", "part-002.parquet"]
    assert records.blobs.names(f"runs/{run_id}/pieces") == []
