"""Monte Carlo as a run: as many draws as are wanted, with progress, kept as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from modelyard.errors import Invalid, Unavailable
from modelyard.runs.canonical import canonical_json
from modelyard.runs.kinds import Checked, Context, Outcome, OutFile, read_request
from modelyard.scenarios.asked import Question
from modelyard.scenarios.asking import Hearing, Stopped
from modelyard.scenarios.run_requests import (
    MonteCarloRequest,
    about,
    day_of,
    get_saved,
    pinned,
    refuse_faulty,
)
from modelyard.scenarios.table_names import table_name
from modelyard.scenarios.told import lasting
from modelyard.scenarios.warehouse.patience import write_patiently
from modelyard.scenarios.work import LONGEST_S, PARQUET, Tools, passport_of, seldom

if TYPE_CHECKING:
    import polars as pl

MOST_DRAWS = 10_000_000
MOST_KEPT = 1_000_000
"""Draws that are kept one by one, in the run's file."""


@dataclass(frozen=True)
class MonteCarloKind:
    """Draws parameters by chance, on all processors where that is worth it."""

    tools: Tools
    name: ClassVar[str] = "montecarlo"
    title: ClassVar[str] = "Monte Carlo"
    struct: ClassVar[type[msgspec.Struct]] = MonteCarloRequest
    is_quick: ClassVar[bool] = True
    is_repeatable: ClassVar[bool] = True

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether there is such a model; a few draws show whether the distributions fit."""
        asked = read_request(self.name, request, MonteCarloRequest)
        if not 1 <= asked.draws <= MOST_DRAWS:
            raise Invalid("request.draws", f"must be from 1 to {MOST_DRAWS:,}.")
        what_ifs = self.tools.known()
        saved = [get_saved(what_ifs, asked.saved, asked.what_if)] if asked.saved else []
        number, day = pinned(what_ifs, asked.what_if, asked.version, day_of(asked.as_of))
        version, on = max(number, 0), day_of(day)
        given = {**what_ifs.saved.still_open(saved[0]), **asked.inputs} if saved else asked.inputs
        refuse_faulty(what_ifs, asked.what_if, given, version, on)
        what_ifs.monte_carlo(
            asked.what_if,
            given,
            asked.distributions,
            draws=min(asked.draws, 2),
            seed=asked.seed,
            version=version,
            as_of=on,
        )
        full = msgspec.structs.replace(asked, inputs=given, version=number, as_of=day)
        resource = about(what_ifs, asked.what_if, saved)
        return Checked(
            title=f"{asked.what_if}: {asked.draws:,} draws",
            request=msgspec.to_builtins(full),
            resource_kind=resource.kind,
            resource_name=resource.name,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Draw, and describe how the outputs are spread."""
        asked = read_request(self.name, request, MonteCarloRequest)
        what_ifs = self.tools.known()
        question = Question(
            verb="montecarlo",
            spec=what_ifs.spec_of(asked.what_if, asked.version, day_of(asked.as_of)),
            given=asked.inputs,
            arguments={
                "distributions": asked.distributions,
                "draws": asked.draws,
                "seed": asked.seed,
                "wants_draws": asked.draws <= MOST_KEPT,
            },
        )
        hearing = Hearing(
            context.progress, seldom(context.is_cancelled), LONGEST_S, patience_s=LONGEST_S
        )
        try:
            answer, drawn = what_ifs.offers.asking.ask(question, hearing)
        except Stopped:
            raise Unavailable("montecarlo", "was stopped.") from None
        if asked.warehouse and context.run_id and not context.is_fresh:
            run, scenario = self.tools.first_of(context.run_id), asked.saved or "montecarlo"
            table = table_name(asked.what_if, "montecarlo")
            tables = {table: spread_table(answer, run, scenario)}
            pauses_s, warehouse = self.tools.pauses_s, self.tools.warehouse()
            write_patiently(warehouse, run, {scenario: tables}, context, pauses_s)
        result = {name: value for name, value in lasting(answer).items() if name != "digest"}
        return Outcome(
            result=canonical_json(result),
            files=_kept(drawn, context),
            passport=passport_of(answer["passport"]),
        )


def _kept(drawn: bytes, context: Context) -> tuple[OutFile, ...]:
    if not drawn:
        return ()
    path = context.folder / "draws.parquet"
    path.write_bytes(drawn)
    return (OutFile(name=path.name, media_type=PARQUET, path=path),)


def spread_table(answer: Mapping[str, Any], run: str, scenario: str) -> "pl.DataFrame":
    """Give how each output is spread, a row each, with the run's key."""
    import polars as pl

    at, rows = datetime.now(UTC), []
    for output, spread in answer["outputs"].items():
        if spread is None:
            continue
        plain = {name: spread[name] for name in ("count", "mean", "std", "min", "max")}
        percentiles = {f"p{name}": value for name, value in spread["percentiles"].items()}
        rows.append({"output": output} | plain | percentiles)
    key = {"run_id": run, "scenario_id": scenario, "code": answer["digest"][:16]}
    more = {"draws": answer["draws"], "seed": answer["seed"], "written_at": at}
    return pl.DataFrame([key | more | row for row in rows], infer_schema_length=None)
