"""Working a model out: values in, outputs out, every fault in words."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.scenarios.inputs import Values, plain_values, read_inputs
from modelyard.scenarios.outcome import read_outputs
from modelyard.scenarios.time_limit import limited
from modelyard.scenarios.user_faults import fault_of
from modelyard.scenarios.values import plain
from modelyard.scenarios.what_if import WhatIf


@dataclass(frozen=True)
class Answer:
    """The outputs for one set of values."""

    model: str
    digest: str
    """The code or workbook that gave them."""
    values: Values
    outputs: dict[str, Any]
    """Figures, texts, dates, or lists of rows."""
    duration_s: float

    def __getitem__(self, name: str) -> Any:
        """Give one output."""
        return self.outputs[name]

    def as_json(self) -> dict[str, Any]:
        """Give inputs and outputs as JSON values; decimals are texts, so that none is rounded."""
        return {
            "model": self.model,
            "digest": self.digest,
            "inputs": plain_values(self.values),
            "outputs": {name: plain(value) for name, value in self.outputs.items()},
        }


def execute(
    what_if: WhatIf,
    given: Mapping[str, Any] | None = None,
    *,
    timeout_s: float | None = None,
    may_unlock: bool = False,
    has_tables: bool = True,
) -> Answer:
    """Work the model out with the values given, and defaults for the others.

    Without tables, figures alone are read of what the model gives: that is several times as quick.

    Raises Invalid for values or outputs that are not right and for what the model's code raises,
    Denied for another value of a locked parameter, and Unavailable when time is up.
    """
    values = read_inputs(what_if.where, what_if.parameters, given or {}, may_unlock)
    began = time.perf_counter()
    outputs = calculate(what_if, values, timeout_s, has_tables)
    return Answer(what_if.name, what_if.digest, values, outputs, time.perf_counter() - began)


def calculate(
    what_if: WhatIf,
    values: Mapping[str, Any],
    timeout_s: float | None = None,
    has_tables: bool = True,
) -> dict[str, Any]:
    """Give the outputs for values that were read already; without tables, the others alone."""
    returned = limited(what_if.where, timeout_s, lambda: called(what_if, values))
    if has_tables:
        return read_outputs(what_if.where, what_if.outputs, returned)
    tables = {output.name for output in what_if.outputs if output.kind == "table"}
    figures = [output for output in what_if.outputs if output.name not in tables]
    kept = {name: value for name, value in returned.items() if name not in tables}
    return read_outputs(what_if.where, figures, kept)


def called(what_if: WhatIf, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call the calculation; what it raises becomes a fault that names the line."""
    try:
        return what_if.calculation(values)
    except ModelyardError:
        raise
    except Exception as error:  # noqa: BLE001 (the author's code may raise anything)
        source = what_if.source
        file = source.file if source else ""
        path: Path | None = source.folder / file if source and file else None
        raise fault_of(file or what_if.where, path, error) from None
