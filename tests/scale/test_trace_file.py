"""Recorded traces: what is understood, and what is refused with its place."""

from pathlib import Path

import polars as pl
import pytest

from modelyard.errors import Invalid, NotFound
from modelyard.scale.trace_file import Reading, read_trace


def written(folder: Path, text: str) -> Path:
    path = folder / "load.csv"
    path.write_text(text)
    return path


def test_counts_of_minutes_become_requests_per_second(tmp_path: Path) -> None:
    text = "timestamp,requests\n2026-01-01 00:00:00,60\n2026-01-01 00:01:00,120\n"
    trace = read_trace(written(tmp_path, text))
    assert list(trace.per_s) == [1.0] * 60 + [2.0] * 60
    assert trace.requests == pytest.approx(180)


@pytest.mark.parametrize(
    ("text", "meaning", "first", "seconds"),
    [
        ("rps\n5\n6\n", None, 5.0, 2),
        ("requests_per_minute\n120\n60\n", None, 2.0, 120),
        ("time,requests_per_second\n0,7\n10,8\n", None, 7.0, 20),
        ("value\n30\n", "per-minute", 0.5, 60),
        ("ts,load\n1,4\n2,5\n", None, None, None),
    ],
)
def test_names_of_columns_tell_what_numbers_are_per(
    tmp_path: Path, text: str, meaning: str | None, first: float | None, seconds: int | None
) -> None:
    path = written(tmp_path, text)
    if first is None:
        with pytest.raises(Invalid, match="--column"):
            read_trace(path)
        return
    trace = read_trace(path, Reading(meaning=meaning))
    assert (trace.per_s[0], trace.seconds) == (first, seconds)


def test_parquet_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "load.data"
    frame = pl.DataFrame({"at": [0, 60, 120], "count": [60, 0, 180]})
    frame.with_columns(pl.from_epoch("at")).write_parquet(path)
    assert read_trace(path).requests == pytest.approx(240)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("requests\n", "no rows"),
        ("requests\n0\n0\n", "no requests at all"),
        ("requests\n3\n-4\n", "row 2: -4 is negative"),
        ("requests\n3\nmany\n", "row 2, requests: 'many' is no number"),
        ("requests\n3\nnan\n", "row 2"),
        ("requests\n3\ninf\n", "row 2: inf is no number of requests"),
        ("time,requests\n0,1\n60,1\n60,1\n", "row 3: is the time of the row before"),
        ("time,requests\n0,1\n60,1\n30,1\n", "row 3: lies before"),
        ("time,requests\n0,1\nlater,1\n60,1\n", "row 2, time: 'later' is no time"),
        ("time,requests\n0,1\n60,1\n120,1\n300,1\n", "row 4: 2 rows of 60 s are missing"),
        ("time,requests\n0,1\n99999999,1\n", "too coarse"),
        ("time,requests\n0,1\n1,1\n2,1\n3,1\n9999999999,1\n", "row 5"),
    ],
)
def test_what_is_no_trace_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Invalid, match=r"load\.csv") as refused:
        read_trace(written(tmp_path, text))
    assert said in str(refused.value)


def test_a_gap_that_would_fill_the_memory_is_refused_also_where_gaps_are_allowed(
    tmp_path: Path,
) -> None:
    text = "time,requests\n0,1\n1,1\n2,1\n3,1\n9999999999,1\n"
    with pytest.raises(Invalid, match="too long"):
        read_trace(written(tmp_path, text), Reading(gaps="zero"))


def test_gaps_are_filled_as_one_says(tmp_path: Path) -> None:
    path = written(tmp_path, "time,requests\n0,60\n60,60\n120,120\n240,60\n")
    assert read_trace(path, Reading(gaps="zero")).per_s[180] == 0
    assert read_trace(path, Reading(gaps="hold")).per_s[180] == 2


def test_a_file_that_is_not_there_and_one_that_is_no_table_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_trace(tmp_path / "none.csv")
    path = tmp_path / "x.csv"
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(Invalid, match="neither CSV nor Parquet"):
        read_trace(path)


def test_of_a_long_trace_the_busiest_days_are_taken(tmp_path: Path) -> None:
    rows = "\n".join(f"{hour * 3600},{3600 if 48 <= hour < 72 else 360}" for hour in range(120))
    trace = read_trace(written(tmp_path, f"time,requests\n{rows}\n"), Reading(most_days=1))
    assert trace.seconds == 86_400
    assert set(trace.per_s) == {1.0}


def test_real_traces_are_read(shared_data: Path) -> None:
    folder = shared_data / "traces" / "nab"
    taxi = folder / "realKnownCause__nyc_taxi.csv"
    balancer = folder / "realAWSCloudwatch__elb_request_count_8c0756.csv"
    if not taxi.is_file() or not balancer.is_file():
        pytest.skip("the recorded traces are not here")
    week = read_trace(taxi, Reading(most_days=7, times=20))
    assert week.seconds == 7 * 86_400
    assert week.peak_per_s == pytest.approx(435.5, abs=0.1)
    with pytest.raises(Invalid, match="row 139"):
        read_trace(balancer)
    assert read_trace(balancer, Reading(gaps="zero")).requests == pytest.approx(249_327)
