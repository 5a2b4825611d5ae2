"""The trees inside an estimator, as arrays that say all there is to say. Only in the jail."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelyard.models.parts import tree_of

Ending = Literal["value", "exp", "sigmoid", "softmax", "shares"]
AVERAGED = frozenset(
    f"{kind}{end}"
    for kind in ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree")
    for end in ("Classifier", "Regressor")
)


@dataclass(frozen=True)
class Tree:
    """The nodes of one tree; of leaves, `children` do not count."""

    feature: NDArray[Any]
    threshold: NDArray[Any]
    children: tuple[NDArray[Any], NDArray[Any]]
    missing_left: NDArray[Any]
    is_leaf: NDArray[Any]
    values: NDArray[np.float64]
    """Of every node, what it adds to each target from `first_target` on."""
    first_target: int = 0


@dataclass(frozen=True)
class Ensemble:
    """Trees whose values are summed, and what is done with the sums."""

    trees: tuple[Tree, ...]
    start: NDArray[np.float64]
    ending: Ending
    divisor: float = 1.0
    """What the sums are divided by."""
    classes: tuple[Any, ...] = ()


def find_ensemble(estimator: Any) -> Ensemble | None:
    """Give the trees of an estimator; None where it is no ensemble of this kind."""
    kind = type(estimator).__name__
    if kind.startswith("HistGradientBoosting"):
        return _histogram(estimator)
    if kind in AVERAGED and int(getattr(estimator, "n_outputs_", 1)) == 1:
        return _averaged(estimator)
    return None


def _histogram(estimator: Any) -> Ensemble | None:
    trees = []
    for iteration in estimator._predictors:
        for target, predictor in enumerate(iteration):
            nodes = predictor.nodes
            if nodes["is_categorical"].any():
                return None
            trees.append(
                Tree(
                    nodes["feature_idx"],
                    nodes["num_threshold"],
                    (nodes["left"], nodes["right"]),
                    nodes["missing_go_to_left"],
                    nodes["is_leaf"] != 0,
                    nodes["value"].reshape(-1, 1),
                    target,
                )
            )
    start = np.asarray(estimator._baseline_prediction, dtype=np.float64).ravel()
    classes = tuple(getattr(estimator, "classes_", ()))
    if classes:
        ending: Ending = "sigmoid" if len(start) == 1 else "softmax"
    else:
        ending = "exp" if estimator.loss in {"poisson", "gamma"} else "value"
    return Ensemble(tuple(trees), start, ending, classes=classes)


def _averaged(estimator: Any) -> Ensemble:
    members = getattr(estimator, "estimators_", [estimator])
    trees = []
    classes = tuple(getattr(estimator, "classes_", ()))
    for member in members:
        tree = tree_of(member)
        values = tree.value[:, 0, :]
        if classes:
            values = values / values.sum(axis=1, keepdims=True)
            values = values[:, 1:] if len(classes) == 2 else values
        missing = tree.__getstate__()["nodes"]["missing_go_to_left"]
        trees.append(
            Tree(
                tree.feature,
                tree.threshold,
                (tree.children_left, tree.children_right),
                missing,
                tree.children_left == -1,
                values,
            )
        )
    start = np.zeros(trees[0].values.shape[1])
    ending: Ending = "shares" if classes else "value"
    return Ensemble(tuple(trees), start, ending, float(len(members)), classes)
