"""Our figures against those of a separate run of PyOD and scikit-learn on real data."""

import importlib.util
from pathlib import Path
from statistics import mean

import numpy as np
import polars as pl
import pytest

from modelyard.datasets.outliers import find_outliers

SETS = (
    "2_annthyroid",
    "6_cardio",
    "23_mammography",
    "28_pendigits",
    "30_satellite",
    "32_shuttle",
    "38_thyroid",
    "42_WBC",
)
PYOD = ("hbos", "pca", "knn", "lof")
SEEDS = (0, 1, 2)


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Give the chance that an anomaly scores above an ordinary row (Mann and Whitney 1947)."""
    ranks = pl.Series(scores).rank("average").to_numpy()
    anomalies = int(labels.sum())
    above = ranks[labels == 1].sum() - anomalies * (anomalies + 1) / 2
    return float(above / (anomalies * (len(labels) - anomalies)))


def our_auc(folder: Path, name: str, detector: str, seed: int = 0) -> float:
    table = pl.read_parquet(folder / "outliers" / f"{name}.parquet")
    frame = table.drop("label").lazy()
    _, scores = find_outliers(frame, detector=detector, seed=seed, worst=0)
    return auc(scores, table["label"].to_numpy())


def reference(folder: Path, name: str, column: str) -> float | None:
    table = pl.read_csv(folder / "outliers" / "reference_auc.csv")
    value: float | None = table.filter(pl.col("dataset") == name)[column].item()
    return value


@pytest.mark.parametrize("name", SETS)
def test_isolation_forest_finds_as_many_anomalies_as_the_reference(
    shared_data: Path, with_sklearn: None, name: str
) -> None:
    found = mean(our_auc(shared_data, name, "iforest", seed) for seed in SEEDS)
    assert found == pytest.approx(reference(shared_data, name, "IForest_auc_mean"), abs=0.03)


@pytest.mark.parametrize("detector", ["ecod", "copod", *PYOD])
@pytest.mark.parametrize("name", SETS)
def test_detectors_without_chance_agree_with_the_reference(
    shared_data: Path, name: str, detector: str
) -> None:
    if detector in PYOD and importlib.util.find_spec("pyod") is None:
        pytest.skip("PyOD is not installed (extra: pyod)")
    expected = reference(shared_data, name, f"{detector.upper()}_auc")
    if expected is None:
        pytest.skip("the reference has no figure: too slow there")
    assert our_auc(shared_data, name, detector) == pytest.approx(expected, abs=0.0005)
