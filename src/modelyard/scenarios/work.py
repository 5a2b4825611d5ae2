"""What can be done with what-if models as a run: many scenarios at once, and chance at length.

Both are worked out in worker processes, which know no secrets, and written to the warehouse by the
process that does runs, which knows where that is.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable
from modelyard.runs.canonical import canonical_json
from modelyard.runs.kinds import NOT_KNOWN, Checked, Context, Outcome, OutFile, read_request
from modelyard.scenarios.asked import Question
from modelyard.scenarios.asking import Hearing, Stopped
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.run_requests import (
    NamedInputs,
    ScenarioRequest,
    day_of,
    filled,
)
from modelyard.scenarios.told import lasting
from modelyard.scenarios.warehouse.packed import unpack
from modelyard.scenarios.warehouse.patience import PAUSES_S, write_patiently
from modelyard.scenarios.warehouse.tables import Warehouse
from modelyard.scenarios.what_ifs import WhatIfs

if TYPE_CHECKING:
    import polars as pl

PARQUET = "application/vnd.apache.parquet"
ONE_S = 3600.0
"""How long one scenario of a run may take."""
PASSING = ("run_id", "written_at")
"""Columns that are others each time; files of runs are without them."""
AT_ONCE = 50
"""How many scenarios are written together."""
AT_A_TIME = 2
"""How many scenarios of one run are worked out at a time, each by a worker."""
LONGEST_S = 30 * 86_400.0
"""How long a run waits for a worker; its own time is up before."""
Answered = tuple[dict[str, Any], bytes] | ModelyardError
FirstOf = Callable[[str], str]


@dataclass(frozen=True)
class Tools:
    """What the kinds of this room work with; `what_ifs` gives None where there is no database."""

    what_ifs: Callable[[], WhatIfs | None]
    warehouse: Callable[[], Warehouse]
    first_of: FirstOf = lambda run_id: run_id
    """The run of which a run is a retry: under its name rows are written, so none is doubled."""

    pauses_s: tuple[float, float] = PAUSES_S
    """Before a warehouse that is down is tried again: at first, and at most."""

    def known(self) -> WhatIfs:
        """Give the what-if models; raises NotFound."""
        found = self.what_ifs()
        if found is None:
            raise NotFound("what-if models", NOT_KNOWN)
        return found


@dataclass(frozen=True)
class ScenarioKind:
    """Works scenarios out and writes them into the warehouse."""

    tools: Tools
    name: ClassVar[str] = "scenario"
    title: ClassVar[str] = "Scenarios"
    struct: ClassVar[type[msgspec.Struct]] = ScenarioRequest
    is_quick: ClassVar[bool] = True
    is_repeatable: ClassVar[bool] = True

    def check(self, request: Mapping[str, Any]) -> Checked:
        """Look whether there are such a model and such scenarios, and fill in what they are."""
        asked = read_request(self.name, request, ScenarioRequest)
        full, about = filled(self.tools.known(), asked)
        named = full.inputs[0].name or "1 scenario"
        count = len(full.inputs)
        return Checked(
            title=f"{full.what_if}: {named if count == 1 else f'{count:,} scenarios'}"[:200],
            request=msgspec.to_builtins(full),
            resource_kind=about.kind,
            resource_name=about.name,
        )

    def work(self, request: Mapping[str, Any], context: Context) -> Outcome:
        """Work out one after the other; one that fails says why in the result."""
        asked = read_request(self.name, request, ScenarioRequest)
        what_ifs = self.tools.known()
        spec = what_ifs.spec_of(asked.what_if, asked.version, day_of(asked.as_of))
        batch = _Batch(self.tools, what_ifs, spec, context, asked.warehouse)
        named = [(one.id or f"inputs-{place + 1}", one) for place, one in enumerate(asked.inputs)]
        with ThreadPoolExecutor(AT_A_TIME, "scenarios") as threads:
            for start in range(0, len(named), AT_ONCE):
                part = named[start : start + AT_ONCE]
                context.progress(start / len(named), f"scenario {start + 1:,} of {len(named):,}")
                for (scenario, one), answered in zip(
                    part, threads.map(batch.answered, part), strict=True
                ):
                    batch.take(scenario, one.name, answered)
                batch.write()
        return batch.outcome()


class _Batch:
    def __init__(
        self, tools: Tools, what_ifs: WhatIfs, spec: Spec, context: Context, is_kept: bool
    ) -> None:
        self.what_ifs, self.spec, self.context = what_ifs, spec, context
        self.pauses_s = tools.pauses_s
        self.run = tools.first_of(context.run_id) if context.run_id else "replay"
        is_written = is_kept and bool(context.run_id) and not context.is_fresh
        self.warehouse = tools.warehouse() if is_written else None
        self.told: list[dict[str, Any]] = []
        self.tables: dict[str, list[pl.DataFrame]] = {}
        self.unwritten: dict[str, dict[str, pl.DataFrame]] = {}
        self.passport: dict[str, Any] = {}

    def answered(self, named: tuple[str, NamedInputs]) -> Answered:
        """Work one out, in any thread; gives what is wrong with it where it fails."""
        try:
            return self._asked(*named)
        except Stopped:
            raise Unavailable("scenario", "was stopped.") from None
        except ModelyardError as fault:
            return fault

    def take(self, scenario: str, name: str, answered: Answered) -> None:
        """Take an answer in."""
        told: dict[str, Any] = {"id": scenario, "name": name}
        if isinstance(answered, ModelyardError):
            self.told.append(told | {"fault": str(answered)})
            return
        answer, content = answered
        self.unwritten[scenario] = unpack(content)
        for table, frame in self.unwritten[scenario].items():
            self.tables.setdefault(table, []).append(frame.drop(PASSING))
        self.passport = self.passport or dict(answer["passport"])
        lasts = lasting(answer)
        figures = {
            name: value for name, value in lasts["outputs"].items() if not isinstance(value, list)
        }
        self.told.append(told | {"fault": "", "inputs": lasts["inputs"], "outputs": figures})

    def write(self) -> None:
        """Write what is not written yet."""
        if self.warehouse is not None and self.unwritten:
            write_patiently(self.warehouse, self.run, self.unwritten, self.context, self.pauses_s)
        self.unwritten = {}

    def _asked(self, scenario: str, one: NamedInputs) -> tuple[dict[str, Any], bytes]:
        at = datetime.now(UTC).isoformat()
        asked = Question(
            verb="tables",
            spec=self.spec,
            given=self._still_open(one),
            arguments={"run": self.run, "scenario": scenario, "name": one.name, "at": at},
        )
        is_stopped = seldom(self.context.is_cancelled)
        hearing = Hearing(is_stopped=is_stopped, timeout_s=ONE_S, patience_s=LONGEST_S)
        answer, content = self.what_ifs.offers.asking.ask(asked, hearing)
        return answer, content

    def _still_open(self, one: NamedInputs) -> dict[str, Any]:
        """Leave out what was saved and is locked since; values that were given are given."""
        if not one.id:
            return one.inputs
        definition = self.what_ifs.offers.definition(self.spec)
        is_open = {
            item["name"]
            for item in definition["parameters"]
            if item.get("access", "open") == "open"
        }
        return {name: value for name, value in one.inputs.items() if name in is_open}

    def outcome(self) -> Outcome:
        """Give what came of all; raises Invalid where every one failed."""
        if all(told["fault"] for told in self.told):
            raise Invalid(f"scenarios/{self.spec.name}", f"none works: {self.told[0]['fault']}")
        result = {
            "what_if": self.spec.name,
            "version": self.spec.version,
            "as_of": self.spec.as_of.isoformat() if self.spec.as_of else "",
            "failed": sum(1 for told in self.told if told["fault"]),
            "scenarios": self.told,
            "tables": sorted(self.tables),
        }
        return Outcome(
            result=canonical_json(result), files=self._files(), passport=passport_of(self.passport)
        )

    def _files(self) -> tuple[OutFile, ...]:
        import polars as pl

        files = []
        for name, parts in sorted(self.tables.items()):
            path = self.context.folder / f"{name}.parquet"
            pl.concat(parts, how="diagonal_relaxed").write_parquet(path)
            files.append(OutFile(name=path.name, media_type=PARQUET, path=path))
        return tuple(files)


def passport_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a run's passport says of a what-if model."""
    return {
        "inputs": [
            {name: told.get(name) for name in ("model", "version", "as_of", "file", "code")},
        ],
        "versions": told.get("versions", {}),
        "seed": told.get("seed"),
    }


def seldom(is_cancelled: Callable[[], bool], every_s: float = 0.5) -> Callable[[], bool]:
    """Ask no more often than that: each time may be a note in the database."""
    asked_at = 0.0

    def is_stopped() -> bool:
        nonlocal asked_at
        if time.monotonic() - asked_at < every_s:
            return False
        asked_at = time.monotonic()
        return is_cancelled()

    return is_stopped
