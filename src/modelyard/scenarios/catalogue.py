"""The what-if models of a workspace."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.errors import Conflict, ModelyardError, NotFound
from modelyard.scenarios.sources import load_file, model_files
from modelyard.scenarios.what_if import WhatIf


@dataclass(frozen=True, repr=False)
class Scenarios(Mapping[str, WhatIf]):
    """The models by name; a file that is broken does not keep the others from being used."""

    models: dict[str, WhatIf] = field(default_factory=dict)
    faults: dict[str, ModelyardError] = field(default_factory=dict)
    """What is wrong with files, by file."""

    def __getitem__(self, name: str) -> WhatIf:
        """Give a model; raises NotFound, naming those near."""
        if name in self.models:
            return self.models[name]
        for file, fault in self.faults.items():
            if Path(file).stem == name:
                raise fault
        near = difflib.get_close_matches(name, self.models, n=1)
        known = ", ".join(self.models) or "none"
        cure = f"Did you mean '{near[0]}'?" if near else f"Known: {known}."
        raise NotFound(f"scenarios/{name[:60]}", "there is no such model.", cure)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a model."""
        return name in self.models

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self.models)

    def __len__(self) -> int:
        """Count the models."""
        return len(self.models)

    def __repr__(self) -> str:
        """Name the models."""
        return f"<Scenarios {', '.join(self.models) or 'none'}>"


def open_scenarios(folder: Path) -> Scenarios:
    """Load every model of a workspace; the code in `scenarios/` is run for that."""
    found = Scenarios()
    for file in model_files(folder):
        try:
            for what_if in load_file(folder, file):
                _add(found, what_if, file)
        except ModelyardError as fault:
            found.faults[file] = fault
    return found


def _add(found: Scenarios, what_if: WhatIf, file: str) -> None:
    other = found.models.get(what_if.name)
    if other is not None:
        there = other.source.file if other.source else "elsewhere"
        raise Conflict(
            file, f"the model '{what_if.name}' is in {there} already.", "Name one differently."
        )
    found.models[what_if.name] = what_if
