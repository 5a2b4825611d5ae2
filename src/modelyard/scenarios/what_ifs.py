"""The what-if models of a service: those of the folder and those made in records, asked safely.

Nothing here runs a model in this process: worker processes do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from modelyard.scenarios.figures import Figures
from modelyard.scenarios.offered import Offered, Spec
from modelyard.scenarios.saved import SavedScenarios
from modelyard.scenarios.versions import Versions

Given = Mapping[str, Any]
"""Values of parameters by name, as texts or JSON: `6.5%`, `300000 USD`, 0.065, rows of a table."""
TableForm = Literal["csv", "parquet"]


@dataclass(eq=False)
class WhatIfs:
    """Everything that doors ask of what-if models. `version` 0 is the one that is served.

    All answers are plain JSON values; decimals are texts, so that none is rounded. Who may ask is
    the doors' decision: `Resource("scenario", name)`.
    """

    versions: Versions
    """Records: models made and managed without code, their versions and approvals."""
    saved: SavedScenarios
    figures: Figures
    """Figures that were kept, and their replay."""

    def list_models(self) -> list[Offered]:
        """List all models by name: of the folder, and of records; faulty ones with their fault.

        Titles and origins only where a record stands on a file: `get_model` gives definitions.
        """
        raise NotImplementedError

    def get_model(self, name: str, version: int = 0, as_of: date | None = None) -> Offered:
        """Give a model with its definition, settings applied as on that day (today by default).

        A proposed version may be asked for by its number. Raises NotFound with the name that may
        be meant; a model that cannot be used has its `fault` instead of a definition.
        """
        raise NotImplementedError

    def spec_of(self, name: str, version: int = 0, as_of: date | None = None) -> Spec:
        """Name all that decides the figures of a model; raises NotFound, and the model's fault."""
        raise NotImplementedError

    def run(
        self, name: str, given: Given, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Work a model out: `model`, `version`, `as_of`, `digest`, `inputs` (of all parameters),
        `outputs`, `shown` (`inputs` and `outputs` as people read them, no tables), `passport`.

        Raises Invalid naming the parameter (`scenarios/loan/rate`) for values that are not right
        and for what the model raises, Denied for a locked or derived parameter that is moved, and
        Unavailable where the model hangs, dies, eats memory, or too many are at work.
        """
        raise NotImplementedError

    def faults_of(
        self, name: str, given: Given, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Say what is wrong with each value of a form: by parameter `kind`, `where`, `why`, `cure`.

        Empty where all is right. The model is not worked out.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def compare_saved(self, ids: Sequence[str]) -> dict[str, Any]:
        """Put saved scenarios of one model side by side, each with its own day; as `compare`.

        Raises Invalid where they are of different models. Who may see them is looked at before.
        """
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def read_excel(
        self, name: str, content: bytes, *, version: int = 0, as_of: date | None = None
    ) -> dict[str, Any]:
        """Read the inputs of an .xlsx file that was filled in; raises Invalid for formulas."""
        raise NotImplementedError

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
        raise NotImplementedError
