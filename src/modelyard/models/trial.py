"""Trying converted models on rows against the original's answers. Only in the jail."""

import gc
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from modelyard.errors import Invalid
from modelyard.models import converting
from modelyard.models.asking import ask_estimator
from modelyard.models.description import (
    Attempt,
    Converted,
    Description,
    Field,
    Outcome,
    Parity,
    Plan,
    Signature,
)
from modelyard.models.examples import example_rows
from modelyard.models.parity import compare
from modelyard.models.rows import Rows, to_estimator
from modelyard.models.runtimes.runtime import open_runtime

ROWS = 400


class OpenedFile(msgspec.Struct, frozen=True):
    """What the child gives back."""

    description: Description
    content: bytes
    """The converted model; empty where the original is served."""


@dataclass(frozen=True)
class Trial:
    """Rows, and what the original answers to them; the second pair has missing values."""

    rows: Rows
    expected: Outcome | None
    rows_missing: Rows | None = None
    expected_missing: Outcome | None = None
    notes: tuple[str, ...] = ()


def make_trial(estimator: Any, described: Description, versions: dict[str, str]) -> Trial:
    """Make rows that the model answers.

    Raises Invalid, naming the version that wrote the model, where it answers none and that is
    another version than the one here.
    """
    signature = described.signature
    complete = _each(signature, is_nullable=False)
    rows = example_rows(estimator, complete, ROWS)
    fault: Exception | None = None
    for tried in (rows, _positive(rows)):
        try:
            expected = _ask(estimator, described, tried)
        except (MemoryError, PermissionError):
            raise
        except Exception as reason:  # noqa: BLE001  whatever the library raises
            fault = reason
            continue
        return _with_missing(estimator, described, Trial(tried, expected))
    if fault is not None and is_foreign(versions):
        raise unfitting("answer", fault, versions) from None
    return Trial(rows, None, notes=(f"It refused all rows that were made up to try it: {fault}.",))


def _with_missing(estimator: Any, described: Description, trial: Trial) -> Trial:
    if not any(field.is_nullable for field in described.signature.fields):
        return trial
    rows = example_rows(estimator, described.signature, ROWS, seed=1)
    try:
        expected = _ask(estimator, described, rows)
    except Exception:  # noqa: BLE001  what is missing together may be refused
        return trial
    return Trial(trial.rows, trial.expected, rows, expected)


def _ask(estimator: Any, described: Description, rows: Rows) -> Outcome:
    return ask_estimator(estimator, described.task, to_estimator(rows, described.signature))


def _each(signature: Signature, **change: Any) -> Signature:
    fields: tuple[Field, ...] = tuple(
        msgspec.structs.replace(field, **change) for field in signature.fields
    )
    return msgspec.structs.replace(signature, fields=fields)


def _positive(rows: Rows) -> Rows:
    if rows.matrix is None:
        return rows
    return Rows(rows.count, np.abs(rows.matrix))


def is_foreign(versions: dict[str, str]) -> bool:
    """Say whether another version of scikit-learn wrote the file."""
    import sklearn

    here: str = sklearn.__version__
    return versions.get("scikit-learn", here) != here


def unfitting(verb: str, fault: Exception, versions: dict[str, str]) -> Invalid:
    """Say what does not work, with the version that wrote the file and the one that is here."""
    import sklearn

    text = " ".join(str(fault).split()).split(" - ")[0].split(": {")[0]
    reason = text[:200].rstrip(".:") or type(fault).__name__
    if is_foreign(versions):
        written = versions["scikit-learn"]
        return Invalid(
            "model",
            f"was written by scikit-learn {written} and cannot {verb} with "
            f"{sklearn.__version__}: {reason}.",
            f"Train it again, or serve it with scikit-learn {written.split(',')[0]}.",
        )
    return Invalid("model", f"cannot {verb}: {type(fault).__name__}: {reason}.")


class _Kept:
    """The ways that gave the original's answers so far."""

    def __init__(self) -> None:
        self.complete: tuple[Plan, bytes] | None = None
        """The first that does for rows without missing values."""
        self.whole: tuple[Plan, bytes] | None = None
        """The first that does for all rows."""

    def add(self, plan: Plan, content: bytes, attempt: Attempt) -> None:
        """Keep a way, where it is worth it."""
        if attempt.parity is None or not attempt.parity.holds:
            return
        if attempt.parity_missing is None or attempt.parity_missing.holds:
            self.whole = (plan, content)
        elif self.complete is None:
            self.complete = (plan, content)

    def choose(self) -> tuple[Plan, bytes] | None:
        """Give the plan and content to serve, None where nothing holds."""
        if self.complete is None:
            return self.whole
        plan, content = self.complete
        if self.whole is None:
            return msgspec.structs.replace(plan, missing_by="process"), content
        if self.whole[0].runtime != "treelite":
            return self.whole
        both = Converted(content, self.whole[1])
        return (
            msgspec.structs.replace(plan, missing_by="treelite"),
            msgspec.msgpack.encode(both),
        )


def convert(estimator: Any, described: Description, trial: Trial) -> OpenedFile:
    """Convert in the first way that gives the original's answers; else leave it as it is.

    Where that way fails rows with missing values alone, these are left to trees that do not, or to
    the original.
    """
    attempts: list[Attempt] = []
    kept = _Kept()
    for way in converting.ways(estimator, described.signature, described.task):
        planned = msgspec.structs.replace(described, plan=way.plan)
        try:
            content = way.make()
            attempt = _attempt(way.name, planned, content, trial)
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001  whatever the converter raises
            why = " ".join(str(fault).split())[:300]
            attempts.append(Attempt(way=way.name, why_not=f"{type(fault).__name__}: {why}"))
            gc.collect()
            continue
        attempts.append(attempt)
        kept.add(way.plan, content, attempt)
        if kept.whole is not None:
            break
    chosen = kept.choose()
    plan, content = chosen or (described.plan, b"")
    plan = msgspec.structs.replace(plan, names=described.plan.names, trusted=described.plan.trusted)
    return OpenedFile(
        msgspec.structs.replace(described, plan=plan, attempts=tuple(attempts)), content
    )


def _attempt(way: str, planned: Description, content: bytes, trial: Trial) -> Attempt:
    """Ask the very runtime that will serve, one row and many."""
    runtime = open_runtime(planned, content)
    if len(runtime.predict(trial.rows.part(0, 1)).predictions) != 1:
        raise ValueError("one row is not answered by one row")
    missing: Parity | None = None
    if trial.rows_missing is not None and trial.expected_missing is not None:
        try:
            missing = compare(trial.expected_missing, runtime.predict(trial.rows_missing))
        except Invalid:
            missing = Parity(rows=ROWS, differing=(0,))
    expected = trial.expected
    if expected is None:
        raise ValueError("there is nothing to compare with")
    return Attempt(
        way=way, parity=compare(expected, runtime.predict(trial.rows)), parity_missing=missing
    )
