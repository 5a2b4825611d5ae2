"""A fitted Isolation Forest as bytes, with all that turns a row into numbers.

Whoever has the bytes gives every row the same score, bit for bit: this process, a worker, or an
executor of Spark. The bytes are arrays of NumPy and JSON, nothing that could be run.
"""

import io
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any

import msgspec
import numpy as np
import polars as pl

from modelyard.datasets.outliers.detector import Matrix, Scores
from modelyard.datasets.outliers.encode import Encoded
from modelyard.datasets.outliers.forest import Forest
from modelyard.datasets.outliers.reading import PLACE, Candidate, Kind, expression_of
from modelyard.datasets.outliers.values import FAR, as_floats
from modelyard.errors import Invalid

LIBRARY = "scikit-learn"


class ShippedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """How one column becomes numbers, as it was in the sample."""

    name: str
    type: str
    kind: Kind
    typical: float
    """What an empty cell counts as."""
    low: float
    high: float
    rare: float
    """The share of a text that the sample does not have."""
    missing: float
    """The share of empty texts."""

    @property
    def candidate(self) -> Candidate:
        """The column as it is read."""
        return Candidate(self.name, self.type, self.kind, True)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the arrays."""

    version: str
    """Of the library that grew the trees."""
    polars: str
    """The version whose hashes stand for texts."""
    usual_length: float
    columns: tuple[ShippedColumn, ...]


@dataclass(frozen=True)
class Shipped:
    """A forest that scores rows as they are read from a table."""

    head: Head
    trees: tuple[dict[str, Any], ...]
    """Per tree, the state that the library's own trees have, and the lengths of its paths."""
    shares: dict[str, tuple[Any, Any]]
    """Per column of texts: hashes in order, and the share of rows of each."""

    @cached_property
    def forest(self) -> Forest:
        """Grow the trees again; the forest knows no rows of its own."""
        from sklearn.tree._tree import Tree

        grown = []
        for state in self.trees:
            tree = Tree(len(self.head.columns), np.array([1], dtype=np.intp), 1)
            tree.__setstate__(
                {
                    "max_depth": int(state["depth"]),
                    "node_count": len(state["nodes"]),
                    "nodes": state["nodes"],
                    "values": state["values"],
                }
            )
            grown.append(tree)
        lengths = [state["lengths"] for state in self.trees]
        nothing = np.empty((0, len(self.head.columns)), np.float32)
        return Forest(nothing, grown, lengths, self.head.usual_length)

    def score(self, table: pl.DataFrame) -> Scores:
        """Score rows that were read whole."""
        return self.forest.score(self.encode(table)) if table.height else np.empty(0)

    def encode(self, table: pl.DataFrame) -> Matrix:
        """Turn rows into numbers, as the sample's rows were."""
        read = table.select([expression_of(column.candidate) for column in self.head.columns])
        matrix = np.empty((table.height, read.width), dtype=np.float32, order="F")
        for place, column in enumerate(self.head.columns):
            matrix[:, place] = self._values(read.to_series(place), column)
        return matrix

    def _values(self, series: pl.Series, column: ShippedColumn) -> Scores:
        if column.kind == "text":
            return self._shares(series, column)
        values = as_floats(series)
        with np.errstate(invalid="ignore"):
            values = np.where(
                values > FAR, column.high, np.where(values < -FAR, column.low, values)
            )
        return np.where(np.isnan(values), column.typical, values)

    def _shares(self, series: pl.Series, column: ShippedColumn) -> Scores:
        hashes, shares = self.shares[column.name]
        known = series.fill_null(0).to_numpy()
        places = np.minimum(np.searchsorted(hashes, known), len(hashes) - 1)
        found = np.where(hashes[places] == known, shares[places], column.rare)
        return np.where(series.is_null().to_numpy(), column.missing, found)

    def to_bytes(self) -> bytes:
        """Write it all down."""
        arrays: dict[str, Any] = {"head": np.frombuffer(msgspec.json.encode(self.head), np.uint8)}
        for number, tree in enumerate(self.trees):
            arrays |= {f"tree {number} {key}": value for key, value in tree.items()}
        for name, (hashes, shares) in self.shares.items():
            arrays |= {f"hashes {name}": hashes, f"shares {name}": shares}
        made = io.BytesIO()
        np.savez_compressed(made, **arrays)
        return made.getvalue()


def shipped_from(content: bytes) -> Shipped:
    """Read what `to_bytes` wrote.

    Raises Invalid where the libraries here are other ones than those that wrote it.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        head = msgspec.json.decode(arrays["head"].tobytes(), type=Head)
        _refuse_other(LIBRARY, head.version)
        _refuse_other("polars", head.polars)
        count = sum(name.endswith(" nodes") for name in arrays.files)
        keys = ("nodes", "values", "depth", "lengths")
        trees = tuple({key: arrays[f"tree {n} {key}"] for key in keys} for n in range(count))
        texts = [column.name for column in head.columns if column.kind == "text"]
        shares = {name: (arrays[f"hashes {name}"], arrays[f"shares {name}"]) for name in texts}
        return Shipped(head, trees, shares)


def ship(forest: Forest, encoded: Encoded, sample: pl.DataFrame, kinds: dict[str, Kind]) -> Shipped:
    """Make what can be sent of a forest that was fitted on `encoded`, the rows of `sample`."""
    columns, shares = [], {}
    for place, used in enumerate(encoded.used):
        kind = kinds[used.name]
        rare = missing = 0.0
        if kind == "text":
            hashes, share, missing = _counted(sample, Candidate(used.name, used.type, kind, True))
            shares[used.name] = hashes, share
            rare = 1 / sample.height
        values = encoded.matrix[:, place]
        columns.append(
            ShippedColumn(
                name=used.name,
                type=used.type,
                kind=kind,
                typical=used.typical,
                low=float(values.min()),
                high=float(values.max()),
                rare=rare,
                missing=missing or rare,
            )
        )
    head = Head(
        version=metadata.version(LIBRARY),
        polars=pl.__version__,
        usual_length=forest.usual_length,
        columns=tuple(columns),
    )
    pairs = zip(forest.trees, forest.lengths, strict=True)
    return Shipped(head, tuple(_state(tree, lengths) for tree, lengths in pairs), shares)


def _state(tree: Any, lengths: Scores) -> dict[str, Any]:
    state = tree.__getstate__()
    depth = np.array(state["max_depth"])
    return {"nodes": state["nodes"], "values": state["values"], "depth": depth, "lengths": lengths}


def _counted(sample: pl.DataFrame, candidate: Candidate) -> tuple[Any, Any, float]:
    """Count the texts of the sample: hashes in order, shares, and the share of empty ones."""
    hashes = sample.select(expression_of(candidate)).to_series()
    counted = hashes.drop_nulls().value_counts(name="count").sort(hashes.name)
    shares = counted["count"].to_numpy() / sample.height
    return counted[hashes.name].to_numpy(), shares, hashes.null_count() / sample.height


def _refuse_other(library: str, version: str) -> None:
    if metadata.version(library) != version:
        raise Invalid(
            PLACE,
            f"the forest was grown with {library} {version}; here is {metadata.version(library)}.",
            "Install the same version everywhere.",
        )
