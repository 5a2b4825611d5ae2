"""A worker process answers: it loads models, works them out, and gives plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from modelyard.errors import Invalid
from modelyard.progress import Progress
from modelyard.runs.fault import fault_of
from modelyard.scenarios.asked import Question
from modelyard.scenarios.definition import definition_of
from modelyard.scenarios.inputs import look_over, plain_values, read_inputs
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.opened import check_content, open_spec
from modelyard.scenarios.sources import Stamp, load_file, load_one, stamp_of
from modelyard.scenarios.told import draws_parquet, told_answer, with_passport
from modelyard.scenarios.values import plain
from modelyard.scenarios.what_if import Source, WhatIf

MOST_KEPT = 64
Answered = tuple[Any, bytes]
"""Plain values, and a file where one was asked for."""


@dataclass
class Models:
    """The models of a folder as this process has loaded them; a changed file is loaded again."""

    folder: Path
    _kept: dict[bytes, tuple[Stamp, WhatIf]] = field(default_factory=dict)

    def get(self, spec: Spec) -> WhatIf:
        """Give a model."""
        stamp = stamp_of(self.folder, spec.file)
        key = msgspec.json.encode(spec)
        known = self._kept.get(key)
        if known is not None and known[0] == stamp:
            return known[1]
        what_if = open_spec(self.folder, spec)
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = (stamp, what_if)
        return what_if


def answer(models: Models, asked: Question, progress: Progress) -> Answered:
    """Answer a question; raises what is wrong with it, or with the model."""
    if asked.verb == "describe":
        return _described(models.folder, asked), b""
    if asked.verb == "check":
        return _checked(models.folder, asked.spec), b""
    what_if = models.get(asked.spec)
    return VERBS[asked.verb](what_if, asked, progress)


def _described(folder: Path, asked: Question) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "digest": one.digest, "definition": definition_of(one)}
        for one in load_file(folder, asked.spec.file)
    ]


def _checked(folder: Path, spec: Spec) -> dict[str, Any]:
    base = load_one(Source(folder, spec.file, spec.base or spec.name)) if spec.file else None
    return definition_of(check_content(base, folder, spec))


def _definition(what_if: WhatIf, _asked: Question, _progress: Progress) -> Answered:
    return definition_of(what_if), b""


def _faults(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    _, faults = look_over(what_if.where, what_if.parameters, asked.given)
    found = {str(name)[:60]: msgspec.to_builtins(fault_of(one)) for name, one in faults.items()}
    return found, b""


def _inputs(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    values = plain_values(read_inputs(what_if.where, what_if.parameters, asked.given))
    is_open = {one.name for one in what_if.parameters if one.access == "open"}
    inputs = {name: value for name, value in values.items() if name in is_open}
    return {"inputs": inputs, "digest": what_if.digest}, b""


def _run(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.execute import execute

    found = execute(what_if, asked.given, may_unlock=asked.may_unlock)
    return told_answer(what_if, asked, found), b""


def _compare(what_if: WhatIf, asked: Question, progress: Progress) -> Answered:
    from modelyard.scenarios.comparison import compare

    named = [(str(name), given) for name, given in asked.arguments["scenarios"]]
    found = compare(what_if, named, progress)
    return with_passport(what_if, asked, found.as_json()), b""


def _sensitivity(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.sensitivity import read_swing, tornado

    raw = asked.arguments.get("swing", 0.1)
    swing = read_swing(raw) if isinstance(raw, str) else float(raw)
    output = asked.arguments.get("output", "")
    found = tornado(what_if, asked.given, output=output, swing=swing)
    return with_passport(what_if, asked, found.as_json()), b""


def _grid(what_if: WhatIf, asked: Question, progress: Progress) -> Answered:
    from modelyard.scenarios.grid import make_grid

    found = make_grid(what_if, asked.given, asked.arguments["axes"], progress)
    return with_passport(what_if, asked, found.as_json()), b""


def _goal_seek(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.goal_seek import seek

    wanted = {name: asked.arguments[name] for name in ("output", "target", "by")}
    return with_passport(what_if, asked, seek(what_if, asked.given, **wanted).as_json()), b""


def _montecarlo(what_if: WhatIf, asked: Question, progress: Progress) -> Answered:
    from modelyard.scenarios.monte_carlo import Effort, Experiment, simulate

    told = asked.arguments
    experiment = Experiment(told["distributions"], told.get("draws", 10_000), told.get("seed", 0))
    processes = told.get("processes")
    found = simulate(what_if, asked.given, experiment, Effort(progress, processes=processes))
    content = found.as_json() | {"way": found.way, "duration_s": found.duration_s}
    drawn = draws_parquet(found) if told.get("wants_draws") else b""
    return with_passport(what_if, asked, content), drawn


def _excel(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.exchange.excel import write_excel
    from modelyard.scenarios.execute import execute
    from modelyard.scenarios.passport import passport_of

    found = execute(what_if, asked.given, may_unlock=asked.may_unlock)
    title = str(asked.arguments.get("title", ""))[:200]
    return None, write_excel(what_if, found, passport_of(found), title)


def _read_excel(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.exchange.filled_in import read_excel

    return plain(read_excel(what_if, asked.content)), b""


def _table(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.exchange import frames
    from modelyard.scenarios.execute import execute

    found = execute(what_if, asked.given, may_unlock=asked.may_unlock)
    name = str(asked.arguments.get("output", ""))
    if name:
        frame = frames.frame_of(what_if.get_output(name), found.outputs[name])
    else:
        frame = frames.summary_frame(what_if, {what_if.name: found})
    form = asked.arguments.get("form")
    if form not in {"csv", "parquet"}:
        raise Invalid("form", f"'{str(form)[:20]}' is not known.", "Known: csv, parquet.")
    return None, frames.csv_of(frame) if form == "csv" else frames.parquet_of(frame)


def _tables(what_if: WhatIf, asked: Question, _progress: Progress) -> Answered:
    from modelyard.scenarios.execute import execute
    from modelyard.scenarios.warehouse.packed import pack
    from modelyard.scenarios.warehouse.tables import Key, tables_of

    told = asked.arguments
    found = execute(what_if, asked.given, may_unlock=asked.may_unlock)
    at = datetime.fromisoformat(told["at"])
    tables = tables_of(what_if, found, Key(told["run"], told["scenario"]), told["name"], at)
    return told_answer(what_if, asked, found), pack(tables)


VERBS: Mapping[str, Callable[[WhatIf, Question, Progress], Answered]] = {
    "definition": _definition,
    "faults": _faults,
    "inputs": _inputs,
    "run": _run,
    "compare": _compare,
    "sensitivity": _sensitivity,
    "grid": _grid,
    "goal-seek": _goal_seek,
    "montecarlo": _montecarlo,
    "excel": _excel,
    "read-excel": _read_excel,
    "table": _table,
    "tables": _tables,
}
