"""The trained models of a service, varied: sliders, tornado, grid, goal seek, chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.errors import Invalid
from modelyard.progress import silent
from modelyard.scenarios.answering import VERBS
from modelyard.scenarios.asked import MOST_DRAWS, Question, Verb
from modelyard.scenarios.definition import definition_of
from modelyard.scenarios.offered import Offered, Spec
from modelyard.scenarios.what_if import WhatIf
from modelyard.varied.model import Predict, varied_model

if TYPE_CHECKING:
    from modelyard.models.registry import Registry

Given = Mapping[str, Any]


@dataclass(eq=False)
class VariedModels:
    """The trained models of a service, varied; answers are those of `WhatIfs`.

    `selector` is a version of the trained model: a number, an alias, or empty for the one that is
    served. Who may ask is the doors' decision: `Resource("model", name)`.
    """

    registry: "Registry"

    def get_model(self, name: str, selector: str = "") -> Offered:
        """Give parameters and outputs; raises NotFound, Conflict, Unavailable, Invalid."""
        what_if, number = self._opened(name, selector)
        return Offered(
            name=name,
            title=name,
            description=what_if.description,
            origin="model",
            digest=what_if.digest,
            version=number,
            definition=definition_of(what_if),
        )

    def run(self, name: str, given: Given, *, selector: str = "") -> dict[str, Any]:
        """Ask for one prediction; raises Invalid for values that are not right."""
        return self._asked("run", name, selector, given)

    def faults_of(self, name: str, given: Given, *, selector: str = "") -> dict[str, Any]:
        """Say what is wrong with each value of a form."""
        return self._asked("faults", name, selector, given)

    def compare(
        self, name: str, scenarios: Sequence[tuple[str, Given]], *, selector: str = ""
    ) -> dict[str, Any]:
        """Put predictions side by side."""
        named = [[title, dict(given)] for title, given in scenarios]
        return self._asked("compare", name, selector, {}, {"scenarios": named})

    def sensitivity(
        self,
        name: str,
        given: Given,
        *,
        output: str = "",
        swing: float | str = 0.1,
        selector: str = "",
    ) -> dict[str, Any]:
        """Tell how far each input moves the prediction, or the probability of a class."""
        return self._asked("sensitivity", name, selector, given, {"output": output, "swing": swing})

    def grid(
        self,
        name: str,
        given: Given,
        axes: Mapping[str, Sequence[Any] | str],
        *,
        selector: str = "",
    ) -> dict[str, Any]:
        """Predict for all combinations of one or two inputs."""
        return self._asked("grid", name, selector, given, {"axes": dict(axes)})

    def goal_seek(  # noqa: PLR0913 (what is asked)
        self, name: str, given: Given, *, output: str, target: Any, by: str, selector: str = ""
    ) -> dict[str, Any]:
        """Find the value of an input that brings the prediction to a target."""
        wanted = {"output": output, "target": target, "by": by}
        return self._asked("goal-seek", name, selector, given, wanted)

    def monte_carlo(  # noqa: PLR0913 (what is asked)
        self,
        name: str,
        given: Given,
        distributions: Given,
        *,
        draws: int = 10_000,
        seed: int = 0,
        selector: str = "",
    ) -> dict[str, Any]:
        """Draw inputs by chance; raises Invalid above 100,000 draws."""
        if draws > MOST_DRAWS:
            raise Invalid("draws", f"the most is {MOST_DRAWS:,}.")
        wanted = {"distributions": dict(distributions), "draws": draws, "seed": seed}
        return self._asked("montecarlo", name, selector, given, wanted | {"processes": 1})

    def _asked(
        self,
        verb: Verb,
        name: str,
        selector: str,
        given: Given,
        arguments: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        what_if, number = self._opened(name, selector)
        spec = Spec(name=name, version=number)
        asked = Question(verb=verb, spec=spec, given=dict(given), arguments=arguments or {})
        found: dict[str, Any] = VERBS[verb](what_if, asked, silent)[0]
        return found

    def _opened(self, name: str, selector: str) -> tuple[WhatIf, int]:
        served = self.registry.predictors.get(name, selector)
        description = served.predictor.description
        predict: Predict = served.predictor.predict_records
        what_if = varied_model(name, served.version.digest, description, predict)
        return what_if, served.version.number
