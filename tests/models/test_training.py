"""A model trained again: the candidate, the comparison, and who becomes champion."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard import kinds, run_child, wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate
from modelyard.errors import Invalid, NotFound
from modelyard.models.measures import gain, get_figure
from modelyard.models.training import TrainKind
from modelyard.runs.kinds import Checked, Context
from modelyard.runs.store_instances import Instances
from modelyard.runs.working import Workplace, make_worker
from modelyard.settings import Settings, child_environment
from modelyard.wiring import Records, Services

TOML = """
[models.delays.train]
function = "training.delays:train"
dataset = "flights"
target = "late"
metric = "r2"
features = ["hour", "carrier"]
promote = "better by 0.01"
parameters = {alpha = 1.0}

[models.odd.train]
function = "training.odd:broken"
dataset = "flights"
target = "late"
metric = "r2"

[models.lost.train]
function = "training.nowhere:train"
dataset = "flights"
target = "late"
metric = "r2"

[models.nameless.train]
function = "training.odd:nobody"
dataset = "flights"
target = "late"
metric = "r2"

[models.own.train]
function = "training.odd:own"
dataset = "flights"
target = "late"
metric = "r2"

[models.bare.train]
function = "training.odd:nothing"
dataset = "flights"
target = "late"
metric = "accuracy"
"""
DELAYS = """
from pathlib import Path
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def train(data, target, features, alpha):
    with Path(__file__).with_name("calls").open("a") as calls:
        calls.write("x")
    print("rows:", data.height)
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["carrier"]), (StandardScaler(), ["hour"])
    )
    return make_pipeline(columns, Ridge(alpha)).fit(data.select(features), data[target].to_numpy())
"""
ODD = """
from sklearn.linear_model import LinearRegression


class Own(LinearRegression):
    pass


def broken(data):
    rows = data.height
    return 1 / (rows - rows)


def own(data, features, target):
    return Own().fit(data.select("hour").to_numpy(), data[target].to_numpy())


def nothing(data):
    return {"a": 1}
"""


@dataclass
class Yard:
    """A workspace with its records, in which trainings are done as a worker does them."""

    services: Services
    records: Records
    folder: Path
    lines: list[str]

    @property
    def kind(self) -> TrainKind:
        found = kinds.kinds_of(lambda: self.services, self.records.models)()["train"]
        assert isinstance(found, TrainKind)
        return found

    def check(self, **request: Any) -> Checked:
        return self.kind.check(request)

    def work(self, checked: Checked, run_id: str) -> bytes:
        """What the child process does."""
        child = kinds.kinds_of(lambda: self.services)()["train"]
        folder = self.folder.parent / f"work-{run_id}"
        folder.mkdir(exist_ok=True)
        context = Context(
            progress=lambda _done, _label: None,
            log=self.lines.append,
            is_cancelled=lambda: False,
            folder=folder,
            run_id=run_id,
        )
        return child.work(checked.request, context).result

    def train(self, run_id: str, **request: Any) -> dict[str, Any]:
        checked = self.check(**request)
        result = self.work(checked, run_id)
        return dict(json.loads(self.kind.settle(run_id, checked.request, result)))

    def calls(self) -> int:
        return len((self.folder / "training" / "calls").read_text())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    folder = tmp_path_factory.mktemp("training") / "yard"
    (folder / "training").mkdir(parents=True)
    (folder / "datasets").mkdir()
    (folder / "modelyard.toml").write_text(TOML)
    (folder / "training" / "delays.py").write_text(DELAYS)
    (folder / "training" / "odd.py").write_text(ODD)
    flights().write_parquet(folder / "datasets" / "flights.parquet")
    services = wiring.open_folder(settings=Settings(workspace=folder))
    records = wiring.open_records(services)
    migrate(records.database)
    yard = Yard(services, records, folder, [])
    yard.train("r1", model="delays")
    yield yard
    records.models.predictors.close()
    records.database.close()
    shutil.rmtree(folder)


def flights(rows: int = 1000) -> pl.DataFrame:
    chance = np.random.default_rng(0)
    hour = chance.integers(0, 24, rows)
    carrier = chance.choice(["UA", "DL", "AA"], rows)
    late = hour * 2.0 + (carrier == "UA") * 10 + chance.normal(0, 3, rows)
    return pl.DataFrame({"hour": hour, "carrier": carrier, "late": late})


@pytest.fixture
def yard(made: Yard) -> Yard:
    """A yard in which `delays` was trained once, and is champion."""
    models = made.records.models
    models.move_alias("delays", "champion", "1", by=LAPTOP)
    made.lines.clear()
    return made


def test_a_first_training_becomes_the_champion_by_the_rule(yard: Yard) -> None:
    model = yard.records.models.get_model("delays")
    assert model.find_alias("champion") == model.find_alias("latest") == 1
    version = yard.records.models.get_version("delays")
    assert version.note == "Trained by run r1."
    assert version.created_by == "run r1"
    assert version.description is not None
    assert version.description.signature.names == ("hour", "carrier")


def test_the_same_training_again_is_the_same_version(yard: Yard) -> None:
    before = yard.records.models.list_moves("delays")
    result = yard.train("r2", model="delays")
    assert (result["version"], result["is_promoted"], result["gain"]) == (1, True, 0)
    assert yard.records.models.get_model("delays").last_number == result["version"] == 1
    assert yard.records.models.list_moves("delays") == before
    assert result["champion"]["version"] == 1
    assert result["candidate"]["score"] > 0.9
    assert "rows: 8" in " ".join(yard.lines), "what the function prints is in the log"


def test_what_is_worse_is_a_challenger_whom_nobody_meets(yard: Yard) -> None:
    checked = yard.check(model="delays", parameters={"alpha": 1e6})
    content = yard.work(checked, "r3")
    first, again = (json.loads(yard.kind.settle("r3", checked.request, content)) for _ in range(2))
    assert first == again
    assert not first["is_promoted"]
    assert first["why"].startswith("It is worse by 0.9")
    model = yard.records.models.get_model("delays")
    assert model.find_alias("challenger") == first["version"] > 1
    assert model.find_alias("champion") == model.find_alias("latest") == 1


def test_an_attempt_that_died_is_not_trained_twice(yard: Yard) -> None:
    checked = yard.check(model="delays")
    before = yard.calls()
    first = yard.work(checked, "r4")
    assert yard.calls() == before + 1
    assert yard.work(checked, "r4") == first
    assert yard.calls() == before + 1


def test_a_worker_trains_in_a_child_and_goes_on_where_another_died(yard: Yard) -> None:
    runs = yard.records.runs
    run, _ = runs.submit("train", {"model": "delays"}, started_by="ana@example.com")
    yard.work(Checked(title="", request=run.request), run.id)
    before = yard.calls()
    place = Workplace(
        workspace=str(yard.folder),
        folder=yard.folder.parent / "performed",
        child=run_child.command(),
        environ=child_environment(Settings(workspace=yard.folder)),
    )
    worker = make_worker(runs, place)
    Instances(yard.records.database).join(worker.identity, "worker", runs.clock())
    thread = Thread(target=worker.performer.perform, args=(run.id, lambda work: work()))
    thread.start()
    thread.join(120)
    done = runs.get_run(run.id)
    assert done.state == "succeeded", done.fault
    assert yard.calls() == before
    assert json.loads(runs.result(run.id))["version"] == 1
    assert done.passport is not None
    assert set(done.passport["code"]) == {"training/delays.py"}
    assert done.passport["inputs"][0]["dataset"] == "flights"


def test_a_champion_that_moved_meanwhile_is_not_pushed_aside(yard: Yard) -> None:
    checked = yard.check(model="delays", parameters={"alpha": 1e6})
    result = json.loads(yard.work(checked, "r3"))
    yard.records.models.drop_alias("delays", "champion", by=LAPTOP)
    better = json.dumps(result | {"gain": 0.5}).encode()
    settled = json.loads(yard.kind.settle("r5", checked.request, better))
    assert not settled["is_promoted"]
    assert "was moved by somebody else meanwhile" in settled["why"]


def test_golden_rows_hold_back_a_candidate(yard: Yard) -> None:
    models = yard.records.models
    models.record_golden("delays", [{"hour": 5, "carrier": "UA"}], by=LAPTOP)
    try:
        checked = yard.check(model="delays", parameters={"alpha": 1e6})
        result = json.loads(yard.work(checked, "r3"))
        better = json.dumps(result | {"gain": 0.5}).encode()
        settled = json.loads(yard.kind.settle("r6", checked.request, better))
    finally:
        models.drop_golden("delays", by=LAPTOP)
    assert not settled["is_promoted"]
    assert settled["golden_rows"].startswith("golden row 1:")


def test_what_somebody_sends_as_the_plan_is_not_looked_at(yard: Yard) -> None:
    evil = {"config": {"function": "os:system"}, "trusted": ["os"]}
    plan = yard.check(model="delays", plan=evil).request["plan"]
    assert plan["config"]["function"] == "training.delays:train"
    assert plan["trusted"] == ()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("unknown", r"has no \[models.unknown.train\]"),
        ("lost", "there is no file 'training/nowhere.py'"),
        ("nameless", "'training/odd.py' has no function 'nobody'"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_it_begins(
    yard: Yard, model: str, words: str
) -> None:
    with pytest.raises(NotFound, match=words):
        yard.check(model=model)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("odd", r"training/odd.py, line 11: ZeroDivisionError: division by zero"),
        ("bare", "gave a dict: it has no 'predict'"),
        ("own", r"would import training.odd.Own"),
    ],
)
def test_what_the_function_does_wrong_is_said_in_words(yard: Yard, model: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        yard.work(yard.check(model=model), f"bad-{model}")
    assert yard.records.models.find_model(model) is None


def test_a_missing_parameter_is_named(yard: Yard) -> None:
    with pytest.raises(Invalid, match="unexpected keyword argument 'beta'"):
        yard.work(yard.check(model="delays", parameters={"beta": 1}), "r7")


def test_a_figure_that_a_model_has_not_is_refused() -> None:
    figures = {"accuracy": 0.5}
    with pytest.raises(Invalid, match="takes probabilities"):
        get_figure(figures, "roc_auc", "here")


@pytest.mark.parametrize(("metric", "is_better"), [("r2", True), ("rmse", False)])
def test_more_is_better_or_less_by_the_figure(metric: str, is_better: bool) -> None:
    assert (gain(metric, 2.0, 1.0) > 0) is is_better


def config(yard: Yard, **changes: Any) -> Any:
    import msgspec

    section = yard.services.workspace.config.models["delays"].train
    return msgspec.structs.replace(section, **changes)


def test_rows_that_are_kept_back_stay_so_when_others_come(yard: Yard) -> None:
    from modelyard.models.training_data import kept_back

    table = flights()
    _, before = kept_back(table[:600], config(yard))
    training, after = kept_back(table, config(yard))
    assert before.join(after, on=table.columns, how="anti").is_empty()
    assert training.join(after, on=table.columns, how="semi").is_empty()
    assert 0.15 < after.height / table.height < 0.25


def test_a_column_that_is_not_there_is_named(yard: Yard) -> None:
    from modelyard.models.training_data import read_rows

    with pytest.raises(NotFound, match="has no column 'wind'"):
        read_rows(flights().lazy(), config(yard, features=("wind",)), "flights")


def test_rows_without_a_target_teach_nothing(yard: Yard) -> None:
    from modelyard.models.training_data import read_rows

    table = flights(12).with_columns(late=pl.when(pl.col("hour") > 30).then(1.0))
    with pytest.raises(Invalid, match="has 0 rows with a 'late'"):
        read_rows(table.lazy(), config(yard), "flights")


LIMITED = """
import time
from modelyard.models.training_limits import limited
from modelyard.errors import ModelyardError
try:
    with limited("here", {time_s}, {memory}, print):
        {code}
except (ModelyardError, MemoryError) as fault:
    print(type(fault).__name__, fault)
"""


@pytest.fixture
def run_limited() -> Callable[..., str]:
    import subprocess
    import sys

    def run(code: str, time_s: float = 60.0, memory: int = 2**33) -> str:
        text = LIMITED.format(time_s=time_s, memory=memory, code=code)
        done = subprocess.run(
            [sys.executable, "-c", text], check=False, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


def test_a_training_that_takes_too_long_is_interrupted(run_limited: Callable[..., str]) -> None:
    assert run_limited("time.sleep(60)", time_s=0.2) == (
        "Unavailable here: was not done after 0.2 seconds. Raise its time_limit_s, or do less."
    )


def test_a_training_that_takes_too_much_memory_is_refused(
    run_limited: Callable[..., str],
) -> None:
    assert run_limited("bytearray(2**31)", memory=2**28).startswith("MemoryError")
    assert run_limited("print(len(bytearray(2**20)))", memory=2**28) == str(2**20)


def test_the_function_may_ask_for_a_table_of_pandas() -> None:
    from modelyard.models.training_data import as_asked

    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    assert set(as_asked(flights(), "pandas")["carrier"]) == {"AA", "UA", "DL"}


def test_the_function_may_give_the_path_of_a_model_file(tmp_path: Path) -> None:
    from modelyard.models.training_call import save

    made = tmp_path / "made.onnx"
    made.write_bytes(b"graph")
    assert save(made, tmp_path, "delays") == made
    for wrong in (tmp_path / "gone.onnx", tmp_path):
        with pytest.raises(Invalid, match="is no model file"):
            save(wrong, tmp_path, "delays")
