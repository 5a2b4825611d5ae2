"""What a scan says: the worst rows, their reasons, and a threshold that moves."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from modelyard.datasets.outliers import OutlierScan, at_threshold, find_outliers
from modelyard.errors import Invalid

DETECTORS = ("iforest", "ecod", "copod", "hbos", "pca", "knn", "lof")


@pytest.fixture(params=DETECTORS)
def detector(request: pytest.FixtureRequest) -> str:
    if request.param == "iforest":
        request.getfixturevalue("with_sklearn")
    elif request.param not in {"ecod", "copod"}:
        request.getfixturevalue("with_pyod")
    return str(request.param)


def test_every_detector_names_the_row_and_the_column_that_stand_out(
    measured: pl.DataFrame, detector: str
) -> None:
    scan, scores = find_outliers(measured.lazy(), detector=detector, worst=100)
    row = next(row for row in scan.worst if row.row == 1_234)
    assert row.reasons[0].column == "height"
    assert row.reasons[0].value == 40.0
    assert row.reasons[0].phrase == "40.0, higher than 99.95 % of rows"
    assert row.score == scores[1_234]
    assert 0 < sum(reason.contribution for reason in row.reasons) <= 1 + 1e-9


def test_a_scan_survives_json(measured: pl.DataFrame, detector: str) -> None:
    scan, _ = find_outliers(measured.lazy(), detector=detector, worst=20)
    assert msgspec.json.decode(msgspec.json.encode(scan), type=OutlierScan) == scan


def test_the_scan_names_the_library_that_did_the_work(measured: pl.DataFrame) -> None:
    scan, _ = find_outliers(measured.lazy(), detector="ecod")
    assert (scan.library, scan.version) == ("numpy", np.__version__)


def test_worst_rows_come_in_order_and_ties_in_the_tables_order() -> None:
    table = pl.DataFrame({"x": [5, 0, 0, 0, 0, 0, 5, 0, 5]})
    scan, scores = find_outliers(table.lazy(), detector="ecod", worst=4)
    assert [row.row for row in scan.worst] == [0, 6, 8, 1]
    assert [row.percentile for row in scan.worst[:3]] == [100.0] * 3
    assert len(scores) == scan.rows == 9


@pytest.mark.parametrize(("worst", "shown"), [(0, 0), (3, 3), (10_000, 2_000)])
def test_as_many_rows_are_explained_as_asked(
    measured: pl.DataFrame, worst: int, shown: int
) -> None:
    assert len(find_outliers(measured.lazy(), detector="ecod", worst=worst)[0].worst) == shown


def test_a_negative_count_or_seed_is_refused(measured: pl.DataFrame) -> None:
    with pytest.raises(Invalid, match="worst"):
        find_outliers(measured.lazy(), worst=-1)
    with pytest.raises(Invalid, match="seed"):
        find_outliers(measured.lazy(), seed=-1)


def test_values_of_a_row_are_written_for_json() -> None:
    table = pl.DataFrame(
        {
            "x": [1, 2, 3],
            "day": [date(2013, 1, 1)] * 3,
            "at": [datetime(2013, 1, 1, 10, 0, 0, 500_000, tzinfo=UTC)] * 3,
            "noon": [datetime(2013, 1, 1, 12)] * 3,
            "money": [Decimal("12.10")] * 3,
            "long": ["ä" * 5_000] * 3,
            "tags": [[1, 2]] * 3,
            "raw": [b"abc"] * 3,
            "odd": [float("nan")] * 3,
            "row number": [None] * 3,
        }
    )
    values = find_outliers(table.lazy(), detector="ecod", columns=["x"])[0].worst[0].values
    assert values.pop("x") in {1, 3}
    assert len(str(values.pop("long"))) == 200
    assert values == {
        "day": "2013-01-01",
        "at": "2013-01-01T10:00:00.500000+00:00",
        "noon": "2013-01-01T12:00:00",
        "money": "12.10",
        "tags": "[1, 2]",
        "raw": 3,
        "odd": "nan",
        "row number": None,
    }


@pytest.mark.parametrize(
    ("values", "phrase"),
    [
        (["UA"] * 1_000 + ["DTW"], "'DTW', in 0.09 % of rows"),
        ([date(2020, 1, 1 + n % 28) for n in range(1_000)] + [date(2031, 1, 1)], "later than 99"),
        ([date(2020, 1, 1 + n % 28) for n in range(1_000)] + [date(1931, 1, 1)], "earlier than 99"),
        ([n % 30 for n in range(1_000)] + [-50], "-50, lower than 99.9 % of rows"),
        ([True] * 1_000 + [False], "false, in 0.09 % of rows"),
        (["UA"] * 20_000 + ["x" * 90], "in less than 0.01 % of rows"),
    ],
)
def test_reasons_are_plain_phrases(values: list[object], phrase: str) -> None:
    scan, _ = find_outliers(pl.LazyFrame({"x": values}), detector="ecod", worst=1)
    assert scan.worst[0].row == len(values) - 1
    assert phrase in scan.worst[0].reasons[0].phrase
    assert len(scan.worst[0].reasons[0].phrase) < 100


def test_a_known_outlier_of_a_real_table_is_explained(shared_data: Path) -> None:
    frame = pl.scan_parquet(shared_data / "tables" / "nycflights13_flights.parquet")
    scan, _ = find_outliers(frame, detector="ecod", columns=["dep_delay", "dest", "distance"])
    phrases = {row.row: [reason.phrase for reason in row.reasons] for row in scan.worst}
    assert phrases[7072][0] == "1301.0, higher than 99.99 % of rows"


def test_a_threshold_moves_without_a_new_fit(measured: pl.DataFrame) -> None:
    scan, scores = find_outliers(measured.lazy(), detector="ecod", worst=50)
    for percentile in (0, 50, 90, 99, 99.5, 99.95, 100):
        exact = at_threshold(scan, scores, percentile)
        assert exact.flagged == int((scores > exact.score).sum())
        assert exact.score == pytest.approx(np.percentile(scores, percentile), rel=1e-12)
        assert at_threshold(scan, scan.curve, percentile) == exact


def test_the_flagged_rows_are_those_above_the_percentile(measured: pl.DataFrame) -> None:
    scan, scores = find_outliers(measured.lazy(), detector="ecod", worst=50)
    found = at_threshold(scan, scores, 99)
    assert found.flagged == 20
    assert found.flagged_worst == tuple(row.row for row in scan.worst if row.percentile > 99)


def test_the_highest_of_a_few_rows_is_above_the_99th_percentile() -> None:
    frame = pl.DataFrame({"size": [float(n % 7) for n in range(50)] + [500.0]})
    scan, scores = find_outliers(frame.lazy(), detector="ecod")
    found = at_threshold(scan, scores, 99)
    assert (found.flagged, found.flagged_worst) == (1, (50,))


def test_the_curve_answers_at_its_nearest_point(measured: pl.DataFrame) -> None:
    scan, _ = find_outliers(measured.lazy(), detector="ecod")
    assert at_threshold(scan, scan.curve, 97.34).percentile == 97.3
    assert at_threshold(scan, scan.curve, 99.1234).percentile == 99.123


@pytest.mark.parametrize("percentile", [-1, 100.1, float("nan")])
def test_a_threshold_outside_0_to_100_is_refused(measured: pl.DataFrame, percentile: float) -> None:
    scan, scores = find_outliers(measured.lazy(), detector="ecod", worst=0)
    with pytest.raises(Invalid, match="threshold"):
        at_threshold(scan, scores, percentile)


def test_curve_and_histogram_cover_all_rows(measured: pl.DataFrame) -> None:
    scan, scores = find_outliers(measured.lazy(), detector="ecod", worst=0)
    assert (scan.curve.percentiles[0], scan.curve.percentiles[-1]) == (0.0, 100.0)
    assert (scan.curve.scores[0], scan.curve.scores[-1]) == (scores.min(), scores.max())
    assert sum(scan.histogram.counts) == scan.rows == 2_000


def test_progress_says_what_happens(measured: pl.DataFrame) -> None:
    told: list[tuple[float, str]] = []
    find_outliers(
        measured.lazy(), detector="ecod", progress=lambda done, label: told.append((done, label))
    )
    assert [label for _, label in told] == [
        "reading",
        "encoding",
        "fitting",
        "scoring",
        "explaining",
        "done",
    ]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_file_is_scanned_lazily_and_in_its_order(tmp_path: Path, measured: pl.DataFrame) -> None:
    measured.write_parquet(tmp_path / "measured.parquet", row_group_size=100)
    from_file = find_outliers(pl.scan_parquet(tmp_path / "measured.parquet"), detector="ecod")
    in_memory = find_outliers(measured.lazy(), detector="ecod")
    assert from_file[0] == in_memory[0]
    assert np.array_equal(from_file[1], in_memory[1])


def test_columns_that_calm_a_row_down_are_no_reasons(measured: pl.DataFrame) -> None:
    scan, _ = find_outliers(measured.lazy(), detector="copod")
    for row in scan.worst:
        assert len(row.reasons) <= 5
        shares = [reason.contribution for reason in row.reasons]
        assert shares == sorted(shares, reverse=True)
        assert all(share > 0 for share in shares)


def test_scores_that_differ_by_rounding_only_have_a_histogram() -> None:
    table = pl.DataFrame({"a": [0, 0, 1], "b": [0, 1, 0], "c": [0, 1, 1]})
    scan, _ = find_outliers(table.lazy(), detector="ecod")
    assert sum(scan.histogram.counts) == 3


def test_a_very_wide_table_has_fewer_rows_explained() -> None:
    random = np.random.default_rng(0)
    table = pl.DataFrame({f"c{n}": random.standard_normal(100) for n in range(2_000)})
    scan, scores = find_outliers(table.lazy(), detector="ecod")
    assert len(scan.worst) == 50
    assert len(scores) == 100
