"""Runs that start by the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from modelyard.errors import Invalid
from modelyard.runs.runs import Runs
from modelyard.runs.schedules import Schedules, next_time
from modelyard.workspace.config import ScheduleConfig

NOON = datetime(2026, 3, 28, 12, 0, 30, tzinfo=UTC)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(runs: Runs, clock: Clock) -> Runs:
    return Runs(runs.database, runs.kinds, runs.blobs, clock)


def every_minute(**changes: object) -> ScheduleConfig:
    return ScheduleConfig(**{"cron": "* * * * *", "run": "echo", **changes})


def test_two_workers_start_one_run_for_each_time(timed: Runs, clock: Clock) -> None:
    workers = [Schedules(lambda: {"often": every_minute()}) for _ in range(2)]
    for _ in range(3):
        for worker in workers:
            worker.look(timed)
        clock.now += timedelta(minutes=1)
    found = timed.list_runs()
    assert len(found) == 2
    assert {run.schedule for run in found} == {"often"}


def test_times_that_passed_while_nobody_looked_count_as_one(timed: Runs, clock: Clock) -> None:
    schedules = Schedules(lambda: {"often": every_minute()})
    schedules.look(timed)
    clock.now += timedelta(days=2)
    schedules.look(timed)
    schedules.look(timed)
    assert len(timed.list_runs()) == 1


def test_a_changed_rule_counts_from_now(timed: Runs, clock: Clock) -> None:
    rules = {"rule": every_minute(cron="0 0 1 1 *")}
    schedules = Schedules(lambda: rules)
    schedules.look(timed)
    rules["rule"] = every_minute()
    schedules.look(timed)
    clock.now += timedelta(minutes=1)
    schedules.look(timed)
    assert len(timed.list_runs()) == 1


def test_a_schedule_with_a_fault_does_not_keep_the_others_from_starting(
    timed: Runs, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    faulty = {
        "a-cron": every_minute(cron="61 * * * *"),
        "a-kind": every_minute(run="ecko"),
        "a-zone": every_minute(timezone="Mars/Base"),
        "sound": every_minute(),
    }
    schedules = Schedules(lambda: faulty)
    for _ in range(3):
        schedules.look(timed)
        clock.now += timedelta(minutes=1)
    assert {run.schedule for run in timed.list_runs()} == {"sound"}
    assert len(timed.list_runs()) == 2
    for words in ("a-cron", "Did you mean 'echo'?", "Mars/Base"):
        assert caplog.text.count(words) == 1


def test_hours_are_those_of_the_zone_also_when_clocks_change() -> None:
    daily = every_minute(cron="30 6 * * *", timezone="Europe/Berlin")
    first = next_time(daily, NOON)
    second = next_time(daily, first + timedelta(minutes=1))
    assert first == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert second == datetime(2026, 3, 30, 4, 30, tzinfo=UTC)


def test_a_rule_that_never_comes_is_refused() -> None:
    with pytest.raises(Invalid, match="never due"):
        next_time(every_minute(cron="0 0 31 2 *"), NOON)
