"""Answers as plain values, each with the passport that it takes to work them out again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelyard.scenarios.asked import Question
from modelyard.scenarios.execute import Answer
from modelyard.scenarios.output import Output
from modelyard.scenarios.parameter import Parameter
from modelyard.scenarios.passport import digest_of, versions
from modelyard.scenarios.values import plain, shown
from modelyard.scenarios.what_if import WhatIf

if TYPE_CHECKING:
    from modelyard.scenarios.monte_carlo import Simulation

PASSING = frozenset({"duration_s", "shown", "passport", "way"})
"""What is another each time, or follows from the rest."""


def told_answer(what_if: WhatIf, asked: Question, answer: Answer) -> dict[str, Any]:
    """Give inputs and outputs, also as people read them."""
    told = {
        "inputs": _shown(what_if.parameters, answer.values),
        "outputs": _shown(what_if.outputs, answer.outputs),
    }
    content = answer.as_json() | {"shown": told, "duration_s": answer.duration_s}
    return with_passport(what_if, asked, content)


def with_passport(what_if: WhatIf, asked: Question, content: Mapping[str, Any]) -> dict[str, Any]:
    """Say of which model and version an answer is, and add its passport."""
    spec = asked.spec
    day = spec.as_of.isoformat() if spec.as_of else None
    named = {
        "model": spec.name,
        "version": spec.version,
        "as_of": day,
        "digest": what_if.digest,
    }
    answer = dict(content) | named
    asked_for = {
        "verb": asked.verb,
        "code": what_if.digest,
        "as_of": day,
        "inputs": answer.get("inputs", {}),
        "arguments": _arguments(asked),
        "datasets": {},
        "seed": answer.get("seed"),
    }
    passport = {
        "id": digest_of(asked_for)[:16],
        "model": spec.name,
        "version": spec.version,
        "file": spec.file,
        "given": dict(asked.given),
        "answer": digest_of(lasting(answer)),
        "versions": versions(),
    }
    return answer | {"passport": passport | asked_for}


def lasting(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give of an answer what must be the same when it is worked out again."""
    return {name: value for name, value in answer.items() if name not in PASSING}


def _arguments(asked: Question) -> dict[str, Any]:
    if asked.verb == "tables":
        return {}
    passing = {"processes", "wants_draws"}
    return {name: value for name, value in asked.arguments.items() if name not in passing}


def _shown(described: Sequence[Parameter | Output], values: Mapping[str, Any]) -> dict[str, str]:
    return {
        one.name: shown(one, values[one.name])
        for one in described
        if one.kind != "table" and one.name in values
    }


def draws_parquet(simulation: "Simulation") -> bytes:
    """Give every draw as Parquet: what was drawn, and the outputs."""
    import polars as pl

    from modelyard.scenarios.exchange.frames import parquet_of

    columns = dict(simulation.outputs)
    for name, drawn in simulation.inputs.columns.items():
        chosen = simulation.inputs.choices.get(name)
        series = drawn if chosen is None else [plain(chosen[int(code)]) for code in drawn]
        columns[name if name not in columns else f"in_{name}"] = series
    return parquet_of(pl.DataFrame(columns))
