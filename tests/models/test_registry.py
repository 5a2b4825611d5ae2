"""The registry: what is published is there for all, unchanged, under the names that point to it."""

import io
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile import Call, dumped
from sklearn.linear_model import LinearRegression, LogisticRegression
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from modelyard.accounts.accounts import open_accounts
from modelyard.accounts.actor import LAPTOP, VISITOR
from modelyard.blobs import Blobs, open_blobs
from modelyard.db import Database
from modelyard.errors import Conflict, Denied, Invalid, NotFound, Overtaken
from modelyard.models.input_faults import BadInput
from modelyard.models.offer import Offer
from modelyard.models.registry import Registry, open_registry
from modelyard.models.version import Version

MARK = "/tmp/never-written-by-a-model"  # noqa: S108
Publish = Callable[..., Version]


def line(slope: float) -> bytes:
    """A model that multiplies by `slope`."""
    x = np.arange(20.0).reshape(-1, 1)
    return dumped(LinearRegression().fit(x, slope * x[:, 0]))


LINES = {slope: line(slope) for slope in (2.0, 3.0, 4.0)}


@pytest.fixture(scope="session")
def shared_blobs(tmp_path_factory: pytest.TempPathFactory) -> Blobs:
    """One store for all tests: the same file is then opened once."""
    return open_blobs(str(tmp_path_factory.mktemp("blobs")))


@pytest.fixture
def blobs(shared_blobs: Blobs) -> Blobs:
    return shared_blobs


@pytest.fixture
def registry(database: Database, blobs: Blobs) -> Iterator[Registry]:
    opened = open_registry(database, blobs, open_accounts(database).audit)
    yield opened
    opened.predictors.close()


@pytest.fixture
def publish(registry: Registry) -> Publish:
    return lambda content, name="line", **more: put(registry, content, name, **more)


def put(registry: Registry, content: bytes, name: str = "line", **more: Any) -> Version:
    offer = Offer(model=name, file_name=more.pop("file_name", "line.joblib"), **more)
    return registry.publish(offer, [content], by=LAPTOP)


def ask(registry: Registry, x: float, selector: str = "", name: str = "line") -> float:
    served = registry.predictors.get(name, selector)
    return round(served.predictor.predict_records({"x0": x}).predictions[0], 3)


def test_a_published_model_answers_and_tells_what_it_is(registry, publish):
    version = publish(LINES[2.0], note="the first")
    assert (version.number, version.state, version.note) == (1, "opened", "the first")
    assert version.description.task == "regression"
    assert version.created_by == "this computer"
    assert ask(registry, 10) == 20
    assert registry.get_version("line") == version
    assert [model.name for model in registry.list_models()] == ["line"]


def test_a_new_version_is_the_latest_and_the_old_one_stays(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])
    assert (ask(registry, 10), ask(registry, 10, "1"), ask(registry, 10, "@latest")) == (30, 20, 30)
    assert [version.number for version in registry.list_versions("line")] == [2, 1]


def test_the_same_content_is_the_same_version_and_the_latest_again(registry, publish):
    first = publish(LINES[2.0])
    publish(LINES[3.0])
    again = publish(LINES[2.0])
    assert again.number == first.number
    assert ask(registry, 10) == 20
    assert len(registry.list_versions("line")) == 2


def test_two_who_publish_the_same_at_once_make_one_version(registry, publish):
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: publish(LINES[2.0]), range(6)))
    assert {version.number for version in found} == {1}
    assert len(registry.list_versions("line")) == 1


def test_those_who_publish_different_files_at_once_get_different_numbers(registry, publish):
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(publish, LINES.values()))
    assert sorted(version.number for version in found) == [1, 2, 3]
    assert registry.get_model("line").last_number == 3


def test_a_sidecar_names_inputs_and_makes_a_version_of_its_own(registry, publish):
    publish(LINES[2.0])
    named = publish(LINES[2.0], sidecar='names = ["metres"]\n[fields.metres]\nunit = "m"\n')
    assert named.number == 2
    assert named.description.signature.fields[0].unit == "m"
    served = registry.predictors.get("line")
    assert served.predictor.predict_records({"metres": 5}).predictions == pytest.approx([10])


def test_a_sidecar_with_a_fault_refuses_the_version_and_the_old_one_is_served(registry, publish):
    publish(LINES[2.0])
    bad = publish(LINES[3.0], sidecar="naems = []")
    assert bad.state == "refused"
    assert "Did you mean 'names'?" in bad.fault.cure
    assert ask(registry, 10) == 20


def test_a_hostile_file_is_refused_and_seen_to_be(registry, publish):
    import os

    version = publish(dumped(Call(os.system, f"touch {MARK}")), name="evil")
    assert version.state == "refused"
    assert "system" in version.fault.why
    assert not Path(MARK).exists()
    assert registry.list_versions("evil")[0].fault == version.fault
    with pytest.raises(NotFound, match="has no version that can be served"):
        registry.predictors.get("evil")
    with pytest.raises(Conflict, match="was refused"):
        registry.predictors.get("evil", "1")
    with pytest.raises(Conflict, match="was refused"):
        registry.move_alias("evil", "champion", "1", by=LAPTOP)


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", "-x", ".hidden", "a" * 101, "näme", "a\x00b", "a b", "a\n"]
)
def test_names_that_cannot_be_are_refused(registry, publish, name):
    with pytest.raises(Invalid, match="is no name"):
        publish(LINES[2.0], name=name)
    assert registry.list_models() == []


@pytest.mark.parametrize(
    "name", ["", "../m.joblib", "m.exe", ".joblib", "a\x00.joblib", "a\\b.pkl"]
)
def test_file_names_that_cannot_be_are_refused(publish, name):
    with pytest.raises(Invalid):
        publish(LINES[2.0], file_name=name)


def test_an_upload_that_never_ends_is_cut_off_and_nothing_is_kept(database, tmp_path):
    blobs = open_blobs(str(tmp_path / "small"))
    registry = open_registry(database, blobs, open_accounts(database).audit, most_bytes=1_000_000)
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield bytes(65_536)

    with pytest.raises(Invalid, match="is larger than"):
        registry.publish(Offer(model="big", file_name="big.joblib"), endless(), by=LAPTOP)
    assert len(sent) < 20
    assert blobs.names() == []
    with pytest.raises(Invalid, match="is empty"):
        registry.publish(Offer(model="big", file_name="big.joblib"), [], by=LAPTOP)
    assert registry.list_models() == []


def test_an_upload_that_breaks_off_is_never_seen(registry):
    def broken() -> Iterator[bytes]:
        yield LINES[2.0][:100]
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="dead"):
        registry.publish(Offer(model="cut", file_name="cut.joblib"), broken(), by=LAPTOP)
    assert registry.list_models() == []


def test_the_database_refuses_to_change_a_version(database, publish):
    publish(LINES[2.0])
    for change in ("sha256 = 'x'", "note = 'x'", "state = 'refused'", "converted = ''"):
        with pytest.raises(IntegrityError), database.transaction() as connection:
            connection.execute(text(f"UPDATE model_versions SET {change}"))  # noqa: S608


def test_an_alias_moves_and_every_move_is_kept(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])
    registry.move_alias("line", "@champion", "1", by=LAPTOP)
    assert (ask(registry, 10), ask(registry, 10, "champion"), ask(registry, 10, "latest")) == (
        *(20, 20),
        30,
    )
    registry.move_alias("line", "champion", "latest", by=LAPTOP)
    assert ask(registry, 10) == 30
    moves = registry.list_moves("line")
    assert [(move.number_before, move.number) for move in moves] == [(1, 2), (None, 1)]


def test_rolling_back_goes_to_where_the_champion_was(registry, publish):
    for content in LINES.values():
        publish(content)
    registry.move_alias("line", "champion", "1", by=LAPTOP)
    registry.move_alias("line", "champion", "3", by=LAPTOP)
    assert registry.rollback("line", by=LAPTOP).number == 1
    assert ask(registry, 10) == 20
    with pytest.raises(Conflict, match="has no version before"):
        registry.rollback("one", by=LAPTOP) if publish(LINES[2.0], name="one") else None


def test_rolling_back_without_a_champion_leaves_the_latest_behind(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])
    assert registry.rollback("line", by=LAPTOP).number == 1
    assert ask(registry, 10) == 20


def test_golden_rows_hold_a_name_back_and_show_the_difference(registry, publish):
    publish(LINES[2.0])
    golden = registry.record_golden("line", [{"x0": 1}, {"x0": 10}], by=LAPTOP)
    assert [round(row.expected, 6) for row in golden.rows] == [2, 20]
    held = publish(LINES[3.0])
    assert "golden row 1: 2 is expected and 3 predicted" in held.held_back
    assert ask(registry, 10) == 20
    with pytest.raises(Conflict, match="golden row 2: 20 is expected and 30 predicted"):
        registry.move_alias("line", "champion", "2", by=LAPTOP)
    registry.drop_golden("line", by=LAPTOP)
    registry.move_alias("line", "champion", "2", by=LAPTOP)
    assert ask(registry, 10) == 30


def test_golden_rows_that_the_model_does_not_take_are_refused(registry, publish):
    publish(LINES[2.0])
    with pytest.raises(BadInput, match="x0"):
        registry.record_golden("line", [{"x0": "many"}], by=LAPTOP)
    with pytest.raises(Invalid, match="are none"):
        registry.record_golden("line", [], by=LAPTOP)


def test_a_version_with_a_name_stays_and_numbers_are_never_given_again(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])
    with pytest.raises(Conflict, match="Move the alias first"):
        registry.delete_version("line", "2", by=LAPTOP)
    registry.delete_version("line", "1", by=LAPTOP)
    assert publish(LINES[2.0]).number == 3
    registry.delete_model("line", by=LAPTOP)
    assert registry.list_models() == []


def test_a_file_that_two_models_share_outlives_one_of_them(registry, publish, blobs):
    publish(LINES[4.0], name="one")
    publish(LINES[4.0], name="two")
    registry.delete_model("one", by=LAPTOP)
    registry.predictors.close()
    assert ask(registry, 10, name="two") == 40
    sha256 = registry.get_version("two").sha256
    registry.delete_model("two", by=LAPTOP)
    assert not [name for name in blobs.names("models") if sha256 in name]


def test_only_owners_trust_modules_and_some_are_never_trusted(registry):
    with pytest.raises(Denied, match="only an owner"):
        registry.trust("churn.steps", by=VISITOR)
    with pytest.raises(Conflict, match="can never be trusted"):
        registry.trust("os.path", by=LAPTOP)
    with pytest.raises(Invalid, match="is no name"):
        registry.trust("a b", by=LAPTOP)
    registry.trust("churn.steps", by=LAPTOP)
    assert registry.list_trusted() == ("churn.steps",)
    registry.distrust("churn.steps", by=LAPTOP)
    assert registry.list_trusted() == ()


def test_misspelt_names_are_answered_with_the_near_one(registry, publish):
    publish(LINES[2.0])
    with pytest.raises(NotFound, match="Did you mean 'line'"):
        registry.get_version("lime")
    with pytest.raises(NotFound, match=r"no alias '@champion'. There are @latest"):
        registry.get_version("line", "@champion")
    with pytest.raises(NotFound, match="no version 9"):
        registry.get_version("line", "9")
    with pytest.raises(Invalid, match="neither a number nor an alias"):
        registry.get_version("line", "1; drop table")


def test_another_process_sees_a_change_within_two_seconds(registry, publish, database, blobs):
    other = open_registry(database, blobs, open_accounts(database).audit)
    publish(LINES[2.0])
    assert ask(other, 10) == 20
    publish(LINES[3.0])
    done = threading.Event()
    for _ in range(20):
        if ask(other, 10) == 30:
            break
        done.wait(0.1)
    assert ask(other, 10) == 30


def test_no_request_is_lost_while_versions_change(registry, publish):
    publish(LINES[2.0])
    stop, seen, faults = threading.Event(), set(), []

    def go_on() -> None:
        while not stop.is_set():
            try:
                seen.add(ask(registry, 10))
            except Exception as fault:  # noqa: BLE001
                faults.append(fault)

    threads = [threading.Thread(target=go_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    publish(LINES[3.0])
    for selector in ("1", "2") * 10:
        registry.move_alias("line", "champion", selector, by=LAPTOP)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert seen <= {20.0, 30.0}


def test_the_log_names_what_was_done(registry, publish, database):
    publish(LINES[2.0])
    registry.move_alias("line", "champion", "1", by=LAPTOP)
    done = [entry.action for entry in open_accounts(database).audit.entries()]
    assert done == ["model.alias", "model.alias", "model.publish"]


def test_a_stream_is_read_in_pieces(registry):
    stream = io.BytesIO(LINES[2.0])
    offer = Offer(model="line", file_name="line.joblib")
    registry.publish(offer, iter(lambda: stream.read(100), b""), by=LAPTOP)
    assert ask(registry, 10) == 20


def test_a_classifier_keeps_its_classes(registry):
    x = np.arange(20.0).reshape(-1, 1)
    put(registry, dumped(LogisticRegression().fit(x, np.where(x[:, 0] > 9, "far", "near"))), "far")
    registry.record_golden("far", [{"x0": 0}, {"x0": 19}], by=LAPTOP)
    assert [row.expected for row in registry.find_golden("far").rows] == ["near", "far"]


def test_a_candidate_is_met_by_nobody_who_does_not_name_it(registry, publish):
    first = publish(LINES[2.0], is_candidate=True)
    assert registry.get_model("line").find_alias("latest") == first.number == 1
    second = publish(LINES[3.0], is_candidate=True)
    assert registry.get_model("line").find_alias("latest") == 1
    assert ask(registry, 10) == 20
    assert ask(registry, 10, str(second.number)) == 30


def test_an_alias_moves_only_from_where_it_was_seen(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])
    unset = registry.get_model("line").tag_of("champion")
    assert unset == ""
    registry.move_alias("line", "champion", "1", by=LAPTOP, expected=lambda tag: tag == unset)
    seen = registry.get_model("line").tag_of("champion")
    with pytest.raises(Overtaken, match="moved by somebody else"):
        registry.move_alias("line", "champion", "2", by=LAPTOP, expected=lambda tag: tag == unset)
    registry.move_alias("line", "champion", "2", by=LAPTOP, expected=lambda tag: tag == seen)
    with pytest.raises(Overtaken):
        registry.drop_alias("line", "champion", by=LAPTOP, expected=lambda tag: tag == seen)
    assert registry.get_version("line").number == 2


def test_of_two_who_saw_the_same_one_moves_the_alias(registry, publish):
    publish(LINES[2.0])
    publish(LINES[3.0])

    def move(number: int) -> str:
        try:
            registry.move_alias(
                "line", "champion", str(number), by=LAPTOP, expected=lambda tag: not tag
            )
        except Overtaken:
            return "late"
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, (1, 2))) == ["late", "moved"]


def test_a_refused_file_is_opened_again_only_where_something_else_is_trusted(registry, publish):
    content = dumped(Call(print, "refused once"))
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert publish(content).state == "refused"
    opened = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert opened > began
    assert publish(content).state == "refused"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == opened
    registry.trust("shop.steps", by=LAPTOP)
    assert publish(content).state == "refused"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > opened
