"""The datasets of a workspace, each with its size or with what is wrong with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset, Shape
from modelyard.errors import ModelyardError
from modelyard.progress import Progress

if TYPE_CHECKING:
    from modelyard.functions.catalogue import Functions


@dataclass(frozen=True)
class Entry:
    """One dataset, looked at; it has either a shape or a fault."""

    name: str
    title: str
    address: str = ""
    format: str = ""
    shape: Shape | None = None
    fault: ModelyardError | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the entry as JSON values."""
        content: dict[str, Any] = {"name": self.name, "title": self.title}
        if self.address:
            content |= {"source": self.address, "format": self.format}
        if self.fault is not None:
            return content | {"fault": fault_as_json(self.fault)}
        if self.shape is not None:
            columns = len(self.shape.columns)
            content |= {"rows": self.shape.rows, "columns": columns, "bytes": self.shape.bytes}
        return content


def take_inventory(catalogue: Catalogue, progress: Progress) -> list[Entry]:
    """Read the size of every dataset; one that is broken does not keep the others from it."""
    entries = []
    for done, (name, dataset) in enumerate(catalogue.items()):
        progress(done / len(catalogue), name)
        entries.append(_look_at(dataset))
    faulty = (Entry(name, name, fault=fault) for name, fault in catalogue.faults.items())
    return [*entries, *faulty]


def fault_as_json(fault: ModelyardError) -> dict[str, str]:
    """Give the parts of a fault."""
    return {"where": fault.where, "why": fault.why, "cure": fault.cure}


def faults_of(functions: "Functions") -> list[ModelyardError]:
    """List what is wrong with the operations: what keeps them from being served, and the rest.

    The rest is what openapi-spec-validator finds in a document whose operations are all served.
    """
    faults = list(functions.faults)
    if functions.documents and not faults:
        from modelyard.functions.deep_check import deep_faults

        for node in functions.documents:
            faults += deep_faults(node, functions.references)
    return faults


def _look_at(dataset: Dataset) -> Entry:
    source = dataset.source
    shape, fault = None, None
    try:
        shape = dataset.shape()
    except ModelyardError as error:
        fault = error
    return Entry(dataset.name, dataset.title, source.shown, source.format, shape, fault)
