"""The child that opens an ONNX graph: what it takes, what it gives, and whether it runs."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid, Unavailable
from modelyard.models.description import Description, Field, FieldKind, Plan, Signature, Value
from modelyard.models.examples import example_rows
from modelyard.models.opening_task import example_of
from modelyard.models.runtimes.onnx import TYPES, OnnxRuntime, open_session
from modelyard.models.trial import OpenedFile

CURE = "Tables are served: one input [rows, columns] of numbers, or one input [rows, 1] per column."
KINDS: dict[str, FieldKind] = {"tensor(string)": "text", "tensor(bool)": "boolean"}
MOST_FIELDS = 100_000


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    """Load the libraries; give the function that opens a graph."""
    del options
    try:
        import onnx
        import onnxruntime
    except ImportError as missing:
        raise Unavailable(
            str(missing.name), "is not installed.", "Install it: pip install 'modelyard[convert]'"
        ) from None
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    kind = onnx.TensorProto.FLOAT
    ends = [onnx.helper.make_tensor_value_info(name, kind, [None, 1]) for name in "xy"]
    graph = onnx.helper.make_graph([node], "warm", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 18)]
    made = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    return lambda content: msgspec.msgpack.encode(_open(content))


def _open(content: bytes) -> OpenedFile:
    import onnx

    try:
        model = onnx.load_from_string(content)
    except Exception:  # noqa: BLE001  protobuf's own
        raise Invalid("model", "is no ONNX graph.", "Was the file cut short?") from None
    if any(tensor.external_data for tensor in model.graph.initializer):
        raise Invalid(
            "model", "keeps its numbers in other files.", "Save it as one file (one ONNX model)."
        )
    _without_dictionaries(model.graph)
    content = model.SerializeToString()
    session = open_session(content)
    signature = _signature(session.get_inputs())
    description = _describe(model, session, signature)
    rows = example_rows(None, signature, 2)
    outcome = OnnxRuntime(description, content).predict(rows)
    if len(outcome.predictions) != rows.count:
        raise Invalid("model", f"gives {len(outcome.predictions)} answers to {rows.count} rows.")
    described = msgspec.structs.replace(description, example=example_of(signature, rows))
    return OpenedFile(described, content)


def _without_dictionaries(graph: Any) -> None:
    """Have the probabilities come as a matrix, not as one dictionary per row."""
    for node in [node for node in graph.node if node.op_type == "ZipMap"]:
        output = next((one for one in graph.output if one.name == node.output[0]), None)
        if output is not None:
            output.Clear()
            output.name = node.input[0]
            output.type.tensor_type.elem_type = 1
            graph.node.remove(node)


def _signature(inputs: list[Any]) -> Signature:
    shapes = [one.shape for one in inputs]
    for one in inputs:
        if one.type not in TYPES or len(one.shape) != 2:
            raise Invalid("model", f"takes '{one.name}' as {one.type} of shape {one.shape}.", CURE)
    if len(inputs) == 1 and isinstance(shapes[0][1], int) and shapes[0][1] > 1:
        count = min(shapes[0][1], MOST_FIELDS)
        if inputs[0].type == "tensor(string)":
            raise Invalid("model", "takes a matrix of texts.", CURE)
        return Signature(
            fields=tuple(Field(name=f"x{place}") for place in range(count)), is_named=False
        )
    if any(shape[1] != 1 for shape in shapes):
        raise Invalid("model", f"takes inputs of the shapes {shapes}.", CURE)
    fields = tuple(Field(name=one.name, kind=KINDS.get(one.type, "number")) for one in inputs)
    is_matrix = len(fields) == 1 and fields[0].kind == "number"
    return Signature(fields=fields, shape="matrix" if is_matrix else "columns")


def _describe(model: Any, session: Any, signature: Signature) -> Description:
    outputs = session.get_outputs()
    classes = _classes(model.graph)
    labels = outputs[0].type in {"tensor(int64)", "tensor(string)"}
    has = labels and len(outputs) > 1 and bool(classes) and outputs[1].type.startswith("tensor(f")
    used = tuple(one.name for one in outputs[: 2 if has else 1])
    writer = {model.producer_name or "unknown": model.producer_version or "unknown"}
    return Description(
        task="classification" if labels else "regression",
        estimator="ONNX graph",
        signature=signature,
        plan=Plan(runtime="onnx", outputs=used),
        classes=(classes,) if classes and labels else (),
        has_probabilities=has,
        written_by=writer,
        opened_with={"numpy": np.__version__},
    )


def _classes(graph: Any) -> tuple[Value, ...]:
    """Give the labels that a classifier in the graph names."""
    for node in reversed(graph.node):
        for attribute in node.attribute:
            if attribute.name in {"classlabels_ints", "classlabels_int64s"}:
                return tuple(int(one) for one in attribute.ints)
            if attribute.name == "classlabels_strings" and attribute.strings:
                return tuple(one.decode("utf-8", "replace") for one in attribute.strings)
    return ()
