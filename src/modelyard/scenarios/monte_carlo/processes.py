"""Scalar models on all processors: each process loads the model and takes a stretch of draws.

The processes are started anew (`python -m`), so that it does not matter from where: a notebook, a
script without a main guard, a server with threads.
"""

import io
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelyard.errors import Unavailable
from modelyard.progress import Progress, silent
from modelyard.scenarios.inputs import plain_values
from modelyard.scenarios.monte_carlo.draws import Draws
from modelyard.scenarios.monte_carlo.one_by_one import Drawn, Work, joined, rest_of
from modelyard.scenarios.values import plain

CHILD = (sys.executable, "-m", "modelyard.scenarios.monte_carlo.child")
PART_S = 10.0
"""About how long a part of the work is to take: starting a process takes half a second."""
MOST_PARTS = 20


@dataclass(frozen=True)
class Effort:
    """How a simulation is worked out; its figures do not depend on it."""

    progress: Progress = silent
    processes: int | None = None
    """How many processes may be used; None takes one per processor where that is worth it."""
    timeout_s: float | None = None
    """When a process is given up."""


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(work: Work, draws: Draws, count: int, effort: Effort, expected_s: float) -> Drawn:
    """Spread the draws over `count` processes; the figures are those of one process.

    `expected_s` is how long it would take alone: long work is cut into more parts.

    Raises Unavailable where a process dies, or time is up.
    """
    rounds = max(1, min(MOST_PARTS, round(expected_s / count / PART_S)))
    edges = np.linspace(0, draws.count, count * rounds + 1).astype(int)
    parts = [rest_of(draws, low, high) for low, high in itertools.pairwise(edges)]
    done: list[Drawn] = []

    def ask(part: Draws) -> Drawn:
        return _ask(work, part, effort.timeout_s)

    with ThreadPoolExecutor(count) as threads:
        for drawn in threads.map(ask, [part for part in parts if part.count]):
            done.append(drawn)
            effort.progress(len(done) / len(parts), f"drawing in {count} processes")
    return joined(done)


def _ask(work: Work, part: Draws, timeout_s: float | None) -> Drawn:
    where = work.what_if.where
    content = packed(_question(work, part), np.stack(list(part.columns.values())))
    try:
        done = subprocess.run(
            CHILD, input=content, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(where, f"did not finish within {timeout_s:g} seconds.") from None
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it was ended"]
        raise Unavailable(where, f"a process for its draws failed: {words[0][:300]}")
    answer, results = unpacked(done.stdout)
    outputs = {name: results[number] for number, name in enumerate(work.outputs)}
    return Drawn(outputs, results[-1] != 0, answer["fault"])


def _question(work: Work, part: Draws) -> dict[str, Any]:
    source = work.what_if.source
    if source is None:
        raise TypeError("a model without a source cannot be loaded by another process")
    return {
        "folder": str(source.folder),
        "file": source.file,
        "name": source.name,
        "settings": source.settings,
        "digest": work.what_if.digest,
        "base": plain_values(work.base),
        "columns": list(part.columns),
        "choices": {name: plain(list(values)) for name, values in part.choices.items()},
        "outputs": list(work.outputs),
    }


def packed(words: dict[str, Any], matrix: Any) -> bytes:
    """Put JSON and a matrix into bytes."""
    content = io.BytesIO()
    content.write(json.dumps(words).encode() + b"\n")
    np.lib.format.write_array(content, np.ascontiguousarray(matrix), allow_pickle=False)
    return content.getvalue()


def unpacked(content: bytes) -> tuple[dict[str, Any], Any]:
    """Take JSON and a matrix out of bytes."""
    line, _, rest = content.partition(b"\n")
    return json.loads(line), np.lib.format.read_array(io.BytesIO(rest), allow_pickle=False)
