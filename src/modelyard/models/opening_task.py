"""The child that opens a model file: load, look over, describe, convert, compare."""

import platform
from collections.abc import Callable
from math import isnan
from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid, ModelyardError, Unavailable
from modelyard.models import converting
from modelyard.models.artefact.allowed import Pair, missing_library, resolve
from modelyard.models.artefact.loading import load, refuse_old_joblib
from modelyard.models.artefact.skops_file import load_skops
from modelyard.models.artefact.unpack import MOST_BYTES, unpack
from modelyard.models.asking import has_probabilities
from modelyard.models.bounds import check_trees
from modelyard.models.description import Description, Outcome, Plan, Signature
from modelyard.models.inspecting import classes_of, signature_of, task_of
from modelyard.models.nullable import with_nullable
from modelyard.models.parts import make_steady, steps_of
from modelyard.models.rows import Rows
from modelyard.models.trial import OpenedFile, convert, make_trial, unfitting
from modelyard.models.warming import warm_conversion, warm_learning, warm_skops


class OpeningOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the child must know before its doors close."""

    names: tuple[Pair, ...]
    trusted: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    convert: bool = True
    format: str = "joblib"
    listed_only: bool = True
    """Off in tests alone: every name may then be imported, and the jail stands by itself."""


def get_ready(options: dict[str, object]) -> Callable[[bytes], bytes]:
    """Import what this file needs and nothing else; give the function that opens it."""
    chosen = msgspec.convert(options, OpeningOptions)
    known = import_names(chosen.names, chosen.trusted, chosen.listed_only)
    if chosen.format == "skops":
        warm_skops()
    if chosen.convert:
        warm_conversion()
        converting.know_other_libraries()
    return lambda content: msgspec.msgpack.encode(_open(content, chosen, known))


def import_names(
    names: tuple[Pair, ...], trusted: tuple[str, ...], listed_only: bool = True
) -> dict[Pair, Any]:
    """Look up every name of a file. Raises Invalid with those that are refused."""
    refuse_old_joblib()
    missing = missing_library(names)
    if missing:
        raise Unavailable("model", f"needs {missing}, which is not installed here.")
    known, refused = resolve(names, trusted if listed_only else {module for module, _ in names})
    if refused and listed_only:
        raise Invalid(
            "model",
            f"would import {', '.join(refused[:8])}, which is not on the list of what models need.",
            "Nothing was run. An owner can trust a module by its name.",
        )
    warm_learning()
    return known


def _open(content: bytes, options: OpeningOptions, known: dict[Pair, Any]) -> OpenedFile:
    estimator = load_estimator(content, options, known)
    described = _describe(estimator, options)
    trial = make_trial(estimator, described, options.versions)
    described = msgspec.structs.replace(
        described,
        example=example_of(described.signature, trial.rows),
        outputs=_outputs(described, trial.expected),
        notes=trial.notes,
    )
    if not options.convert or trial.expected is None:
        return OpenedFile(described, b"")
    return convert(estimator, described, trial)


def load_estimator(content: bytes, options: OpeningOptions, known: dict[Pair, Any]) -> Any:
    """Load the file and make what is in it safe to ask.

    Raises Invalid where it does not load, naming the version that wrote it.
    """
    try:
        if options.format == "skops":
            estimator = load_skops(content)
        else:
            estimator = load(unpack(content, MOST_BYTES).content, known)
        check_trees(estimator)
        make_steady(estimator)
    except (ModelyardError, MemoryError, PermissionError, RecursionError):
        raise
    except Exception as fault:  # noqa: BLE001  whatever the library raises
        raise unfitting("be loaded", fault, options.versions) from None
    return estimator


def _describe(estimator: Any, options: OpeningOptions) -> Description:
    import sklearn

    task = task_of(estimator)
    signature = signature_of(estimator)
    classes = classes_of(estimator)
    description = Description(
        task=task,
        estimator=type(estimator).__name__,
        steps=tuple(type(step).__name__ for step in steps_of(estimator)),
        signature=signature,
        plan=Plan(runtime="process", names=options.names, trusted=options.trusted),
        classes=classes,
        has_probabilities=task == "classification" and has_probabilities(estimator),
        has_scores=task == "outliers" and hasattr(estimator, "decision_function"),
        written_by=options.versions,
        opened_with={
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    )
    return msgspec.structs.replace(description, signature=with_nullable(estimator, description))


def _outputs(described: Description, expected: Outcome | None) -> tuple[str, ...]:
    """Name what is predicted."""
    if expected is None or expected.predictions.ndim < 2 or described.task == "transformation":
        return described.outputs
    width = expected.predictions.shape[1]
    return tuple(f"prediction_{place + 1}" for place in range(width))


def example_of(signature: Signature, rows: Rows) -> dict[str, Any]:
    """Give one row in the words of the caller."""
    first = rows.part(0, 1)
    columns = first.matrix.T if first.matrix is not None else first.columns
    example: dict[str, Any] = {}
    for field, column in zip(signature.fields, columns, strict=True):
        value = column.tolist()[0]
        if isinstance(value, float):
            value = None if isnan(value) else float(f"{value:.6g}")
            value = int(value) if field.is_integer and value is not None else value
        is_strange = bool(field.categories) and value not in field.categories
        example[field.name] = field.categories[0] if is_strange else value
    return example
