"""Filling gaps in 64 bits: ONNX's own operator for it exists in 32 bits alone. Only in the jail."""

from typing import Any


def fill_in_64_bits(graph: Any) -> None:
    """Replace every Imputer of missing numbers by a choice between the number and the filling."""
    from onnx import TensorProto, helper

    nodes = []
    for number, node in enumerate(graph.node):
        filling = _filling(node)
        if filling is None:
            nodes.append(node)
            continue
        name = f"filling_{number}"
        tensor = helper.make_tensor(name, TensorProto.DOUBLE, [1, len(filling)], filling)
        nodes += [
            helper.make_node("Constant", [], [name], value=tensor),
            helper.make_node("IsNaN", [node.input[0]], [f"{name}_gaps"]),
            helper.make_node("Where", [f"{name}_gaps", name, node.input[0]], [node.output[0]]),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


def _filling(node: Any) -> list[float] | None:
    """Give what an Imputer fills in; None where a node is none, or is one of other values."""
    if node.op_type != "Imputer":
        return None
    known = {one.name: one for one in node.attribute}
    marker, filling = known.get("replaced_value_float"), known.get("imputed_value_floats")
    if marker is None or filling is None or marker.f == marker.f:
        return None
    return [float(value) for value in filling.floats]
