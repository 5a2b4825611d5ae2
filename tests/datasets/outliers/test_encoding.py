"""Which columns are used, how they become numbers, and which are skipped."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelyard.datasets.outliers import ColumnUsed, OutlierScan, find_outliers
from modelyard.errors import Invalid

ROWS = 2_000


def scan_of(table: pl.DataFrame, columns: list[str] | None = None) -> OutlierScan:
    return find_outliers(table.lazy(), detector="ecod", columns=columns, worst=5)[0]


def used(scan: OutlierScan, name: str) -> ColumnUsed:
    return next(column for column in scan.used if column.name == name)


def why_skipped(scan: OutlierScan, name: str) -> str:
    return next(column.reason for column in scan.skipped if column.name == name)


def with_noise(values: list[object] | pl.Series) -> pl.DataFrame:
    """Put a column `x` beside a column that can always be used."""
    noise = np.random.default_rng(0).normal(size=len(values))
    return pl.DataFrame({"x": values, "noise": noise}, strict=False)


def test_empty_numbers_count_as_the_median() -> None:
    column = used(scan_of(with_noise([1.0, None, 3.0, 10.0, float("nan")])), "x")
    assert (column.encoding, column.missing, column.typical) == ("number", 2, 3.0)
    assert "2 empty cells as the median, 3" in column.note


def test_infinite_values_count_as_the_ends_of_the_rest() -> None:
    infinite = float("inf")
    scan = scan_of(with_noise([1.0, infinite, 3.0, 10.0, -infinite, 5.0]))
    assert used(scan, "x").limited == 2
    assert {row.values["x"] for row in scan.worst} >= {"inf", "-inf"}


def test_values_too_far_out_for_a_32_bit_float_do_no_harm(with_sklearn: None) -> None:
    table = with_noise([1e300, 2.0, 3.0, -1e200, 1e39, 6.0])
    scan, scores = find_outliers(table.lazy())
    assert used(scan, "x").limited == 3
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    ("values", "encoding", "typical"),
    [
        ([True, False, True, None], "boolean", 1.0),
        ([date(1970, 1, 2), date(1970, 1, 4), date(1970, 1, 8)], "days since 1970", 3.0),
        (
            [datetime(1970, 1, 1, 12), datetime(1970, 1, 2), datetime(1970, 1, 3)],
            "days since 1970",
            1.0,
        ),
        ([timedelta(minutes=1), timedelta(minutes=2), timedelta(days=9)], "seconds", 120.0),
        ([Decimal("1.50"), Decimal("2.50"), Decimal("9.00")], "number", 2.5),
        ([1, 2, 9], "number", 2.0),
        (["a", "a", "a", "b", None], "share of rows", 0.6),
    ],
)
def test_every_type_becomes_numbers_in_its_own_way(
    values: list[object], encoding: str, typical: float
) -> None:
    column = used(scan_of(with_noise(values)), "x")
    assert (column.encoding, column.typical) == (encoding, pytest.approx(typical))


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["a", "b", "c"])])
def test_categories_are_encoded_like_text(dtype: pl.DataType) -> None:
    values = pl.Series(["a"] * 8 + ["b"], dtype=pl.String)
    scan = scan_of(with_noise(values).with_columns(pl.col("x").cast(dtype)))
    assert used(scan, "x").encoding == "share of rows"
    assert scan.worst[0].values["x"] in {"a", "b"}


def test_an_empty_text_is_a_value_of_its_own() -> None:
    scan = scan_of(with_noise(["a"] * 300 + [None]), ["x"])
    assert used(scan, "x").missing == 1
    assert scan.worst[0].row == 300
    assert scan.worst[0].reasons[0].phrase == "empty, in 0.33 % of rows"


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("same", [7] * ROWS, "same value"),
        ("word", ["a"] * ROWS, "same value"),
        ("nothing", pl.Series([None] * ROWS, dtype=pl.Float64), "no values"),
        ("void", pl.Series([None] * ROWS, dtype=pl.Null), "no values"),
        ("not_a_number", [float("nan")] * ROWS, "no values"),
        ("tags", [[1, n] for n in range(ROWS)], "List"),
        ("place", [{"x": n} for n in range(ROWS)], "Struct"),
        ("bytes", [b"%d" % n for n in range(ROWS)], "Binary"),
        ("text", [f"text {n}" for n in range(ROWS)], "2,000 differ"),
        ("words", [f"text {n % 1_500}" for n in range(ROWS)], "1,500 differ"),
        ("words", [None, *(f"text {n}" for n in range(ROWS - 1))], "1,999 differ"),
        ("pairs", [f"text {n // 4}" for n in range(ROWS)], "the same number of rows"),
        ("user_id", [n * 7919 % 1_000_003 for n in range(ROWS)], "identifier"),
        ("userId", [n * 7919 % 1_000_003 for n in range(ROWS)], "identifier"),
        ("accessionNumber", [n * 7919 % 1_000_003 for n in range(ROWS)], "identifier"),
        ("invoice_no", [n * 7919 % 1_000_003 for n in range(ROWS)], "identifier"),
        ("row", list(range(ROWS)), "counts the rows"),
    ],
)
def test_columns_that_say_nothing_are_skipped_with_the_reason(
    name: str, values: list[object], reason: str
) -> None:
    noise = np.random.default_rng(0).normal(size=ROWS)
    scan = scan_of(pl.DataFrame({name: values, "noise": noise}))
    assert [column.name for column in scan.used] == ["noise"]
    assert reason in why_skipped(scan, name)


SPREAD = [int(x) for x in np.random.default_rng(2).permutation(10**7)[:ROWS]]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("amount", SPREAD),
        ("price_index", SPREAD),
        ("number", SPREAD),
        ("valid", SPREAD),
        ("paid", SPREAD),
        ("seconds", sorted(SPREAD)),
        ("shop_id", [n % 40 for n in range(ROWS)]),
        ("flight_number", [n % 1_900 for n in range(ROWS)]),
        ("reading", [float(n) for n in range(ROWS)]),
        ("order_id", [None, *range(1, ROWS)]),
    ],
)
def test_a_measured_column_is_never_taken_for_an_identifier(
    name: str, values: list[int | float]
) -> None:
    assert [column.name for column in scan_of(pl.DataFrame({name: values})).used] == [name]


def test_texts_of_a_small_table_that_never_repeat_are_skipped() -> None:
    scan = scan_of(with_noise(["a", "b", "c", None]))
    assert "no text appears twice" in why_skipped(scan, "x")


def test_a_small_table_keeps_its_integers() -> None:
    assert scan_of(pl.DataFrame({"id": range(1_000)})).used[0].name == "id"


def test_named_columns_are_used_as_asked() -> None:
    table = pl.DataFrame(
        {"user_id": range(ROWS), "words": [f"t {n % 1_500}" for n in range(ROWS)], "x": range(ROWS)}
    )
    scan = scan_of(table, ["words", "user_id"])
    assert [column.name for column in scan.used] == ["words", "user_id"]
    assert scan.skipped == ()


def test_an_unknown_column_is_refused_with_the_nearest_name(measured: pl.DataFrame) -> None:
    with pytest.raises(Invalid, match=r"no column 'heigth'\. Did you mean 'height'"):
        scan_of(measured, ["heigth"])


@pytest.mark.parametrize("values", [[[1], [2], [3]], pl.Series([None] * 3, dtype=pl.Int64)])
def test_a_named_column_that_cannot_be_encoded_is_refused(values: list[object]) -> None:
    with pytest.raises(Invalid, match="columns/x"):
        scan_of(pl.DataFrame({"x": values, "y": [1, 2, 3]}), ["x", "y"])


@pytest.mark.parametrize("detector", ["iforest", "ecod", "copod"])
def test_a_single_row_is_refused_plainly(detector: str) -> None:
    with pytest.raises(Invalid, match="at least 2 rows to compare; the table has 1"):
        find_outliers(pl.LazyFrame({"x": [1.0]}), detector=detector)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(Invalid, match="the table has 0"):
        find_outliers(pl.LazyFrame({"x": []}, schema={"x": pl.Float64}))


@pytest.mark.parametrize("table", [{"x": [1, 1, 1]}, {"x": [[1], [2]]}, {}])
def test_a_table_without_a_usable_column_is_refused(table: dict[str, list[object]]) -> None:
    with pytest.raises(Invalid, match="no column to compare"):
        find_outliers(pl.LazyFrame(table))


def test_huge_cells_do_no_harm(shared_data: Path, with_sklearn: None) -> None:
    scan, scores = find_outliers(pl.scan_parquet(shared_data / "sec" / "tenk_text_423.parquet"))
    assert len(scores) == 423
    texts = [text for row in scan.worst for text in row.values.values() if isinstance(text, str)]
    assert max(map(len, texts)) == 200
