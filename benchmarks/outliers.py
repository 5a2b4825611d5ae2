"""Time our detectors against PyOD's and scikit-learn's on 200,000 rows of 12 columns.

Run it with `python benchmarks/outliers.py [repeats]`. Both sides see the same matrix in the same
process and take turns; PyOD fits with its defaults, as its users do. Imports and the first call
of each side (which compiles PyOD's loops) are not counted.
"""

# ruff: noqa: E402 (NumPy must learn how to sort before it is imported, as in the product)
import statistics
import sys
import time
from collections.abc import Callable

from modelyard.processor import prefer_fast_sort

prefer_fast_sort()

import numpy as np
import polars as pl
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from sklearn.ensemble import IsolationForest

from modelyard.datasets.outliers import find_outliers
from modelyard.datasets.outliers.detectors import get_detector
from modelyard.datasets.outliers.encode import encode_table
from modelyard.datasets.outliers.explain import explain
from modelyard.datasets.outliers.reading import read_columns, select_columns

ROWS, COLUMNS, WORST = 200_000, 12, 500

Side = Callable[[], np.ndarray]


def table() -> pl.DataFrame:
    """Generate a table of ordinary, skewed and discrete columns, and 1,000 rows far out."""
    random = np.random.default_rng(1)
    values = random.normal(size=(ROWS, COLUMNS))
    values[:, 3] = np.exp(values[:, 3])
    values[:, 5] = random.integers(0, 10, ROWS)
    values[:1000] *= 4
    return pl.DataFrame(values, schema=[f"c{column}" for column in range(COLUMNS)])


def ours(name: str, matrix: np.ndarray) -> Side:
    """Fit and score with one of our detectors."""
    return lambda: get_detector(name).fit(matrix, 0).own_scores()


def theirs(make: Callable[[], object], matrix: np.ndarray) -> Side:
    """Fit one of PyOD's models, which scores as it fits."""
    return lambda: make().fit(matrix).decision_scores_


def plain_sklearn(matrix: np.ndarray) -> Side:
    """Fit and score with scikit-learn alone."""
    return lambda: -IsolationForest(random_state=0).fit(matrix).score_samples(matrix)


def time_in_turns(sides: dict[str, Side], repeats: int) -> dict[str, float]:
    """Give each side's median time in seconds, after one call that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats + 1):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            if repeat:
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def print_differences(matrix: np.ndarray, single: np.ndarray) -> None:
    """Print how far the scores of both sides are apart."""
    forest = ours("iforest", single)()
    pyod = theirs(lambda: IForest(random_state=0), matrix)()
    same = np.array_equal(forest, plain_sklearn(matrix)())
    print(f"iforest: the same bits as scikit-learn: {same}")
    print(f"iforest: spread of the offset to PyOD: {np.ptp(pyod - forest):.1e}")
    for name, make in (("ecod", ECOD), ("copod", COPOD)):
        apart = np.abs(ours(name, matrix)() - theirs(make, matrix)()).max()
        print(f"{name}: largest difference to PyOD: {apart:.1e}")


def time_explaining(frame: pl.LazyFrame, name: str) -> float:
    """Give the time to explain a row, in milliseconds."""
    detector = get_detector(name)
    candidates, _ = select_columns(frame.collect_schema(), None)
    encoded = encode_table(read_columns(frame, candidates), candidates, np.float32)
    fitted = detector.fit(encoded.matrix, 0)
    order = np.argsort(-fitted.own_scores())[:WORST].tolist()
    cells = frame.collect()[order].to_dicts()
    start = time.perf_counter()
    explain(fitted, encoded, order, cells)
    return (time.perf_counter() - start) / WORST * 1000


def main(repeats: int) -> None:
    """Print the table of times."""
    frame = table()
    matrix = frame.to_numpy(order="c")
    columns = np.asfortranarray(matrix)
    single = columns.astype(np.float32)
    sides = {
        "iforest, PyOD": theirs(lambda: IForest(random_state=0), matrix),
        "iforest, scikit-learn": plain_sklearn(matrix),
        "iforest, ours": ours("iforest", single),
        "ecod, PyOD": theirs(ECOD, matrix),
        "ecod, ours": ours("ecod", columns),
        "copod, PyOD": theirs(COPOD, matrix),
        "copod, ours": ours("copod", columns),
        "iforest, ours, all of it": lambda: find_outliers(frame.lazy())[1],
        "ecod, ours, all of it": lambda: find_outliers(frame.lazy(), detector="ecod")[1],
    }
    times = time_in_turns(sides, repeats)
    print(f"{ROWS:,} rows x {COLUMNS} columns, fit and score, median of {repeats}")
    for name, taken in times.items():
        against = times[f"{name.split(',')[0]}, PyOD"]
        print(f"  {name:28}{taken:8.3f} s {against / taken:6.1f} x")
    for name in ("iforest", "ecod"):
        print(f"{name}: {time_explaining(frame.lazy(), name):.2f} ms to explain a row")
    print_differences(matrix, single)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
