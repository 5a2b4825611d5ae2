"""Figures by which versions are compared, against those of scikit-learn."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from modelyard.errors import Invalid
from modelyard.models.description import Description, Plan, Signature
from modelyard.models.measures import gain_in_words, measure


def described(task: Any, classes: tuple[Any, ...] = ()) -> Description:
    return Description(
        task=task,
        estimator="it",
        signature=Signature(fields=()),
        plan=Plan(runtime="onnx"),
        classes=(classes,) if classes else (),
        has_probabilities=bool(classes),
    )


@pytest.mark.parametrize(
    ("classes", "of_truth"),
    [
        (("no", "yes"), str),
        ((False, True), bool),
        ((0, 1), int),
        ((0.0, 1.0), int),
        ((1, 2, 3), float),
        (("a", "b", "c"), str),
    ],
)
def test_figures_of_classes_are_those_of_scikit_learn(classes: Any, of_truth: type) -> None:
    chance = np.random.default_rng(1)
    places = chance.integers(0, len(classes), 200)
    shares = chance.dirichlet(np.ones(len(classes)), 200)
    given = shares.argmax(axis=1)
    truth = pl.Series([of_truth(classes[place]) for place in places])
    answers = pl.DataFrame(
        {"prediction": [classes[place] for place in given]}
        | {f"probability_{name}": shares[:, place] for place, name in enumerate(classes)}
    )
    figures = measure(truth, answers, described("classification", classes))
    is_binary = len(classes) == 2
    wanted = {
        "accuracy": metrics.accuracy_score(places, given),
        "f1": metrics.f1_score(places, given, average="binary" if is_binary else "macro"),
        "log_loss": metrics.log_loss(places, shares),
        "roc_auc": metrics.roc_auc_score(places, shares[:, 1])
        if is_binary
        else metrics.roc_auc_score(places, shares, multi_class="ovr"),
    }
    assert figures == pytest.approx(wanted)


def test_a_class_that_was_never_seen_counts_as_wrong() -> None:
    answers = pl.DataFrame(
        {"prediction": ["a", "a"], "probability_a": [1.0, 1.0], "probability_b": [0.0, 0.0]}
    )
    figures = measure(pl.Series(["a", "z"]), answers, described("classification", ("a", "b")))
    assert figures["accuracy"] == 0.5
    assert "roc_auc" not in figures
    assert "f1" not in figures


def test_figures_of_values_are_those_of_scikit_learn() -> None:
    chance = np.random.default_rng(1)
    truth = chance.normal(size=100)
    given = truth + chance.normal(size=100)
    answers = pl.DataFrame({"prediction": given})
    assert measure(pl.Series(truth), answers, described("regression")) == pytest.approx(
        {
            "r2": metrics.r2_score(truth, given),
            "rmse": metrics.root_mean_squared_error(truth, given),
            "mae": metrics.mean_absolute_error(truth, given),
        }
    )


def test_what_has_no_column_to_compare_with_is_refused() -> None:
    with pytest.raises(Invalid, match="does clustering"):
        measure(pl.Series([1]), pl.DataFrame({"prediction": [1]}), described("clustering"))


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (0.25, "better by 0.25"),
        (-0.25, "worse by 0.25"),
        (0.0, "as good as, and no better"),
        (-0.0, "as good as, and no better"),
    ],
)
def test_a_gain_reads_as_words(gain, said):
    assert gain_in_words(gain) == said
