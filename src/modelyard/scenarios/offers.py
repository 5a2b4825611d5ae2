"""The models as they are offered: from files, from records, or a record on top of a file."""

from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import msgspec

from modelyard.errors import ModelyardError, NotFound
from modelyard.runs.fault import fault_of
from modelyard.scenarios.asked import Question, Verb
from modelyard.scenarios.asking import NO_HEARING, Asking, Hearing
from modelyard.scenarios.offered import Offered, Origin, Spec
from modelyard.scenarios.record import Record, Version
from modelyard.scenarios.shelf import Found, Listing, Shelf
from modelyard.scenarios.sources import code_stamp, stamp_of
from modelyard.scenarios.store import RecordStore

MOST_KEPT = 256
MANY: tuple[Verb, ...] = ("compare", "grid", "montecarlo")
MANY_S = 120.0
"""How long may take what works a model out many times."""


@dataclass(eq=False)
class Offers:
    """Brings together what the folder holds and what records say."""

    shelf: Shelf
    store: RecordStore
    _definitions: dict[tuple[object, bytes], dict[str, Any]] = field(default_factory=dict)

    @property
    def asking(self) -> Asking:
        """The workers."""
        return self.shelf.asking

    def today(self) -> date:
        """Give the day, in UTC."""
        return self.store.sharing.ground.clock().date()

    def list_models(self, wait_s: float | None = None) -> list[Offered]:
        """List all by name; `wait_s` as of `Shelf.look`."""
        listing, served = self.shelf.look(wait_s), self._served()
        records = {one.name: one for one in self._records()}
        found = {name: _from_file(one) for name, one in listing.models.items()}
        for file, fault in listing.faults.items():
            found.setdefault(_stem(file), _faulty(file, fault, file in listing.loading))
        for name, record in records.items():
            version = served.get(name)
            if version is not None:
                found[name] = self._outline(record, version, listing)
        return [found[name] for name in sorted(found)]

    def is_here(self, name: str) -> bool:
        """Tell whether there is a model of that name, be it faulty."""
        if self.find_record(name) is not None:
            return True
        listing = self.shelf.look()
        return name in listing.models or any(_stem(file) == name for file in listing.faults)

    def get_model(self, name: str, version: int = 0, as_of: date | None = None) -> Offered:
        """Give one with its definition; raises NotFound."""
        record = self.find_record(name)
        listing = self.shelf.look()
        if record is None or version < 0:
            return self._from_folder(name, version, listing)
        meant = self.get_version(name, version or record.served)
        outline = self._outline(record, meant, listing)
        if outline.fault is not None:
            return outline
        spec = self._spec(meant, listing, as_of or self.today())
        try:
            definition = self.definition(spec)
        except ModelyardError as fault:
            return msgspec.structs.replace(outline, fault=fault_of(fault), definition={})
        return msgspec.structs.replace(
            outline,
            as_of=spec.as_of,
            digest=definition["digest"],
            definition=definition,
        )

    def spec_of(self, name: str, version: int = 0, as_of: date | None = None) -> Spec:
        """Name all that decides the figures; -1 means the file without what records say of it.

        Raises NotFound, and the model's fault.
        """
        listing = self.shelf.look()
        record = None if version < 0 else self.find_record(name)
        if record is None:
            found = self._from_folder(name, version, listing)
            if found.fault is not None:
                raise found.fault.to_error()
            return Spec(name=name, file=found.file, base=name)
        meant = self.get_version(name, version or record.served)
        base = meant.content.based_on
        if base and base not in listing.models:
            raise _missing(meant, listing)
        return self._spec(meant, listing, as_of or self.today())

    def find_record(self, name: str) -> Record | None:
        """Give a record."""
        memory = self.store.sharing.ground.memory
        return memory.recall(("scenario record", name), lambda: self.store.find_record(name))

    def get_version(self, name: str, number: int) -> Version:
        """Give a version of a record; raises NotFound."""
        memory, asked = self.store.sharing.ground.memory, ("scenario version", name, number)
        found = memory.recall(asked, lambda: self.store.find_version(name, number))
        if found is None:
            raise NotFound(f"scenarios/{name[:60]}", f"has no version {number}.")
        return found

    def find_base(self, name: str) -> str | None:
        """Name the model of the folder that a record of another name is based on, if any."""
        version = self._served().get(name)
        if version is None:
            record = self.find_record(name)
            version = self.get_version(name, record.served) if record else None
        base = version.content.based_on if version else ""
        return base if base and base != name else None

    def definition(self, spec: Spec) -> dict[str, Any]:
        """Give parameters and outputs, settings applied; raises what is wrong with them."""
        stamp = stamp_of(self.shelf.folder, spec.file), code_stamp(self.shelf.folder)
        key = (stamp, msgspec.json.encode(spec))
        known = self._definitions.get(key)
        if known is None:
            known = self.ask("definition", spec)
            while len(self._definitions) >= MOST_KEPT:
                self._definitions.pop(next(iter(self._definitions)), None)
            self._definitions[key] = known
        return known

    def ask(
        self,
        verb: Verb,
        spec: Spec,
        given: dict[str, Any] | None = None,
        arguments: dict[str, Any] | None = None,
        hearing: Hearing = NO_HEARING,
    ) -> Any:
        """Have a worker answer, in plain values."""
        asked = Question(verb=verb, spec=spec, given=given or {}, arguments=arguments or {})
        if hearing is NO_HEARING and verb in MANY:
            hearing = Hearing(timeout_s=MANY_S)
        return self.asking.ask(asked, hearing)[0]

    def _served(self) -> dict[str, Version]:
        memory = self.store.sharing.ground.memory
        return memory.recall("scenario served", self.store.list_served)

    def _records(self) -> list[Record]:
        memory = self.store.sharing.ground.memory
        return memory.recall("scenario records", self.store.list_records)

    def _from_folder(self, name: str, version: int, listing: Listing) -> Offered:
        if name in listing.models and version <= 0:
            return _from_file(listing.models[name])
        for file, fault in listing.faults.items():
            if _stem(file) == name:
                return _faulty(file, fault)
        if name in listing.models:
            why = f"has no version {version}: nobody manages it."
            raise NotFound(f"scenarios/{name}", why)
        known = [*listing.models, *(one.name for one in self._records())]
        near = get_close_matches(name, known, n=1)
        cure = f"Did you mean '{near[0]}'?" if near else ""
        raise NotFound(f"scenarios/{name[:60]}", "there is no such model.", cure)

    def _outline(self, record: Record, version: Version, listing: Listing) -> Offered:
        content = version.content
        base = listing.models.get(content.based_on) if content.based_on else None
        fault = None
        if content.based_on and base is None:
            fault = fault_of(_missing(version, listing))
        own = base.definition if base else {}
        return Offered(
            name=record.name,
            title=content.title or str(own.get("title", "")) or record.name,
            description=content.description or str(own.get("description", "")),
            origin=_origin(base.file) if base else "record",
            file=base.file if base else "",
            record=record,
            version=version.number,
            fault=fault,
        )

    def _spec(self, version: Version, listing: Listing, day: date) -> Spec:
        base = version.content.based_on
        return Spec(
            name=version.model,
            file=listing.models[base].file if base else "",
            base=base,
            version=version.number,
            content=version.content,
            as_of=day,
        )


def _missing(version: Version, listing: Listing) -> ModelyardError:
    base = version.content.based_on
    for file, fault in listing.faults.items():
        if _stem(file) == base:
            return fault
    return NotFound(version.where, f"is based on the model '{base}', which is not in the folder.")


def _from_file(found: Found) -> Offered:
    return Offered(
        name=found.name,
        title=str(found.definition.get("title", found.name)),
        description=str(found.definition.get("description", "")),
        origin=_origin(found.file),
        file=found.file,
        digest=found.digest,
        definition=dict(found.definition),
    )


def _faulty(file: str, fault: ModelyardError, is_loading: bool = False) -> Offered:
    name = _stem(file)
    return Offered(
        name=name,
        title=name,
        origin=_origin(file),
        file=file,
        fault=fault_of(fault),
        is_loading=is_loading,
    )


def _origin(file: str) -> Origin:
    return "python" if file.endswith(".py") else "workbook"


def _stem(file: str) -> str:
    return file.rpartition("/")[2].rpartition(".")[0]
