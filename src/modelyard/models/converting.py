"""Turning an estimator into something that needs neither Python nor scikit-learn. In the jail."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from modelyard.models.asking import has_probabilities
from modelyard.models.description import Field, Plan, Signature, TaskName
from modelyard.models.ensembles import find_ensemble
from modelyard.models.imputers import fill_in_64_bits
from modelyard.models.parts import innermost, steps_of
from modelyard.models.runtimes.onnx import MATRIX
from modelyard.models.runtimes.trees import TreeFile
from modelyard.models.tree_graph import behind, tree_graph

OPSETS = {"": 18, "ai.onnx.ml": 3}
BOOSTED = frozenset({"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"})
TREES_FIRST = BOOSTED | {"IsolationForest"}
TREES = TREES_FIRST | {
    f"{kind}{end}"
    for kind in ("RandomForest", "ExtraTrees", "GradientBoosting")
    for end in ("Classifier", "Regressor")
}
SINGLE_TREES = frozenset(
    f"{kind}{end}" for kind in ("DecisionTree", "ExtraTree") for end in ("Classifier", "Regressor")
)
SLOW = frozenset({"QuantileTransformer"})
"""Steps whose conversion takes minutes."""
Precision = Literal["float32", "float64"]


@dataclass(frozen=True)
class Way:
    """One way of converting; `make` gives the content, or raises whatever the converter raises."""

    name: str
    plan: Plan
    make: Callable[[], bytes]


def ways(estimator: Any, signature: Signature, task: TaskName) -> Iterator[Way]:
    """Give the ways that are worth trying, the best first."""
    if signature.shape == "texts" or not _is_plain(signature):
        return
    steps = [type(step).__name__ for step in steps_of(estimator)]
    if not SLOW.isdisjoint(steps):
        return
    last = steps[-1]
    yield from _own_graph(estimator, signature)
    trees = list(_tree_ways(estimator, signature))
    if last in TREES_FIRST:
        yield from trees
    if last == "IsolationForest":
        return
    for precision in ("float64", "float32"):
        yield _graph_way(estimator, signature, task, precision)
    if last not in TREES_FIRST:
        yield from trees


def _is_plain(signature: Signature) -> bool:
    """Say whether a graph can be handed all columns: there is no missing boolean in one."""
    return all(field.kind != "boolean" for field in signature.fields)


def _graph_way(estimator: Any, signature: Signature, task: TaskName, precision: Precision) -> Way:
    bits = precision.removeprefix("float")
    rounds = precision == "float64" and _rounds(estimator)
    return Way(
        f"ONNX, {bits} bits",
        Plan(runtime="onnx", precision=precision, rounds=rounds),
        lambda: to_graph(estimator, signature, precision, is_classifier=task == "classification"),
    )


def _own_graph(estimator: Any, signature: Signature) -> Iterator[Way]:
    """Trees in a graph of our own writing, behind the converted steps before them."""
    *before, last = steps_of(estimator)
    ensemble = find_ensemble(last)
    if ensemble is None:
        return
    rounds = type(last).__name__ not in BOOSTED
    if not before and signature.shape == "matrix":
        plan = Plan(runtime="onnx", rounds=rounds)
        width = len(signature.fields)
        yield Way("ONNX, trees of 64 bits", plan, lambda: tree_graph(ensemble, width))
    for precision in ("float64", "float32") if before else ():
        yield Way(
            f"ONNX, {precision.removeprefix('float')} bits, then trees of 64 bits",
            Plan(runtime="onnx"),
            lambda precision=precision: behind(  # type: ignore[misc]
                _front(estimator, signature, precision), tree_graph(ensemble, None), rounds=rounds
            ),
        )


def _rounds(estimator: Any) -> bool:
    """Say whether the estimator is trees alone, which see numbers of 32 bits."""
    steps = steps_of(estimator)
    return len(steps) == 1 and type(steps[0]).__name__ in (TREES | SINGLE_TREES) - BOOSTED


def _tree_ways(estimator: Any, signature: Signature) -> Iterator[Way]:
    last = steps_of(estimator)[-1]
    if type(last).__name__ not in TREES or len(last_of(estimator)) > 1:
        return
    offset = float(getattr(last, "offset_", 0.0))
    plan = Plan(runtime="treelite", offset=offset, rounds=type(last).__name__ not in BOOSTED)
    if len(steps_of(estimator)) == 1:
        if signature.shape == "matrix":
            yield Way("treelite", plan, lambda: _tree_file(last, b""))
        return
    for precision in ("float64", "float32"):
        yield Way(
            f"ONNX, {precision.removeprefix('float')} bits, then treelite",
            plan,
            lambda precision=precision: _with_front(estimator, signature, precision),  # type: ignore[misc]
        )


def last_of(estimator: Any) -> list[Any]:
    """Give the last step, as a list of its own outputs' estimators where it has several."""
    last = steps_of(estimator)[-1]
    classes = getattr(last, "classes_", None)
    return classes if isinstance(classes, list) else [last]


def _with_front(estimator: Any, signature: Signature, precision: Precision) -> bytes:
    return _tree_file(steps_of(estimator)[-1], _front(estimator, signature, precision))


def _front(estimator: Any, signature: Signature, precision: Precision) -> bytes:
    """Convert the steps before the last one."""
    from sklearn.pipeline import Pipeline

    pipeline = innermost(estimator)
    front = Pipeline(pipeline.steps[:-1])
    return to_graph(front, signature, precision, is_classifier=False)


def _tree_file(trees: Any, front: bytes) -> bytes:
    import treelite

    model = treelite.sklearn.import_model(trees)
    return msgspec.msgpack.encode(TreeFile(model.serialize_bytes(), front))


def to_graph(
    estimator: Any, signature: Signature, precision: Precision, *, is_classifier: bool
) -> bytes:
    """Write an estimator as an ONNX graph."""
    from skl2onnx import to_onnx

    options = {"zipmap": False} if is_classifier and has_probabilities(estimator) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = to_onnx(
            innermost(estimator),
            initial_types=_inputs(signature, precision),
            options=options,
            target_opset=OPSETS,
        )
    if precision == "float64":
        fill_in_64_bits(graph.graph)
    content: bytes = graph.SerializeToString()
    return content


def _inputs(signature: Signature, precision: Precision) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    number = DoubleTensorType if precision == "float64" else FloatTensorType
    if signature.shape == "matrix":
        return [(MATRIX, number([None, len(signature.fields)]))]
    return [
        (f"c{place}", _type(field, number)([None, 1]))
        for place, field in enumerate(signature.fields)
    ]


def _type(field: Field, number: Any) -> Any:
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType

    if field.kind == "text":
        return StringTensorType
    whole = field.is_integer and field.categories and not field.is_nullable
    return Int64TensorType if whole else number


def know_other_libraries() -> None:
    """Teach the converter the estimators of XGBoost and LightGBM, where these are loaded."""
    import sys

    if "xgboost" in sys.modules:
        import xgboost
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost

        _know("Xgboost", xgboost.XGBClassifier, xgboost.XGBRegressor, convert_xgboost)
    if "lightgbm" in sys.modules:
        import lightgbm
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm

        _know("LightGbm", lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, convert_lightgbm)


def _know(name: str, classifier: Any, regressor: Any, convert: Any) -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    update_registered_converter(
        classifier,
        f"{name}{classifier.__name__}",
        calculate_linear_classifier_output_shapes,
        convert,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"]},
    )
    update_registered_converter(
        regressor,
        f"{name}{regressor.__name__}",
        calculate_linear_regressor_output_shapes,
        convert,
        options={"split": None} if name == "LightGbm" else None,
    )
