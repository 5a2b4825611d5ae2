"""Looking over the numbers that native code would trust: nodes of trees. Only in the jail."""

from typing import Any

from modelyard.errors import Invalid
from modelyard.models.parts import tree_of, walk


def check_trees(root: Any) -> int:
    """Check that every tree in an estimator stays inside itself; give their number.

    Genuine classes with a wrong node index read foreign memory or never end at prediction.
    Raises Invalid where one does not.
    """
    count = 0
    for part in walk(root):
        kind = type(part).__name__
        tree = tree_of(part)
        if tree is not None:
            _check_tree(tree, int(part.n_features_in_))
            count += 1
        elif kind == "TreePredictor":
            count += 1
            _check_predictor(part)
        elif kind.startswith(("KDTree", "BallTree")):
            _check_neighbours(part)
        _check_ensemble(part)
    return count


def _check_tree(tree: Any, features: int) -> None:
    state = tree.__getstate__()
    nodes, size = state["nodes"], int(tree.node_count)
    left, right = nodes["left_child"], nodes["right_child"]
    _require(size > 0 and len(nodes) >= size and len(state["values"]) >= size, "its size")
    _require(int(tree.n_features) <= features, "its number of features")
    _check_nodes(left == -1, (left, right), nodes["feature"], features)
    _require(bool(((left == -1) == (right == -1)).all()), "its leaves")


def _check_predictor(predictor: Any) -> None:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"] != 0
    features = int(nodes["feature_idx"].max(initial=0)) + 1
    _require(len(nodes) > 0, "its size")
    _check_nodes(leaf, (nodes["left"], nodes["right"]), nodes["feature_idx"], features)
    if "is_categorical" in (nodes.dtype.names or ()):
        sets = nodes["bitset_idx"][(nodes["is_categorical"] != 0) & ~leaf]
        _require(
            sets.size == 0 or int(sets.max()) < len(predictor.raw_left_cat_bitsets), "its sets"
        )


def _check_nodes(leaf: Any, children: tuple[Any, Any], feature: Any, features: int) -> None:
    """Children come after their parent, so no way through the tree is endless."""
    import numpy as np

    size = len(leaf)
    inner = ~leaf
    own = np.arange(size)[inner]
    for side in children:
        below = side[inner].astype(np.int64)
        _require(bool(((below > own) & (below < size)).all()), "the numbers of its nodes")
    used = feature[inner].astype(np.int64)
    _require(bool(((used >= 0) & (used < features)).all()), "the numbers of its features")


def _check_ensemble(part: Any) -> None:
    """All trees of an ensemble are walked with the ensemble's own columns."""
    features = getattr(part, "n_features_in_", None)
    for group in ("_predictors", "estimators_"):
        members = getattr(part, group, None)
        if features is None or members is None:
            continue
        for place, member in enumerate(_flat(members)):
            tree = tree_of(member)
            if tree is not None:
                most = _columns_of(part, place, int(features))
                _require(int(tree.n_features) <= most, "its number of features")
            elif type(member).__name__ == "TreePredictor":
                _require(
                    int(member.nodes["feature_idx"].max(initial=0)) < int(features),
                    "the numbers of its features",
                )


def _columns_of(ensemble: Any, place: int, features: int) -> int:
    """Give how many columns a member of an ensemble is handed."""
    chosen = getattr(ensemble, "estimators_features_", None)
    return features if chosen is None else min(features, len(chosen[place]))


def _flat(members: Any) -> list[Any]:
    if hasattr(members, "ravel"):
        return list(members.ravel())
    return [
        one
        for member in members
        for one in (_flat(member) if isinstance(member, list | tuple) else [member])
    ]


def _check_neighbours(tree: Any) -> None:
    import numpy as np

    data, index, nodes = (np.asarray(one) for one in tree.get_arrays()[:3])
    size = len(data)
    _require(bool(((index >= 0) & (index < size)).all()), "the numbers of its points")
    ends = (nodes["idx_start"] >= 0) & (nodes["idx_end"] <= size)
    _require(bool(ends.all()), "the ends of its nodes")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Invalid(
            "model",
            f"has a damaged tree: {what} cannot be right.",
            "It would crash or never end when asked; save the model again.",
        )
