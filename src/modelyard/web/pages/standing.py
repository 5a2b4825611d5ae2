"""How each dataset stands, for pages that list them all and must not wait for any."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask import current_app

from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset, Shape
from modelyard.errors import ModelyardError
from modelyard.web.live import live

BUDGET_S = 0.25
"""How long one page may read tables that nobody looked at before; it comes again for the rest."""
ASKED = "modelyard.lists"
LARGEST_READ_BYTES = 1024 * 1024
"""A row file above this is not copied while a list waits for it."""

State = Literal["ready", "reading", "unread", "remote", "faulty"]


@dataclass(frozen=True)
class Standing:
    """What a list says of one dataset."""

    name: str
    state: State
    dataset: Dataset | None = None
    shape: Shape | None = None
    fault: ModelyardError | None = None

    @property
    def title(self) -> str:
        """The name for people."""
        return self.dataset.title if self.dataset else self.name


def standings(catalogue: Catalogue) -> list[Standing]:
    """Say how every dataset stands, the broken sections of modelyard.toml last."""
    return [*_of_datasets(catalogue), *_of_faults(catalogue)]


def is_warm() -> bool:
    """Tell whether tables may be read; the first page of a new process does not wait for Polars."""
    was_asked = current_app.extensions.get(ASKED, False)
    current_app.extensions[ASKED] = True
    return was_asked or "polars" in sys.modules


def awaited(shown: list[Standing]) -> str:
    """Give the addresses of the API that answer when the waiting tables are read."""
    waiting = (one.name for one in shown if one.state in {"reading", "unread"})
    return " ".join(f"/api/v1/datasets/{name}?wait=0" for name in waiting)


def _of_datasets(catalogue: Catalogue) -> Iterator[Standing]:
    until = time.monotonic() + (BUDGET_S if is_warm() else 0)
    for name, dataset in catalogue.items():
        try:
            yield _standing(name, dataset, has_time=time.monotonic() < until)
        except ModelyardError as fault:
            yield Standing(name, "faulty", dataset, fault=fault)


def _of_faults(catalogue: Catalogue) -> Iterator[Standing]:
    for name, fault in catalogue.faults.items():
        yield Standing(name, "faulty", fault=fault)


def _standing(name: str, dataset: Dataset, has_time: bool) -> Standing:
    """Say how a dataset stands; a remote one is asked only on its own page.

    Raises the fault for which it cannot be read.
    """
    if dataset.source.is_remote and not dataset.is_fetched:
        return Standing(name, "remote", dataset)
    is_known = dataset.results.find(f"{dataset.fingerprint()}.shape.json") is not None
    if not (has_time or is_known):
        return Standing(name, "unread", dataset)
    if not dataset.is_prepared() and _is_being_read(dataset):
        return Standing(name, "reading", dataset)
    return Standing(name, "ready", dataset, dataset.shape())


def _is_being_read(dataset: Dataset) -> bool:
    return live().answers.prepare(dataset, 0, LARGEST_READ_BYTES) is not None
