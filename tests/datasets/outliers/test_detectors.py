"""Every detector, against the library or the formula that it stands for."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.datasets.outliers import find_outliers
from modelyard.errors import Invalid, Unavailable


def scores_of(table: pl.DataFrame, detector: str = "iforest", seed: int = 0) -> np.ndarray:
    return find_outliers(table.lazy(), detector=detector, seed=seed, worst=3)[1]


def test_isolation_forest_gives_the_same_bits_as_scikit_learn(
    with_sklearn: None, measured: pl.DataFrame
) -> None:
    from sklearn.ensemble import IsolationForest

    matrix = measured.to_numpy()
    expected = -IsolationForest(random_state=3).fit(matrix).score_samples(matrix)
    assert np.array_equal(scores_of(measured, seed=3), expected)


def test_isolation_forest_over_many_chunks_gives_the_same_bits(with_sklearn: None) -> None:
    from sklearn.ensemble import IsolationForest

    matrix = np.random.default_rng(1).normal(size=(50_001, 3))
    expected = -IsolationForest(random_state=0).fit(matrix).score_samples(matrix)
    assert np.array_equal(scores_of(pl.DataFrame(matrix)), expected)


def test_isolation_forest_equals_pyods_but_for_its_offset(
    with_pyod: None, measured: pl.DataFrame
) -> None:
    from pyod.models.iforest import IForest

    pyod = IForest(random_state=5).fit(measured.to_numpy())
    ours = scores_of(measured, seed=5)
    assert ours + pyod.offset_ == pytest.approx(pyod.decision_scores_, abs=1e-15)


@pytest.mark.parametrize("name", ["ecod", "copod"])
def test_tails_equal_pyods_figures(with_pyod: None, measured: pl.DataFrame, name: str) -> None:
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD

    model = {"ecod": ECOD, "copod": COPOD}[name]()
    expected = model.fit(measured.to_numpy()).decision_scores_
    assert scores_of(measured, name) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["hbos", "pca", "knn", "lof"])
def test_the_others_equal_pyods_figures(with_pyod: None, measured: pl.DataFrame, name: str) -> None:
    import importlib

    model = getattr(importlib.import_module(f"pyod.models.{name}"), name.upper())()
    expected = model.fit(measured.to_numpy()).decision_scores_
    assert scores_of(measured, name) == pytest.approx(expected, rel=1e-9)


def naive_terms(column: list[int], detector: str) -> list[float]:
    """Follow the papers' formulas value by value."""
    count = len(column)
    distances = [value - sum(column) / count for value in column]
    skew = sum(distance**3 for distance in distances)
    if abs(skew) <= 1e-9 * sum(abs(distance) ** 3 for distance in distances):
        skew = 0.0
    terms = []
    for value in column:
        left = -np.log(sum(other <= value for other in column) / count)
        right = -np.log(sum(other >= value for other in column) / count)
        leaning = left + right if skew == 0 else left if skew < 0 else right
        rest = max(left, right) if detector == "ecod" else (left + right) / 2
        terms.append(max(leaning, rest))
    return terms


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(-20, 20)] * 3), min_size=2, max_size=40),
    detector=st.sampled_from(["ecod", "copod"]),
)
def test_tails_follow_the_formula_for_any_table(
    rows: list[tuple[int, int, int]], detector: str
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    varied = [column for column in columns if len(set(column)) > 1]
    if not varied:
        return
    table = pl.DataFrame({f"c{n}": column for n, column in enumerate(columns)})
    expected = np.sum([naive_terms(column, detector) for column in varied], axis=0)
    assert scores_of(table, detector) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=5, max_size=50, unique=True))
def test_ecod_never_scores_a_value_farther_out_less(values: list[int]) -> None:
    scores = scores_of(pl.DataFrame({"x": sorted(values)}), "ecod")
    middle = len(values) // 2
    for outwards in (scores[middle:], scores[: (len(values) + 1) // 2][::-1]):
        assert all(near <= far + 1e-12 for near, far in pairwise(outwards))


def test_the_same_seed_gives_the_same_scores(with_sklearn: None, measured: pl.DataFrame) -> None:
    assert np.array_equal(scores_of(measured, seed=11), scores_of(measured, seed=11))


def test_another_seed_gives_other_scores(with_sklearn: None, measured: pl.DataFrame) -> None:
    assert not np.array_equal(scores_of(measured, seed=11), scores_of(measured, seed=12))


def test_only_a_detector_that_draws_numbers_names_its_seed(
    with_sklearn: None, measured: pl.DataFrame
) -> None:
    assert find_outliers(measured.lazy(), seed=4)[0].seed == 4
    assert find_outliers(measured.lazy(), detector="ecod", seed=4)[0].seed is None


def test_an_unknown_detector_is_refused_with_the_nearest_name(measured: pl.DataFrame) -> None:
    with pytest.raises(Invalid, match=r"iforest, ecod, copod.*Did you mean 'iforest'"):
        find_outliers(measured.lazy(), detector="iforrest")


@pytest.mark.parametrize("name", ["knn", "lof"])
def test_detectors_that_compare_all_rows_refuse_a_large_table(name: str) -> None:
    table = pl.DataFrame({"x": np.random.default_rng(0).normal(size=50_001)})
    with pytest.raises(Invalid, match=r"at most 50,000 rows; the table has 50,001.*iforest"):
        find_outliers(table.lazy(), detector=name)


@pytest.mark.parametrize(
    ("detector", "library", "cure"),
    [
        ("iforest", "sklearn.ensemble", r"pip install 'modelyard\[outliers\]'"),
        ("knn", "pyod.models.knn", r"pip install 'modelyard\[pyod\]'"),
    ],
)
def test_a_missing_library_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch,
    measured: pl.DataFrame,
    detector: str,
    library: str,
    cure: str,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Unavailable, match=cure):
        find_outliers(measured.lazy(), detector=detector)


def test_tails_need_neither_scikit_learn_nor_pyod() -> None:
    program = (
        "import sys; sys.modules['sklearn'] = sys.modules['pyod'] = None\n"
        "import polars as pl\n"
        "from modelyard.datasets.outliers import find_outliers\n"
        "print(len(find_outliers(pl.LazyFrame({'x': [1, 2, 30]}), detector='ecod')[1]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "3"
