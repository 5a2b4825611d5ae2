"""What is known of an opened model, as plain data that is kept beside it."""

from typing import Any, Literal

import msgspec

Value = str | int | float | bool
TaskName = Literal["classification", "regression", "clustering", "transformation", "outliers"]
RuntimeName = Literal["onnx", "treelite", "process"]
FieldKind = Literal["number", "text", "boolean"]


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input of a model."""

    name: str
    kind: FieldKind = "number"
    is_nullable: bool = False
    null_is_none: bool = False
    """Whether the model knows a missing value as None; else it is not-a-number."""
    is_used: bool = True
    """Whether the answer depends on it; what is not used may be left out."""
    is_integer: bool = False
    """Whether its known values are whole numbers."""
    categories: tuple[Value, ...] = ()
    """The values known from training, where they are known."""
    refuses_unknown: bool = False
    """Whether the model has no answer for a value that is none of the categories."""
    low: float | None = None
    high: float | None = None
    """The range seen in training, where it is really known."""
    typical: float = 0.0
    spread: float = 1.0
    """About where its values lie; a guess for examples."""
    description: str = ""
    unit: str = ""


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What goes into a model."""

    fields: tuple[Field, ...]
    shape: Literal["matrix", "columns", "texts"] = "matrix"
    """Numbers only, columns of several kinds, or one text per row."""
    is_named: bool = True
    """Whether the names come from the model; else they are x0, x1, ..."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""
        return tuple(field.name for field in self.fields)


class Parity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the converted model compared with the original, row by row."""

    rows: int
    largest: float = 0.0
    """The largest difference of a probability, or relative difference of a value."""
    differing: tuple[int, ...] = ()
    """The first rows that differ by more than is allowed."""

    @property
    def holds(self) -> bool:
        """Whether no row differs."""
        return not self.differing


class Converted(msgspec.Struct, frozen=True):
    """A converted model in two parts: for complete rows, and for rows with missing values."""

    complete: bytes
    missing: bytes


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way of converting that was tried."""

    way: str
    parity: Parity | None = None
    parity_missing: Parity | None = None
    """The same for rows with missing values, where the model takes some."""
    why_not: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the serving runtime is fed and read."""

    runtime: RuntimeName
    precision: Literal["float32", "float64"] = "float64"
    rounds: bool = False
    """Whether numbers are rounded to 32 bits first, as the trees of scikit-learn do."""
    missing_by: Literal["same", "treelite", "process"] = "same"
    """Who answers rows with missing values: trees that are kept beside, or the original."""
    offset: float = 0.0
    """What is taken from the scores of an isolation forest."""
    names: tuple[tuple[str, str], ...] = ()
    """What a worker process imports to load the original."""
    trusted: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """The outputs of an uploaded ONNX graph, by their names there."""


class Description(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An opened model: what it is, takes and gives, and how it is served."""

    task: TaskName
    estimator: str
    signature: Signature
    plan: Plan
    steps: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("prediction",)
    """What is predicted, by name; several for a model with several targets."""
    classes: tuple[tuple[Value, ...], ...] = ()
    """Of each output, the classes in the order of the probabilities."""
    has_probabilities: bool = False
    has_scores: bool = False
    written_by: dict[str, str] = {}
    opened_with: dict[str, str] = {}
    attempts: tuple[Attempt, ...] = ()
    notes: tuple[str, ...] = ()
    example: dict[str, Any] = {}
    """One row that the model takes, by the names of the inputs."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a model to a batch, one entry per row."""

    predictions: Any
    """An array of the rows, or of rows and outputs; or a list."""
    probabilities: tuple[Any, ...] = ()
    """Of each output, an array of rows and classes."""
    scores: Any = None
    """Of outlier models: below 0 is an outlier."""
