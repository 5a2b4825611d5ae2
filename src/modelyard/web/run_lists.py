"""Pages of runs that somebody may see: each is one indexed question, or a few where much is hidden.

What may be seen is not in the table of runs, so runs are read in pages and left out here. A page
that had to leave out very many is shorter than asked for, and goes on from where it stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.runs.run import Run
from modelyard.web.live import live
from modelyard.web.run_rights import find_resource, may_see, named, saved_ids

MOST_READ = 1000
"""Runs that one page looks through at most."""


@dataclass(frozen=True)
class RunPage:
    """Some runs, the newest first, and where the next page begins."""

    runs: list[Run]
    next: str
    """The id after which to go on; empty where there are no more."""


def seen_runs(asked: Mapping[str, Any], limit: int, before: str = "") -> RunPage:
    """Give a page of runs that pass the filters of `Runs.list_runs`, and that the asker may see."""
    found: list[Run] = []
    known: dict[object, bool] = {}
    looked = 0
    while looked < MOST_READ:
        size = min(limit + 1, MOST_READ - looked) if not looked else 200
        batch = live().records.runs.list_runs(**asked, before=before, limit=size)
        for run in batch:
            if _is_seen(run, known):
                if len(found) == limit:
                    return RunPage(found, found[-1].id)
                found.append(run)
            before = run.id
        looked += len(batch)
        if len(batch) < size:
            return RunPage(found, "")
    return RunPage(found, before)


def _is_seen(run: Run, known: dict[object, bool]) -> bool:
    """Decide once for all runs that ask the same; each with saved scenarios by itself."""
    resource = find_resource(run)
    key = run.id if resource is None or saved_ids(run.request) else (resource, *named(run))
    if key not in known:
        known[key] = may_see(run)
    return known[key]
