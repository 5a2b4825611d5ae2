"""The datasets of a workspace, each with its size or with what is wrong with it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.datasets.catalogue import Catalogue
from modelyard.datasets.dataset import Dataset, Shape
from modelyard.errors import ModelyardError
from modelyard.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelyard.functions.catalogue import Functions
    from modelyard.runs.kinds import Kind
    from modelyard.wiring import Services


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
    from modelyard.web.function_rights import scope_faults

    faults: list[ModelyardError] = [*functions.faults, *scope_faults(functions)]
    if functions.documents and not faults:
        from modelyard.functions.deep_check import deep_faults

        for node in functions.documents:
            faults += deep_faults(node, functions.references)
    return faults


def schedule_faults(services: "Services") -> list[ModelyardError]:
    """List what keeps schedules from starting runs, each with its line in modelyard.toml."""
    schedules = services.workspace.config.schedules
    if not schedules:
        return []
    from datetime import UTC, datetime

    from modelyard.runs.kinds import NOT_KNOWN
    from modelyard.runs.planned import faults_in
    from modelyard.workspace.place import FILE_NAME, place

    text = (services.workspace.root / FILE_NAME).read_text(encoding="utf-8")
    now = datetime.now(UTC)
    with _known_kinds(services) as kinds:
        return [
            _placed(fault.error, place(text, "schedules", name, *fault.key))
            for name, schedule in schedules.items()
            for fault in faults_in(schedule, kinds, now)
            if fault.error.why != NOT_KNOWN
        ]


@contextmanager
def _known_kinds(services: "Services") -> "Iterator[Mapping[str, Kind]]":
    """Give the kinds of runs, with what the database knows of models where there is one by now."""
    from modelyard import wiring
    from modelyard.cli.scenario_models import has_records
    from modelyard.kinds import kinds_of

    if not has_records(services):
        yield kinds_of(lambda: services)()
        return
    records = wiring.open_records(services)
    try:
        yield records.runs.kinds()
    finally:
        records.planning.stop()
        records.database.close()


def _placed(error: ModelyardError, where: str) -> ModelyardError:
    """Say where it stands; what it is about is said too, where the place does not say it."""
    is_said = error.where in {"cron", "timezone", "kind"} or where.endswith(error.where)
    return type(error)(where, error.why if is_said else f"{error.where} {error.why}", error.cure)


def _look_at(dataset: Dataset) -> Entry:
    source = dataset.source
    shape, fault = None, None
    try:
        shape = dataset.shape()
    except ModelyardError as error:
        fault = error
    return Entry(dataset.name, dataset.title, source.shown, source.kind, shape, fault)
