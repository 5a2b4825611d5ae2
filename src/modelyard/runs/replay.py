"""Computing a run again, and comparing."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import Conflict
from modelyard.progress import Progress, silent
from modelyard.runs.canonical import canonical_json
from modelyard.runs.kinds import Context, Outcome, find_kind
from modelyard.runs.passport import result_digest
from modelyard.runs.run import Run
from modelyard.runs.runs import Runs

MISSING = "(nothing)"
MOST_SHOWN = 12
COMPARED = ("inputs", "versions", "parameters", "code")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A place where two JSON documents differ."""

    path: str
    """Such as `columns[3].mean`."""
    before: Any
    now: Any


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of computing a run again."""

    run: str
    is_identical: bool
    is_repeatable: bool
    first_difference: Difference | None = None
    changed_files: tuple[str, ...] = ()
    """Files of the run whose content is another now."""
    changed_passport: tuple[Difference, ...] = ()
    """What may be the reason: inputs and versions that are others now."""

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if self.is_identical:
            return "The result is identical."
        if not self.is_repeatable:
            return "The result is another, as it is each time with this kind of run."
        return "The result is another."

    def lines(self) -> list[str]:
        """Give the differences in words."""
        found = []
        if self.first_difference is not None:
            found.append(f"first difference: {_shown(self.first_difference)}")
        found += [f"another content: {name}" for name in self.changed_files]
        if not self.is_identical:
            found += [f"passport: {_shown(each)}" for each in self.changed_passport[:MOST_SHOWN]]
        return found


def replay(runs: Runs, run_id: str, progress: Progress = silent) -> Comparison:
    """Compute a run again here, without results that are known, and compare.

    Raises Conflict where the run did not succeed, and what the work raises.
    """
    run = runs.get_run(run_id)
    if run.state != "succeeded":
        raise Conflict(f"run {run_id}", f"is {run.state}: there is no result to compare with.")
    before, kind = runs.result(run_id), find_kind(runs.kinds(), run.kind)
    with tempfile.TemporaryDirectory() as folder:
        context = Context(
            progress=progress,
            log=lambda _: None,
            is_cancelled=lambda: False,
            folder=Path(folder),
            is_fresh=True,
            started_by=run.started_by,
            started_by_id=run.started_by_id,
        )
        outcome = kind.work(run.request, context)
        changed_files = _changed_files(runs, run, outcome)
    same = result_digest(before) == result_digest(outcome.result)
    return Comparison(
        run=run_id,
        is_identical=same and not changed_files,
        is_repeatable=kind.is_repeatable,
        first_difference=None if same else first_difference(before, outcome.result),
        changed_files=changed_files,
        changed_passport=tuple(
            _changed(run.passport or {}, json.loads(canonical_json(dict(outcome.passport))))
        ),
    )


def first_difference(before: bytes, now: bytes) -> Difference | None:
    """Give the first place where two JSON documents differ, or None where they are equal."""
    return next(_differences(json.loads(before), json.loads(now), ""), None)


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in COMPARED:
        if name in before or name in now:
            yield from _differences(before.get(name), now.get(name), name)


def _changed_files(runs: Runs, run: Run, outcome: Outcome) -> tuple[str, ...]:
    now = {}
    for file in outcome.files:
        with file.path.open("rb") as opened:
            now[file.name] = file_digest(opened, "sha256").hexdigest()
    before = {file.name: file.digest for file in runs.files(run.id)}
    return tuple(sorted({name for name, _ in before.items() ^ now.items()}))


def _differences(before: Any, now: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _differences(before.get(key, MISSING), now.get(key, MISSING), inner)
    elif isinstance(before, list) and isinstance(now, list):
        yield from _of_lists(before, now, path)
    elif before != now or type(before) is not type(now):
        yield Difference(path=path or "the result", before=before, now=now)


def _of_lists(before: Sequence[Any], now: Sequence[Any], path: str) -> Iterator[Difference]:
    for index in range(max(len(before), len(now))):
        old = before[index] if index < len(before) else MISSING
        new = now[index] if index < len(now) else MISSING
        yield from _differences(old, new, f"{path}[{index}]")


def _shown(difference: Difference) -> str:
    before, now = (_short(value) for value in (difference.before, difference.now))
    return f"{difference.path}: {before} before, {now} now"


def _short(value: Any) -> str:
    text = value if value == MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
