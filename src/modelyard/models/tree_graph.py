"""Writing trees as an ONNX graph ourselves: 64-bit thresholds, and missing values go the same way.

The converters write thresholds of 32 bits and forget where scikit-learn sends a missing value. Only
in the jail.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modelyard.models.parts import tree_of

ROWS = "rows"
IR_VERSION = 8
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
    return Ensemble(tuple(trees), start, ending, classes)


def _averaged(estimator: Any) -> Ensemble:
    members = getattr(estimator, "estimators_", [estimator])
    trees = []
    classes = tuple(getattr(estimator, "classes_", ()))
    for member in members:
        tree = tree_of(member)
        values = tree.value[:, 0, :]
        if classes:
            values = values / values.sum(axis=1, keepdims=True)
        missing = tree.__getstate__()["nodes"]["missing_go_to_left"]
        trees.append(
            Tree(
                tree.feature,
                tree.threshold,
                (tree.children_left, tree.children_right),
                missing,
                tree.children_left == -1,
                values / len(members),
            )
        )
    start = np.zeros(len(classes) or 1)
    return Ensemble(tuple(trees), start, "shares" if classes else "value", classes)


def tree_graph(ensemble: Ensemble, features: int) -> bytes:
    """Write the graph: a matrix of 64-bit numbers to classes and probabilities, or to values."""
    from onnx import TensorProto, helper

    nodes = [_sums(ensemble), *_ending(ensemble)]
    rows = helper.make_tensor_value_info(ROWS, TensorProto.DOUBLE, [None, features])
    if ensemble.classes:
        text = isinstance(ensemble.classes[0], str)
        kind = TensorProto.STRING if text else TensorProto.INT64
        outputs = [
            helper.make_tensor_value_info("label", kind, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, None]),
        ]
    else:
        outputs = [helper.make_tensor_value_info("value", TensorProto.FLOAT, [None, 1])]
    graph = helper.make_graph(nodes, "trees", [rows], outputs)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    content: bytes = model.SerializeToString()
    return content


def _sums(ensemble: Ensemble) -> Any:
    """One node for all trees."""
    from onnx import helper

    parts = [_listed(number, tree) for number, tree in enumerate(ensemble.trees)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    doubles = {
        name: helper.make_tensor(name, helper.TensorProto.DOUBLE, [len(values)], values.tolist())
        for name, values in (
            ("nodes_values_as_tensor", joined.pop("thresholds")),
            ("target_weights_as_tensor", joined.pop("weights")),
            ("base_values_as_tensor", ensemble.start),
        )
    }
    leaves = joined.pop("leaves")
    return helper.make_node(
        "TreeEnsembleRegressor",
        [ROWS],
        ["value" if ensemble.ending == "value" else "sums"],
        domain="ai.onnx.ml",
        n_targets=len(ensemble.start),
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_modes=["LEAF" if leaf else "BRANCH_LEQ" for leaf in leaves.tolist()],
        **{name: values.astype(np.int64).tolist() for name, values in joined.items()},
        **doubles,
    )


def _listed(number: int, tree: Tree) -> dict[str, NDArray[Any]]:
    """Give the lists of one tree."""
    size, leaf = len(tree.feature), tree.is_leaf
    width = tree.values.shape[1]
    own = np.flatnonzero(leaf)
    return {
        "leaves": leaf,
        "thresholds": np.where(leaf, 0.0, _finite(tree.threshold)),
        "weights": tree.values[own].ravel(),
        "nodes_treeids": np.full(size, number),
        "nodes_nodeids": np.arange(size),
        "nodes_featureids": np.where(leaf, 0, tree.feature),
        "nodes_truenodeids": np.where(leaf, 0, tree.children[0]),
        "nodes_falsenodeids": np.where(leaf, 0, tree.children[1]),
        "nodes_missing_value_tracks_true": np.where(leaf, 0, tree.missing_left),
        "target_treeids": np.full(len(own) * width, number),
        "target_nodeids": np.repeat(own, width),
        "target_ids": np.tile(np.arange(tree.first_target, tree.first_target + width), len(own)),
    }


def _finite(thresholds: NDArray[Any]) -> NDArray[Any]:
    """A split of missing values from the rest has an endless threshold."""
    most = np.finfo(np.float64).max
    return np.clip(thresholds.astype(np.float64), -most, most)


def _ending(ensemble: Ensemble) -> list[Any]:
    """From sums to what the estimator gives."""
    from onnx import TensorProto, helper

    ending = ensemble.ending
    if ending == "value":
        return []
    if ending == "exp":
        return [helper.make_node("Exp", ["sums"], ["value"])]
    if ending == "sigmoid":
        one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
        found = [
            helper.make_node("Constant", [], ["one"], value=one),
            helper.make_node("Sigmoid", ["sums"], ["second"]),
            helper.make_node("Sub", ["one", "second"], ["first"]),
            helper.make_node("Concat", ["first", "second"], ["probabilities"], axis=1),
        ]
    elif ending == "softmax":
        found = [helper.make_node("Softmax", ["sums"], ["probabilities"], axis=1)]
    else:
        found = [helper.make_node("Identity", ["sums"], ["probabilities"])]
    return [*found, *_labels(ensemble.classes)]


def _labels(classes: tuple[Any, ...]) -> list[Any]:
    from onnx import TensorProto, helper

    values = np.asarray(classes)
    if values.dtype.kind in "UO":
        names = [str(one).encode() for one in classes]
        labels = helper.make_tensor("classes", TensorProto.STRING, [len(names)], names)
    else:
        whole = values.astype(np.int64)
        if (whole != values).any():
            raise ValueError("the classes are fractions")
        labels = helper.make_tensor("classes", TensorProto.INT64, [len(whole)], whole.tolist())
    return [
        helper.make_node("ArgMax", ["probabilities"], ["place"], axis=1, keepdims=0),
        helper.make_node("Constant", [], ["classes"], value=labels),
        helper.make_node("Gather", ["classes", "place"], ["label"], axis=0),
    ]
