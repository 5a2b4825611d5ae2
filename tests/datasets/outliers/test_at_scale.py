"""Outliers of a table that is not held whole: the same scores, wherever they are given."""

import numpy as np
import polars as pl
import pytest

from modelyard.datasets.outliers import find_outliers
from modelyard.datasets.outliers.at_scale import fit_sample
from modelyard.datasets.outliers.shipped import shipped_from
from modelyard.datasets.outlying import FileRows, outliers_in_place
from modelyard.errors import Invalid

ROWS = 6_000


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    order = np.random.default_rng(3)
    amount = order.normal(100, 5, ROWS)
    amount[[17, 4_000]] = 900, np.inf
    return pl.DataFrame(
        {
            "amount": amount,
            "gaps": pl.Series(order.random(ROWS)).scatter(np.arange(0, ROWS, 7), None),
            "word": pl.Series(order.choice(["a", "b", None], ROWS).tolist()),
            "day": pl.Series(order.integers(0, 900, ROWS).astype(np.int32)).cast(pl.Date),
            "is_open": order.random(ROWS) < 0.1,
            "note": [f"text {number}" for number in range(ROWS)],
        }
    )


@pytest.fixture
def dataset(yard, table):
    folder = yard.folder / "t.parquet"
    folder.mkdir()
    for number in range(4):
        table[number * 1_500 : (number + 1) * 1_500].write_parquet(folder / f"{number}.parquet")
    return yard.dataset("t")


def test_a_table_that_would_fit_gets_the_same_scores_bit_for_bit(dataset, table):
    scan, scores = outliers_in_place(dataset)
    wanted_scan, wanted = find_outliers(table.lazy())
    assert np.array_equal(scores, wanted)
    assert [row.row for row in scan.worst] == [row.row for row in wanted_scan.worst]
    assert scan.worst[0].values == wanted_scan.worst[0].values
    assert scan.worst[0].reasons[0].column == wanted_scan.worst[0].reasons[0].column
    assert scan.curve == wanted_scan.curve
    assert "every row was scored by Polars" in scan.note
    assert wanted_scan.note == ""


def test_the_forest_as_bytes_gives_the_same_scores(table):
    fit = fit_sample(table, "iforest", 0, None)
    content = fit.shipped.to_bytes()
    assert np.array_equal(shipped_from(content).score(table), fit.forest.own_scores())
    assert len(content) < 2_000_000


def test_a_sample_is_the_same_each_time_and_of_the_whole_table(table):
    rows = FileRows("t", pl.concat([table] * 20).lazy(), ROWS * 20)
    first, again = rows.sample(16_384), rows.sample(16_384)
    assert first.equals(again)
    assert first.height == 16_384
    far = FileRows("t", pl.LazyFrame({"n": range(100_000)}), 100_000).sample(16_384)["n"]
    assert (far.min(), far.max()) == (0, 99_999)


def test_rows_unlike_any_of_the_sample_are_scored_too(table):
    shipped = fit_sample(table, "iforest", 0, None).shipped
    strange = table.head(3).with_columns(
        amount=pl.Series([np.nan, 1e300, -np.inf]),
        word=pl.Series(["never seen", None, ""]),
        gaps=pl.lit(None, pl.Float64),
    )
    assert np.isfinite(shipped.score(strange)).all()


def test_a_detector_that_must_see_all_rows_is_refused(dataset):
    with pytest.raises(Invalid, match="has to see all rows at once"):
        outliers_in_place(dataset, "ecod")


def test_bytes_of_another_library_or_of_a_stranger_are_refused(table, monkeypatch):
    content = fit_sample(table, "iforest", 0, None).shipped.to_bytes()
    monkeypatch.setattr("modelyard.datasets.outliers.shipped.metadata.version", lambda _: "0.1")
    with pytest.raises(Invalid, match="Install the same version everywhere"):
        shipped_from(content)
    import pickle

    with pytest.raises(ValueError, match="allow_pickle"):
        shipped_from(pickle.dumps({"head": 1}))
