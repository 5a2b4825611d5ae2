"""What-if models as runs: in bulk, by chance, into a warehouse, each once."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from known import ANA, BEN, HOUSE, OWNER, house_content

from modelyard import run_child, wiring
from modelyard.db.migrate import migrate
from modelyard.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from modelyard.runs.durable import Step
from modelyard.runs.kinds import Context
from modelyard.runs.replay import replay
from modelyard.runs.run import Run
from modelyard.runs.store_instances import Instances
from modelyard.runs.working import Workplace, make_worker
from modelyard.scenarios.chance_work import MonteCarloKind
from modelyard.scenarios.warehouse import open_warehouse
from modelyard.scenarios.warehouse.parquet import ParquetWarehouse
from modelyard.scenarios.work import ScenarioKind, Tools
from modelyard.settings import Settings, child_environment
from modelyard.wiring import Records

pytest.importorskip("duckdb")
TRAIN = """
def fit(folder, log, rate=0.05):
    log("fitting")
    (folder / "rates.csv").write_text(f"rate\\n{rate}\\n")
    return {"rate": rate}
"""


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("yard")
    (made / "scenarios").mkdir()
    (made / "scenarios" / "house.py").write_text(HOUSE)
    (made / "planning.py").write_text(TRAIN)
    (made / "modelyard.toml").write_text(
        '[scenarios.house]\nretrain = "planning:fit"\n\n[scenarios.other]\n'
    )
    return made


@pytest.fixture(scope="module")
def records(yard: Path) -> Iterator[Records]:
    services = wiring.open_folder(settings=Settings(workspace=yard))
    opened = wiring.open_records(services)
    migrate(opened.database)
    yield opened
    opened.scenarios.stop()
    opened.database.close()


def done(records: Records, yard: Path, run: Run) -> Run:
    """Do a run as a worker does."""
    place = Workplace(
        workspace=str(yard),
        folder=yard / "work",
        child=run_child.command(),
        environ=child_environment(Settings(workspace=yard)),
    )
    worker = make_worker(records.runs, place)
    Instances(records.database).join(worker.identity, "worker", records.runs.clock())
    step: Step = lambda work: work()  # noqa: E731
    thread = threading.Thread(target=worker.performer.perform, args=(run.id, step))
    thread.start()
    thread.join(120)
    return records.runs.get_run(run.id)


def context(folder: Path, run_id: str = "run-1", said: list[str] | None = None) -> Context:
    folder.mkdir(exist_ok=True)
    return Context(
        progress=lambda _done, _label: None,
        log=(said if said is not None else []).append,
        is_cancelled=lambda: False,
        folder=folder,
        run_id=run_id,
    )


def test_scenarios_are_worked_out_written_and_replayed(records, yard):
    cheap = records.scenarios.saved.save(
        "house", "Cheap", {"price": 100_000}, level="signed-in", by=ANA
    )
    asked = {
        "what_if": "house",
        "saved": [cheap.id],
        "inputs": [
            {"name": "Dear", "inputs": {"price": "300000 USD"}},
            {"name": "Bare", "inputs": {"deposit": 0}},
        ],
    }
    run, _ = records.runs.submit("scenario", asked)
    assert (run.resource_kind, run.resource_name) == ("scenario", "house")
    run = done(records, yard, run)
    assert run.state == "succeeded", run.fault
    told = json.loads(records.runs.result(run.id))
    assert [one["outputs"]["result"] for one in told["scenarios"]] == [
        "51000.00",
        "255000.00",
        "204000.00",
    ]
    table = ParquetWarehouse(yard / ".modelyard" / "warehouse").read("house__result")
    assert sorted(table["scenario"].to_list()) == ["Bare", "Cheap", "Dear"]
    assert set(table["run_id"].to_list()) == {run.id}
    files = {file.name for file in records.runs.files(run.id)}
    assert files == {"house__result.parquet", "house__inputs.parquet"}
    assert replay(records.runs, run.id).is_identical
    assert run.passport["inputs"][0]["file"] == "scenarios/house.py"


def test_a_retry_replaces_rows_and_doubles_none(records, yard):
    asked = {"what_if": "house", "inputs": [{"name": "Again", "inputs": {"price": 5000}}]}
    asked["inputs"][0]["inputs"]["deposit"] = 0
    first = done(records, yard, records.runs.submit("scenario", asked)[0])
    again = done(records, yard, records.runs.retry(first.id)[0])
    third = done(records, yard, records.runs.retry(again.id)[0])
    assert [run.state for run in (first, again, third)] == ["succeeded"] * 3
    table = ParquetWarehouse(yard / ".modelyard" / "warehouse").read("house__result")
    rows = table.filter(pl.col("scenario") == "Again")
    assert rows["run_id"].to_list() == [first.id]


def test_a_run_of_a_private_scenario_is_about_that_scenario(records):
    saved = records.scenarios.saved.save("house", "Mine", {}, by=ANA)
    run, _ = records.runs.submit("scenario", {"what_if": "house", "saved": [saved.id]})
    assert (run.resource_kind, run.resource_name) == ("saved-scenario", saved.id)
    records.runs.cancel(run.id)


@pytest.mark.parametrize(
    ("wrong", "fault", "words"),
    [
        ({"what_if": "hous"}, NotFound, "Did you mean 'house'"),
        ({"inputs": [{"inputs": {"fee": 0}}]}, Denied, "house/fee"),
        ({"inputs": [{"inputs": {"price": 1}}]}, Invalid, "below the minimum"),
        ({"saved": ["sc12"]}, NotFound, "is not here"),
        ({"version": 3}, NotFound, "has no version 3: nobody manages it"),
        ({"as_of": "tomorrow"}, Invalid, "is not a day"),
        ({"content": {}}, Invalid, "is not known to"),
    ],
)
def test_what_cannot_be_run_is_refused_when_it_is_asked(records, wrong, fault, words):
    with pytest.raises(fault, match=words):
        records.runs.submit("scenario", {"what_if": "house"} | wrong)


def test_chance_as_a_run_keeps_every_draw(records, yard):
    asked = {
        "what_if": "house",
        "distributions": {"price": "uniform(150000, 250000)"},
        "draws": 500,
        "seed": 4,
    }
    run = done(records, yard, records.runs.submit("montecarlo", asked)[0])
    assert run.state == "succeeded", run.fault
    told = json.loads(records.runs.result(run.id))
    assert told["outputs"]["result"]["count"] == 500
    (file,) = records.runs.files(run.id)
    draws = pl.read_parquet(records.blobs.read(file.blob))
    assert (draws.columns, draws.height) == (["result", "price", "borrowed"], 500)
    table = ParquetWarehouse(yard / ".modelyard" / "warehouse").read("house__montecarlo")
    assert table.select("run_id", "output", "count").rows() == [(run.id, "result", 500)]
    assert replay(records.runs, run.id).is_identical
    with pytest.raises(Denied, match="house/fee: is locked"):
        records.runs.submit("montecarlo", asked | {"distributions": {"fee": "uniform(0, 1)"}})


def test_the_hook_to_retrain_is_called_as_a_run(records, yard):
    asked = {"what_if": "house", "parameters": {"rate": 0.07}}
    run = done(records, yard, records.runs.submit("retrain", asked)[0])
    assert run.state == "succeeded", run.fault
    assert json.loads(records.runs.result(run.id)) == {"rate": 0.07}
    assert [file.name for file in records.runs.files(run.id)] == ["rates.csv"]
    with pytest.raises(NotFound, match="names no function"):
        records.runs.submit("retrain", {"what_if": "other"})


def test_a_warehouse_that_is_down_is_waited_for(what_ifs, tmp_path):
    class Sometimes(ParquetWarehouse):
        tries = 0

        def write(self, key, tables):
            self.tries += 1
            if self.tries in {1, 2, 4}:  # the second scenario fails once too
                raise Unavailable("warehouse", "is down.")
            super().write(key, tables)

    warehouse = Sometimes(tmp_path / "there")
    kind = ScenarioKind(Tools(lambda: what_ifs, lambda: warehouse, pauses_s=(0.01, 0.01)))
    asked = kind.check({"what_if": "house", "inputs": [{"name": "a"}, {"name": "b"}]}).request
    said: list[str] = []
    kind.work(asked, context(tmp_path / "work", said=said))
    assert said == [
        "warehouse: is down. The run waits and tries again.",
        "The warehouse answers again.",
    ]
    assert warehouse.read("house__result")["scenario"].sort().to_list() == ["a", "b"]


def test_a_run_keeps_version_and_day_and_is_not_done_unmanaged(what_ifs, tmp_path):
    kind = ScenarioKind(Tools(lambda: what_ifs, lambda: open_warehouse("", tmp_path)))
    before = kind.check({"what_if": "house"}).request
    assert before["version"] == -1
    what_ifs.versions.create("house", house_content("0.03"), by=ANA)
    with pytest.raises(Conflict, match="is managed since"):
        kind.check(before)
    kept = kind.check({"what_if": "house", "as_of": "2027-05-01"}).request
    assert (kept["version"], kept["as_of"]) == (1, "2027-05-01")
    what_ifs.versions.require_approval("house", True, by=OWNER)
    what_ifs.versions.change("house", house_content("0.05"), made_from=1, why="", by=BEN)
    with pytest.raises(Conflict, match="is proposed"):
        kind.check({"what_if": "house", "version": 2})
    outcome = kind.work(kept, context(tmp_path / "work"))
    (told,) = json.loads(outcome.result)["scenarios"]
    assert told["inputs"]["fee"] == "0.03"
    chance = MonteCarloKind(kind.tools)
    asked = {"what_if": "house", "distributions": {"price": "uniform(150000, 250000)"}}
    assert chance.check(asked | {"as_of": str(date(2027, 5, 1))}).request["version"] == 1
    with pytest.raises(Invalid, match="draws"):
        chance.check(asked | {"draws": 0})


def test_outputs_are_written_to_postgres(what_ifs, tmp_path, postgres_url):
    pytest.importorskip("adbc_driver_postgresql")
    warehouse = open_warehouse(postgres_url, tmp_path)
    kind = ScenarioKind(Tools(lambda: what_ifs, lambda: warehouse))
    inputs = [{"name": str(n), "inputs": {"price": 200_000 + n}} for n in range(20)]
    asked = kind.check({"what_if": "house", "inputs": inputs}).request
    for _ in range(2):
        kind.work(asked, context(tmp_path / "work"))
    table = warehouse.read("house__result")
    assert table.height == 20
    assert table["scenario_id"].n_unique() == 20


def test_scenarios_that_fail_say_why_and_all_of_them_end_the_run(what_ifs, tmp_path):
    kind = ScenarioKind(Tools(lambda: what_ifs, lambda: open_warehouse("", tmp_path)))
    good = {"name": "good", "inputs": {}}
    bad = {"name": "bad", "inputs": {"price": 1}}
    asked = dict(kind.check({"what_if": "house"}).request)
    outcome = kind.work(asked | {"inputs": [bad, good]}, context(tmp_path / "work"))
    told = json.loads(outcome.result)
    assert told["failed"] == 1
    assert "below the minimum" in told["scenarios"][0]["fault"]
    with pytest.raises(Invalid, match="none works"):
        kind.work(asked | {"inputs": [bad]}, context(tmp_path / "more"))
