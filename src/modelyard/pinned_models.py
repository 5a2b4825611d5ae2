"""The models that a function gets in a run: the versions that were served when it was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from modelyard.errors import Unavailable
from modelyard.models.given import Predictor, split_name
from modelyard.models.serving import Predictors, Served, servable
from modelyard.models.version import Version

if TYPE_CHECKING:
    from modelyard.functions.catalogue import Functions
    from modelyard.functions.operation import Operation
    from modelyard.models.kept_files import KeptFiles


class Pin(msgspec.Struct, frozen=True):
    """A version by its contents, so that it is found without asking the database."""

    version: int
    sha256: str
    digest: str


def pins_of(
    functions: "Functions", operation: "Operation", find: Callable[[str, str], Version]
) -> dict[str, Pin]:
    """Name the versions of the models that an operation's function asks for, as it calls them.

    Raises NotFound, and Conflict for a version that was refused.
    """
    giver = functions.tools.givers.get(Predictor)
    pins = {}
    for give, asked in operation.gifts:
        if give is giver:
            version = find(*split_name(asked))
            servable(version, version.description.plan.trusted if version.description else ())
            pins[asked] = Pin(version.number, version.sha256, version.digest)
    return pins


@dataclass
class PinnedModels:
    """Gives models by their pins, in a process that may not ask the database."""

    files: "Callable[[], KeptFiles]"
    _pins: Mapping[str, Pin] = field(default_factory=dict)

    def use(self, pins: Mapping[str, Pin]) -> None:
        """Give these from now on."""
        self._pins = pins

    def get(self, name: str, selector: str) -> Served:
        """Give a version to ask; raises Unavailable where the run has no pin of it."""
        pin = self._pins.get(f"{name}@{selector}" if selector else name)
        if pin is None:
            raise Unavailable(f"model '{name}'", "was not known when the run was asked for.")
        files = self.files()
        noted = files.noted(pin.sha256, pin.digest)
        version = msgspec.structs.replace(noted, model=name, number=pin.version)
        trusted = version.description.plan.trusted if version.description else ()
        predictors = Predictors(files, lambda _name, _selector: version, lambda: trusted)
        return Served(version, predictors.open(version))
