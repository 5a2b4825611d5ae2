"""Asking for runs, and seeing how they stand; nobody works on them here."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from modelyard.db import Database
from modelyard.errors import Conflict, Invalid, NotFound
from modelyard.runs.runs import Runs

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_new_run_is_queued_with_every_parameter_filled_in(runs: Runs) -> None:
    run, is_new = runs.submit("echo", {"text": "hello"}, started_by="ana@example.com")
    assert is_new
    assert (run.state, run.kind, run.title) == ("queued", "echo", "Echo hello")
    assert run.request == {"text": "hello", "seconds": 0.0}
    assert run.started_by == "ana@example.com"
    assert runs.get_run(run.id) == run


@pytest.mark.parametrize(
    ("kind", "request_", "words"),
    [
        ("ecko", {}, "Did you mean 'echo'?"),
        ("echo", {"txt": "x"}, "Did you mean 'text'?"),
        ("echo", {"seconds": "long"}, "request.seconds"),
        ("echo", {"seconds": -1}, "request.seconds"),
        ("echo", {"text": "a\0b"}, "zero character"),
        ("echo", {"text": "\ud800"}, "JSON"),
        ("echo", {"text": "x" * 300_000}, "larger"),
        ("echo", {"seconds": float("nan")}, "JSON"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    runs: Runs, kind: str, request_: dict[str, object], words: str
) -> None:
    with pytest.raises(Invalid, match=words.replace("?", r"\?")):
        runs.submit(kind, request_)
    assert runs.list_runs() == []


def test_the_same_key_gives_the_same_run(runs: Runs) -> None:
    first, _ = runs.submit("echo", {"text": "a"}, started_by_id="u1", idempotency_key="k")
    again, is_new = runs.submit("echo", {"text": "a"}, started_by_id="u1", idempotency_key="k")
    other, other_is_new = runs.submit(
        "echo", {"text": "a"}, started_by_id="u2", idempotency_key="k"
    )
    assert (again.id, is_new) == (first.id, False)
    assert other.id != first.id
    assert other_is_new


def test_the_same_key_for_another_request_is_a_conflict(runs: Runs) -> None:
    runs.submit("echo", {"text": "a"}, idempotency_key="k")
    with pytest.raises(Conflict, match="another request"):
        runs.submit("echo", {"text": "b"}, idempotency_key="k")


def test_sixteen_that_ask_at_once_with_one_key_get_one_run(runs: Runs) -> None:
    def ask(_: int) -> tuple[str, bool]:
        run, is_new = runs.submit("echo", {"text": "a"}, idempotency_key="k")
        return run.id, is_new

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))
    assert len({run_id for run_id, _ in answers}) == 1
    assert [is_new for _, is_new in answers].count(True) == 1


@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb"])
def test_a_key_that_cannot_be_one_is_refused(runs: Runs, key: str) -> None:
    with pytest.raises(Invalid, match="Idempotency-Key"):
        runs.submit("echo", {}, idempotency_key=key)


def test_a_list_goes_on_where_the_page_before_ended(runs: Runs) -> None:
    ids = [runs.submit("echo", {"text": str(number)})[0].id for number in range(5)]
    first = runs.list_runs(limit=2)
    rest = runs.list_runs(before=first[-1].id)
    assert {run.id for run in [*first, *rest]} == set(ids)
    assert len(first) + len(rest) == 5


def test_a_list_can_be_narrowed(runs: Runs) -> None:
    mine, _ = runs.submit("echo", {}, started_by_id="u1")
    runs.submit("echo", {}, started_by_id="u2")
    runs.cancel(mine.id)
    assert [run.id for run in runs.list_runs(started_by_id="u1")] == [mine.id]
    assert [run.id for run in runs.list_runs(state="cancelled")] == [mine.id]
    assert runs.list_runs(kind="other") == []
    assert runs.list_runs(resource=("dataset", "flights")) == []
    assert runs.counts() == {
        "queued": 1,
        "running": 0,
        "succeeded": 0,
        "failed": 0,
        "cancelled": 1,
    }
    with pytest.raises(Invalid, match="Known: queued"):
        runs.list_runs(state="done")


def test_a_queued_run_is_cancelled_at_once_and_stays_so(runs: Runs) -> None:
    run, _ = runs.submit("echo", {})
    assert runs.cancel(run.id, by="ana").state == "cancelled"
    ended = runs.cancel(run.id)
    assert (ended.state, ended.is_over) == ("cancelled", True)
    assert [event.kind for event in runs.events(run.id)] == ["cancel", "completed"]
    assert [event.number for event in runs.events(run.id, after=1)] == [2]
    with pytest.raises(NotFound, match="cancelled"):
        runs.result(run.id)


def test_a_run_is_tried_again_only_when_it_is_over(runs: Runs) -> None:
    run, _ = runs.submit("echo", {"text": "a"})
    with pytest.raises(Conflict, match="is queued"):
        runs.retry(run.id)
    runs.cancel(run.id)
    again, is_new = runs.retry(run.id, started_by="ben")
    assert is_new
    assert (again.retry_of, again.request, again.started_by) == (run.id, run.request, "ben")


def test_waiting_gives_up_after_its_time(runs: Runs) -> None:
    run, _ = runs.submit("echo", {})
    assert runs.wait(run.id, 0.05).state == "queued"
    with pytest.raises(Conflict, match="no result yet"):
        runs.result(run.id)


def test_an_unknown_run_is_not_found(runs: Runs) -> None:
    for ask in (runs.get_run, runs.events, runs.result, runs.cancel, runs.retry, runs.files):
        with pytest.raises(NotFound):
            ask("none")


def test_old_runs_are_forgotten_and_those_under_way_are_not(runs: Runs) -> None:
    old = Runs(runs.database, runs.kinds, runs.blobs, lambda: LONG_AGO)
    over, _ = old.submit("echo", {})
    old.cancel(over.id)
    waiting, _ = old.submit("echo", {})
    runs.forget_old(days=30)
    assert [run.id for run in runs.list_runs()] == [waiting.id]
    assert runs.list_runs()[0].created_at < runs.clock() - timedelta(days=1000)


def test_a_worker_takes_no_more_than_it_has_places_for(runs: Runs) -> None:
    from modelyard.runs.identity import own_identity
    from modelyard.runs.store_claims import Claims
    from modelyard.runs.store_instances import Instances

    for number in range(40):
        runs.submit("echo", {"text": str(number)})
    identity = own_identity()
    claims = Claims(runs.database, identity.id)
    assert claims.take(["echo"], 3, runs.clock()) == []
    Instances(runs.database).join(identity, "worker", runs.clock())
    oldest = [run.id for run in reversed(runs.list_runs())][:3]
    taken = claims.take(["echo"], 3, runs.clock())
    assert sorted(run_id for run_id, _ in taken) == sorted(oldest)
    assert claims.held() == set(oldest)


def test_the_runs_of_a_dataset_and_of_a_schedule_are_found_in_an_index(
    runs: Runs, database: Database
) -> None:
    asked = {
        "ix_runs_resource_kind_resource_name_created_at": {"resource": ("dataset", "flights")},
        "ix_runs_schedule_created_at": {"schedule": "nightly"},
    }
    for index, filters in asked.items():
        assert index in plan_of(database, lambda filters=filters: runs.list_runs(**filters))


def plan_of(database: Database, ask: Callable[[], object]) -> str:
    """Give how the database goes about what is asked, where a table is no cheap thing to read."""
    seen: list[tuple[str, object]] = []

    def note(*given: Any) -> None:
        seen.append((given[2], given[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    ask()
    event.remove(database.engine, "before_cursor_execute", note)
    statement, values = seen[-1]
    with database.reading() as connection:
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return str(rows.all())
