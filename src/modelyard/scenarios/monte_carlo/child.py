"""One process that works out a stretch of draws: asked on standard input, answered on output."""

import os
import sys
from pathlib import Path

import numpy as np

from modelyard.errors import Conflict, ModelyardError
from modelyard.scenarios.inputs import read_inputs
from modelyard.scenarios.monte_carlo.draws import Draws
from modelyard.scenarios.monte_carlo.one_by_one import Work, stretch
from modelyard.scenarios.monte_carlo.processes import packed, unpacked
from modelyard.scenarios.sources import load_one
from modelyard.scenarios.what_if import Source


def answer(content: bytes) -> bytes:
    """Load the model and work out the draws."""
    question, matrix = unpacked(content)
    folder = Path(question["folder"])
    source = Source(folder, question["file"], question["name"], question["settings"])
    what_if = load_one(source)
    if what_if.digest != question["digest"]:
        raise Conflict(what_if.where, "was changed while its draws were worked out.", "Try again.")
    base = read_inputs(what_if.where, what_if.parameters, question["base"], may_unlock=True)
    columns = dict(zip(question["columns"], matrix, strict=True))
    choices = {name: tuple(values) for name, values in question["choices"].items()}
    work = Work(what_if, base, tuple(question["outputs"]))
    drawn = stretch(work, Draws(columns, choices, {}, matrix.shape[1]))
    results = [*drawn.outputs.values(), drawn.failed.astype(float)]
    return packed({"fault": drawn.fault}, np.stack(results))


def main() -> None:
    """Answer one question; what the model prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        out.write(answer(sys.stdin.buffer.read()))
        out.close()
    except ModelyardError as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
