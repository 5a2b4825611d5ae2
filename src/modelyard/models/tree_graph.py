"""Writing trees as an ONNX graph ourselves: 64-bit thresholds, and missing values go the same way.

The converters write thresholds of 32 bits and forget where scikit-learn sends a missing value. Only
in the jail.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelyard.models.ensembles import Ensemble, Tree

ROWS = "rows"
IR_VERSION = 8
LAST = {"exp": "Exp", "sigmoid": "Sigmoid", "softmax": "Softmax"}


def tree_graph(ensemble: Ensemble, features: int | None) -> bytes:
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
    model = helper.make_model(graph, opset_imports=_opsets(), ir_version=IR_VERSION)
    content: bytes = model.SerializeToString()
    return content


def _opsets() -> list[Any]:
    from onnx import helper

    return [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]


def behind(front: bytes, trees: bytes, *, rounds: bool) -> bytes:
    """Put the graph of trees behind that of the steps before, which gives numbers of any precision.

    `rounds` has the trees see numbers of 32 bits.
    """
    import onnx
    from onnx import TensorProto, compose, helper

    first, second = onnx.load_from_string(front), onnx.load_from_string(trees)
    for model in (first, second):
        model.ir_version = IR_VERSION
        del model.opset_import[:]
        model.opset_import.extend(_opsets())
    end = first.graph.output[0].name
    if rounds:
        first.graph.node.append(helper.make_node("Cast", [end], ["rounded"], to=TensorProto.FLOAT))
        end = "rounded"
    first.graph.node.append(helper.make_node("Cast", [end], ["handed"], to=TensorProto.DOUBLE))
    del first.graph.output[:]
    first.graph.output.append(
        helper.make_tensor_value_info("handed", TensorProto.DOUBLE, [None, None])
    )
    both = compose.merge_models(first, second, io_map=[("handed", ROWS)], prefix2="trees_")
    content: bytes = both.SerializeToString()
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
        ["sums"],
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

    divisor = helper.make_tensor("divisor", TensorProto.FLOAT, [1], [ensemble.divisor])
    found = [
        helper.make_node("Constant", [], ["divisor"], value=divisor),
        helper.make_node("Div", ["sums", "divisor"], ["means"]),
    ]
    last = {"exp": "Exp", "sigmoid": "Sigmoid", "softmax": "Softmax"}.get(
        ensemble.ending, "Identity"
    )
    if not ensemble.classes:
        return [*found, helper.make_node(last, ["means"], ["value"])]
    if len(ensemble.start) > 1:
        found.append(helper.make_node(last, ["means"], ["probabilities"]))
    else:
        one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
        found += [
            helper.make_node(last, ["means"], ["second"]),
            helper.make_node("Constant", [], ["one"], value=one),
            helper.make_node("Sub", ["one", "second"], ["first"]),
            helper.make_node("Concat", ["first", "second"], ["probabilities"], axis=1),
        ]
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
