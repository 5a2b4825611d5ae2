"""A run is computed again: the same, or the first difference."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from modelyard import run_child, wiring
from modelyard.cli.main import modelyard
from modelyard.db.migrate import migrate
from modelyard.runs.durable import Step
from modelyard.runs.replay import first_difference, replay
from modelyard.runs.runs import Runs
from modelyard.runs.store_instances import Instances
from modelyard.runs.working import Workplace, make_worker
from modelyard.settings import Settings, child_environment

TABLE = "a,b,c\n" + "".join(f"{n},{n % 7},{n * n % 31}\n" for n in range(200))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "yard"
    (made / "datasets").mkdir(parents=True)
    (made / "modelyard.toml").write_text("")
    (made / "datasets" / "table.csv").write_text(TABLE)
    return made


@pytest.fixture
def runs(folder: Path) -> Iterator[Runs]:
    services = wiring.open_folder(settings=Settings(workspace=folder))
    records = wiring.open_records(services)
    migrate(records.database)
    yield records.runs
    records.database.close()


def done(runs: Runs, folder: Path, kind: str, **request: object) -> str:
    """Do a run as a worker does, in a child process."""
    run, _ = runs.submit(kind, {"dataset": "table", **request})
    place = Workplace(
        workspace=str(folder),
        folder=folder / "work",
        child=run_child.command(),
        environ=child_environment(Settings(workspace=folder)),
    )
    worker = make_worker(runs, place)
    Instances(runs.database).join(worker.identity, "worker", runs.clock())
    step: Step = lambda work: work()  # noqa: E731
    thread = threading.Thread(target=worker.performer.perform, args=(run.id, step))
    thread.start()
    thread.join(60)
    found = runs.get_run(run.id)
    assert found.state == "succeeded", found.fault
    return run.id


@pytest.mark.parametrize(
    ("kind", "path"), [("statistics", "columns[0]"), ("outliers", "used[0]"), ("correlation", "")]
)
def test_a_replay_is_identical_until_one_cell_changes(
    runs: Runs, folder: Path, kind: str, path: str
) -> None:
    if kind == "outliers":
        pytest.importorskip("sklearn")
    run_id = done(runs, folder, kind)
    same = replay(runs, run_id)
    assert (same.is_identical, same.lines()) == (True, [])
    (folder / "datasets" / "table.csv").write_text(TABLE.replace("\n7,0,", "\n7000,0,", 1))
    other = replay(runs, run_id)
    assert not other.is_identical
    assert other.first_difference is not None
    assert other.first_difference.path.startswith(path)
    assert any(each.path.endswith("sha256") for each in other.changed_passport)
    if kind == "outliers":
        assert other.changed_files == ("scores.parquet",)


def test_the_command_says_so_too(runs: Runs, folder: Path) -> None:
    run_id = done(runs, folder, "statistics")
    arguments = ["runs", "replay", run_id, "--workspace", str(folder)]
    same = CliRunner().invoke(modelyard, arguments)
    assert (same.exit_code, same.stdout.strip()) == (0, "The result is identical.")
    (folder / "datasets" / "table.csv").write_text(TABLE.replace("\n7,0,", "\n8,0,", 1))
    other = CliRunner().invoke(modelyard, arguments)
    assert other.exit_code == 1
    assert "first difference: columns[0]" in other.stdout


def test_the_first_difference_has_a_path_and_both_values() -> None:
    found = first_difference(b'{"a": [1, {"b": 2}]}', b'{"a": [1, {"b": 3}]}')
    assert found is not None
    assert (found.path, found.before, found.now) == ("a[1].b", 2, 3)
    assert first_difference(b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}') is None
