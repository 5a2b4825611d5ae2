"""The what-if models of a service: those of the folder and those made in records, asked safely.

Nothing here runs a model in this process: worker processes do.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from modelyard.accounts.actor import Actor
from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid
from modelyard.scenarios.asked import MOST_DRAWS, Question, Verb
from modelyard.scenarios.figures import Figures
from modelyard.scenarios.offered import Offered, Spec
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.record import SAVED
from modelyard.scenarios.saved import SavedScenarios
from modelyard.scenarios.side_by_side import side_by_side
from modelyard.scenarios.versions import Versions

Given = Mapping[str, Any]
"""Values of parameters by name, as texts or JSON: `6.5%`, `300000 USD`, 0.065, rows of a table."""
TableForm = Literal["csv", "parquet"]


@dataclass(eq=False)
class WhatIfs:
    """Everything that doors ask of what-if models. `version` 0 is the one that is served.

    All answers are plain JSON values; decimals are texts, so that none is rounded. Each names its
    `model`, `version`, `as_of` and `digest`, and has the `passport` by which `figures.keep` keeps
    it. Who may ask is the doors' decision: `Resource("scenario", name)`.
    """

    offers: Offers
    versions: Versions
    """Records: models made and managed without code, their versions and approvals."""
    saved: SavedScenarios
    figures: Figures
    """Figures that were kept, and their replay."""

    def list_models(self, wait_s: float | None = None) -> list[Offered]:
        """List all models by name: of the folder, and of records; faulty ones with their fault.

        Where a record sets parameters there is no definition here: `get_model` gives it. `wait_s`
        is how long to wait for files that are new; those still being loaded say so.
        """
        return self.offers.list_models(wait_s)

    def get_model(self, name: str, version: int = 0, as_of: date | None = None) -> Offered:
        """Give a model with its definition, settings applied as on that day (today by default).

        A proposed version may be asked for by its number. Raises NotFound with the name that may
        be meant; a model that cannot be used has its `fault` instead of a definition.
        """
        return self.offers.get_model(name, version, as_of)

    def is_here(self, resource: Resource) -> bool:
        """Tell whether there is such a what-if model, or such a saved scenario."""
        if resource.kind == SAVED:
            return self.saved.store.find_saved(resource.name[:64]) is not None
        return self.offers.is_here(resource.name)

    def spec_of(self, name: str, version: int = 0, as_of: date | None = None) -> Spec:
        """Name all that decides the figures of a model; raises NotFound, and the model's fault."""
        return self.offers.spec_of(name, version, as_of)

    def run(
        self, name: str, given: Given, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Work a model out: `inputs` (of all parameters), `outputs`, and `shown`, both as people
        read them, without tables.

        Raises Invalid naming the parameter (`scenarios/loan/rate`) for values that are not right
        and for what the model raises, Denied for a locked or derived parameter that is moved, and
        Unavailable where the model hangs, dies, eats memory, or too many are at work.
        """
        return self._plain("run", self.spec_of(name, version, as_of), given)

    def faults_of(
        self, name: str, given: Given, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Say what is wrong with each value of a form: by parameter `kind`, `where`, `why`, `cure`.

        Empty where all is right. The model is not worked out.
        """
        return self._plain("faults", self.spec_of(name, version, as_of), given)

    def compare(
        self,
        name: str,
        scenarios: Sequence[tuple[str, Given]],
        *,
        version: int = 0,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Put scenarios (name and values) side by side: `differing`, `outputs`, `scenarios` (each
        with `name`, `fault`, `inputs`, `outputs`), `differences` from the first.
        """
        named = [[title, dict(given)] for title, given in scenarios]
        spec = self.spec_of(name, version, as_of)
        return self._plain("compare", spec, {}, {"scenarios": named})

    def compare_saved(self, ids: Sequence[str], *, by: Actor) -> dict[str, Any]:
        """Put saved scenarios of one model side by side, each as on its own day; as `compare`.

        Raises Invalid where they are of different models, NotFound where one may not be seen.
        """
        found = [self.saved.get(saved_id, by=by) for saved_id in ids]
        models = {one.model for one in found}
        if len(models) != 1:
            raise Invalid("scenarios", "only scenarios of one model can be compared.")
        days = {one.as_of for one in found}
        values = [(one.name, self.saved.still_open(one)) for one in found]
        if len(days) == 1:
            return self.compare(models.pop(), values, as_of=days.pop())
        specs = [self.spec_of(one.model, as_of=one.as_of) for one in found]
        ask = self.offers.ask
        return side_by_side(specs, values, lambda spec, given: ask("run", spec, given))

    def sensitivity(  # noqa: PLR0913 (what is asked)
        self,
        name: str,
        given: Given,
        *,
        output: str = "",
        swing: float | str = 0.1,
        version: int = 0,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Tell how far each open parameter moves an output: as `Tornado.as_json`."""
        spec = self.spec_of(name, version, as_of)
        return self._plain("sensitivity", spec, given, {"output": output, "swing": swing})

    def grid(
        self,
        name: str,
        given: Given,
        axes: Mapping[str, Sequence[Any] | str],
        *,
        version: int = 0,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Work out all combinations of one or two parameters: as `Grid.as_json`."""
        return self._plain("grid", self.spec_of(name, version, as_of), given, {"axes": dict(axes)})

    def goal_seek(  # noqa: PLR0913 (what is asked)
        self,
        name: str,
        given: Given,
        *,
        output: str,
        target: Any,
        by: str,
        version: int = 0,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Find the value of `by` that brings an output to a target: as `Goal.as_json`."""
        wanted = {"output": output, "target": target, "by": by}
        return self._plain("goal-seek", self.spec_of(name, version, as_of), given, wanted)

    def monte_carlo(  # noqa: PLR0913 (what is asked)
        self,
        name: str,
        given: Given,
        distributions: Given,
        *,
        draws: int = 10_000,
        seed: int = 0,
        version: int = 0,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Draw parameters by chance: as `Simulation.as_json`.

        Raises Invalid above 100,000 draws: more are a run of the kind `montecarlo`.
        """
        if draws > MOST_DRAWS:
            why = f"{draws:,} draws are too many to wait for; the most is {MOST_DRAWS:,}."
            raise Invalid("draws", why, "Start a run of the kind montecarlo.")
        wanted = {"distributions": dict(distributions), "draws": draws, "seed": seed}
        return self._plain("montecarlo", self.spec_of(name, version, as_of), given, wanted)

    def excel(
        self,
        name: str,
        given: Given,
        *,
        title: str = "",
        version: int = 0,
        as_of: date | None = None,
    ) -> bytes:
        """Give inputs, outputs and passport as an .xlsx file."""
        return self._file("excel", self.spec_of(name, version, as_of), given, {"title": title})

    def read_excel(
        self, name: str, content: bytes, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Read the inputs of an .xlsx file that was filled in; raises Invalid for formulas."""
        spec = self.spec_of(name, version, as_of)
        asked = Question(verb="read-excel", spec=spec, content=content)
        found: dict[str, Any] = self.offers.asking.ask(asked)[0]
        return found

    def table(  # noqa: PLR0913 (what is asked)
        self,
        name: str,
        given: Given,
        form: TableForm,
        *,
        output: str = "",
        version: int = 0,
        as_of: date | None = None,
    ) -> bytes:
        """Give one output as CSV or Parquet; without `output`, inputs and outputs in one row."""
        wanted = {"form": form, "output": output}
        return self._file("table", self.spec_of(name, version, as_of), given, wanted)

    def warm(self) -> None:
        """Begin to load the models in workers, so that the first who asks need not wait."""
        threading.Thread(target=self.offers.shelf.look, name="what-if", daemon=True).start()

    def stop(self) -> None:
        """End the workers that wait."""
        self.offers.asking.stop()

    def _plain(
        self, verb: Verb, spec: Spec, given: Given, arguments: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        found: dict[str, Any] = self.offers.ask(verb, spec, dict(given), arguments)
        return found

    def _file(self, verb: Verb, spec: Spec, given: Given, arguments: dict[str, Any]) -> bytes:
        asked = Question(verb=verb, spec=spec, given=dict(given), arguments=arguments)
        return self.offers.asking.ask(asked)[1]
