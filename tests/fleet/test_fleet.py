"""Who is there, how much they have to do, and what is kept of it; on each kind of database."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from modelyard import metrics
from modelyard.db.migrate import migrate
from modelyard.fleet.load import growth, load_of, totals
from modelyard.fleet.member import SILENT_AFTER_S
from modelyard.fleet.packed import packed, unpacked
from modelyard.fleet.pulse import Pulse, own_member
from modelyard.fleet.sample import HOUR_S, Sample, hour_of
from modelyard.fleet.store import FleetStore
from modelyard.fleet.tables import MEMBERS, SAMPLES
from modelyard.fleet.timeline import history
from modelyard.metrics.families import BOUNDS_S, IN_FLIGHT, TIMED_LENGTH
from modelyard.metrics.quantiles import quantile_s


@pytest.fixture
def store(database):
    migrate(database)
    return FleetStore(database)


@pytest.fixture
def pulse(store, tmp_path):
    metrics.start(tmp_path / "metrics")
    return make_pulse(store)


def make_pulse(store, kind="web", **more):
    return Pulse(lambda: store, own_member(kind, "box", "box:8080", "zone-a", "1.0"), **more)


def timed(count, seconds):
    numbers = [0.0] * TIMED_LENGTH
    numbers[0] = count * seconds
    numbers[1 + next(place for place, end in enumerate(BOUNDS_S) if seconds <= end)] = count
    return numbers


def key(route="/r", status="200", model="", version="", protocol=""):
    return ("request", route, "GET", status, model, version, protocol)


def sample(store, ago, counts, span_s=60, members=1):
    requests, errors, steps = totals(counts)
    made = Sample(
        at=store.now() - ago,
        span_s=span_s,
        members=members,
        requests=requests,
        errors=errors,
        busy_s=steps[0],
        counts=packed(counts),
    )
    store.add_sample(made)


def test_a_process_says_that_it_lives_and_what_it_does(store, pulse):
    pulse.beat()
    for _ in range(20):
        metrics.observe("/r", "GET", 200, 0.004)
    metrics.observe("/r", "GET", 500, 0.2)
    pulse.beat()
    (member,) = store.members()
    doing = member.doing
    assert doing.requests_per_s > 0
    assert doing.errors_per_s > 0
    assert doing.p50_s == pytest.approx(0.004, rel=0.15)
    assert doing.p99_s == pytest.approx(0.2, rel=0.2)
    assert doing.memory_bytes > 1_000_000
    assert member.state(store.now()) == "running"


def test_processes_of_the_same_name_are_told_apart(store):
    for _ in range(3):
        make_pulse(store).beat()
    assert len({member.id for member in store.members()}) == 3
    assert {member.name for member in store.members()} == {"box"}


def test_a_process_that_leaves_or_falls_silent_is_told_as_such(store, pulse):
    pulse.beat()
    other = make_pulse(store)
    other.beat()
    other.stop()
    now = store.now()
    assert sorted(member.state(now) for member in store.members()) == ["left", "running"]
    later = now + timedelta(seconds=SILENT_AFTER_S + 5)
    assert sorted(member.state(later) for member in store.members()) == ["left", "silent"]
    pulse.beat()
    assert sorted(one.state(store.now()) for one in store.members()) == ["left", "running"]


def test_what_a_process_did_until_its_end_is_told(store, pulse):
    pulse.beat()
    metrics.observe("/until-the-end", "GET", 200, 0.01)
    time.sleep(1.1)
    pulse.stop()
    pulse.stop()
    (row,) = [row for row in history(store, "hour").routes if row.labels[1] == "/until-the-end"]
    assert row.requests == 1
    assert store.members()[0].left_at is not None


def test_a_process_that_was_forgotten_while_it_slept_is_there_again(store, pulse, database):
    pulse.beat()
    with database.transaction() as connection:
        connection.execute(MEMBERS.delete())
    pulse.beat()
    assert len(store.members()) == 1


def test_clocks_that_are_set_back_make_no_negative_times(store, pulse, database):
    pulse.beat()
    (member,) = store.members()
    before = member.started_at - timedelta(hours=5)
    assert member.uptime_s(before) == 0
    assert member.state(before) == "running"


def test_a_party_drains_together_and_takes_requests_again(store):
    said = []
    one, other = make_pulse(store, on_drain=said.append), make_pulse(store)
    one.beat()
    other.beat()
    assert store.drain(one.member.party, True) == 2
    one.beat()
    assert {member.state(store.now()) for member in store.members()} == {"draining"}
    store.drain(one.member.party, False)
    one.beat()
    assert said == [False, True, False]


def test_samples_become_a_history_with_rates_errors_and_percentiles(store):
    counts = {
        key("/a"): timed(90, 0.01),
        key("/a", "500"): timed(10, 1.0),
        key("/v2", model="delays", version="3", protocol="v2"): timed(60, 0.002),
    }
    sample(store, timedelta(minutes=5), counts)
    sample(store, timedelta(minutes=5), counts)
    told = history(store, "hour")
    (point,) = [point for point in told.points if point.members is not None]
    assert point.members == 2
    assert point.requests_per_s == pytest.approx(320 / 60)
    assert point.errors_per_s == pytest.approx(20 / 60)
    route = told.routes[0]
    assert (route.labels, route.requests, route.errors) == (("GET", "/a"), 200, 20)
    assert route.p50_s == pytest.approx(0.01, rel=0.1)
    assert route.p99_s == pytest.approx(1.0, rel=0.1)
    assert [row.labels for row in told.models] == [("delays", "3", "v2")]
    assert told.total.requests == 320


def joined(store, name, came_s, went_s=None, seen_s=0):
    """Add a process that came and went so many seconds ago."""
    member = own_member("web", name, "box:8080", "", "1.0")
    store.join(member)
    now = store.now()
    values = {
        "started_at": now - timedelta(seconds=came_s),
        "seen_at": now - timedelta(seconds=seen_s),
        "left_at": None if went_s is None else now - timedelta(seconds=went_s),
    }
    with store.database.transaction() as connection:
        connection.execute(update(MEMBERS).where(MEMBERS.c.id == member.id).values(**values))


def test_a_fleet_that_grew_and_shrank_within_minutes_is_told_to_ten_seconds(store):
    joined(store, "first", 400)
    joined(store, "second", 300, 100)
    joined(store, "second", 295, 105)
    joined(store, "silent", 200, seen_s=150)
    told = [point.members for point in history(store, "minutes").points]
    assert len(told) == 60
    assert told[:10] == [None] * 10
    peak = told.index(4)
    assert told[peak:] == sorted(told[peak:], reverse=True)
    assert set(told[10:]) >= {1, 3, 4}
    assert told[-1] == 1


def test_clocks_that_jumped_leave_no_process_counted_twice_or_less_than_none(store):
    joined(store, "from the future", -3000)
    joined(store, "left before it came", 50, 500)
    joined(store, "before all", 80_000)
    told = [point.members or 0 for point in history(store, "hour").points]
    assert (min(told), told[0], told[-1]) == (1, 1, 1)
    assert max(told) == 2, "who left before it came was there for a moment"


def test_short_samples_are_rates_of_their_seconds_and_no_more_processes(store):
    for number in range(10):
        sample(store, timedelta(seconds=90 + 6 * number), {key(): timed(60, 0.01)}, span_s=6)
    rates = [point.requests_per_s for point in history(store, "minutes").points]
    assert max(rate for rate in rates if rate) == pytest.approx(10, rel=1.1)
    assert max(point.members or 0 for point in history(store, "day").points) == 1
    assert history(store, "minutes").total.requests == 600


def test_hours_that_are_over_become_one_sample_each_and_nothing_is_counted_twice(store, database):
    for minute in range(0, 120, 10):
        sample(store, timedelta(hours=5, minutes=minute), {key(): timed(10, 0.01)})
    sample(store, timedelta(minutes=5), {key(): timed(10, 0.01)})
    before = history(store, "day").total
    threads = [threading.Thread(target=store.tidy) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert history(store, "day").total == before
    kept = store.samples(store.now() - timedelta(days=1))
    hours = [one for one in kept if one.span_s == HOUR_S]
    assert len(kept) == len(hours) + 1
    assert {hour_of(one.at) for one in hours} == {one.at for one in hours}


def test_a_crowd_becomes_one_sample_per_minute_with_the_same_figures(store):
    for number in range(400):
        sample(store, timedelta(minutes=10, seconds=number % 3), {key(): timed(5, 0.01)})
    sample(store, timedelta(seconds=30), {key(): timed(5, 0.01)})
    before = history(store, "hour")
    for _ in range(3):
        store.tidy()
    kept = store.samples(store.now() - timedelta(hours=1))
    assert len(kept) <= 3
    assert history(store, "hour").total == before.total
    assert sum(one.members for one in kept) == 401


def test_what_is_old_is_forgotten(store, database, pulse):
    pulse.beat()
    sample(store, timedelta(days=9), {key(): timed(10, 0.01)})
    with database.transaction() as connection:
        old = store.now() - timedelta(days=2)
        connection.execute(update(MEMBERS).values(seen_at=old))
    store.tidy()
    with database.reading() as connection:
        assert connection.execute(select(SAMPLES)).all() == []
        assert connection.execute(select(MEMBERS)).all() == []


def test_a_sample_that_cannot_be_read_spoils_nothing(store):
    sample(store, timedelta(minutes=5), {key(): timed(10, 0.01)})
    broken = Sample(
        at=store.now() - timedelta(minutes=4),
        span_s=60,
        members=1,
        requests=1,
        errors=0,
        busy_s=0.0,
        counts=b"not a sample",
    )
    store.add_sample(broken)
    assert history(store, "hour").total.requests == 10


def test_counts_survive_being_packed():
    counts = {key(): timed(10, 0.01), ("rows", "delays", "3", "v2"): [64.0]}
    assert unpacked(packed(counts)) == counts


def test_a_series_that_fell_was_begun_anew():
    assert growth({key(): timed(10, 0.01)}, {key(): timed(4, 0.01)}) == {key(): timed(4, 0.01)}
    assert growth({(IN_FLIGHT,): [1.0]}, {(IN_FLIGHT,): [5.0]}) == {}
    assert load_of({}, 10.0, -5.0, {}).cpu == 0, "a clock that was set back"


@pytest.mark.parametrize("seconds", [0.00012, 0.0033, 0.05, 0.77, 42.0])
def test_percentiles_are_right_within_a_tenth(seconds):
    assert quantile_s(timed(1000, seconds), 1.0) == pytest.approx(seconds, rel=0.2)


def test_percentiles_of_nothing_and_of_what_took_longer_than_a_day():
    assert quantile_s([0.0] * TIMED_LENGTH, 0.5) is None
    numbers = [0.0] * TIMED_LENGTH
    numbers[-1] = 3
    assert quantile_s(numbers, 0.99) == BOUNDS_S[-1]
