"""What the database keeps of managed models: each change is one transaction with its log entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, text, update

from modelyard.accounts.actor import Actor
from modelyard.accounts.resource import Level, Resource
from modelyard.accounts.sharing import SharingTable
from modelyard.errors import Conflict, NotFound
from modelyard.scenarios.describe import NAME
from modelyard.scenarios.record import MODEL, SAVED, Record, Version
from modelyard.scenarios.setting import Content
from modelyard.scenarios.table_names import share_tables
from modelyard.scenarios.tables import FIGURES, RECORDS, VERSIONS
from modelyard.scenarios.tables import SAVED as SAVED_SCENARIOS

MOST_NUMBER = 2**31 - 1
NAMES_LOCK = "SELECT pg_advisory_xact_lock(hashtext('modelyard what-if names'))"


@dataclass(frozen=True)
class Access:
    """Who may see what is made; level None leaves it to the workspace's default."""

    level: Level | None = None
    people: Sequence[str] = ()


@dataclass(frozen=True)
class RecordStore:
    """Records and versions in the database."""

    sharing: SharingTable

    def list_records(self) -> list[Record]:
        """List all records by name."""
        with self.sharing.ground.database.reading() as connection:
            rows = connection.execute(select(RECORDS).order_by(RECORDS.c.name)).mappings()
            return [Record(**{str(name): row[name] for name in row}) for row in rows]

    def find_record(self, name: str) -> Record | None:
        """Give a record."""
        if not NAME.fullmatch(name):
            return None
        with self.sharing.ground.database.reading() as connection:
            return find_record(connection, name)

    def list_versions(self, name: str) -> list[Version]:
        """List the versions of a record, the newest first."""
        question = select(VERSIONS).where(VERSIONS.c.model == name)
        with self.sharing.ground.database.reading() as connection:
            found = connection.execute(question.order_by(VERSIONS.c.number.desc()))
            return [version_of(row) for row in found.mappings()]

    def list_proposed(self) -> list[Version]:
        """List the versions that wait for approval, the oldest first."""
        question = select(VERSIONS).where(VERSIONS.c.state == "proposed")
        with self.sharing.ground.database.reading() as connection:
            found = connection.execute(question.order_by(VERSIONS.c.created_at))
            return [version_of(row) for row in found.mappings()]

    def list_served(self) -> dict[str, Version]:
        """Give the version that is served of each record, by name."""
        is_served = (VERSIONS.c.model == RECORDS.c.name) & (VERSIONS.c.number == RECORDS.c.served)
        question = select(VERSIONS).join(RECORDS, is_served)
        with self.sharing.ground.database.reading() as connection:
            found = [version_of(row) for row in connection.execute(question).mappings()]
        return {one.model: one for one in found}

    def find_version(self, name: str, number: int) -> Version | None:
        """Give one version."""
        if not 0 < number <= MOST_NUMBER or not NAME.fullmatch(name):
            return None
        with self.sharing.ground.database.reading() as connection:
            return find_version(connection, name, number)

    def create(self, version: Version, access: Access, *, by: Actor) -> Version:
        """Enter a record with its first version; raises Conflict for a name that is taken."""
        made = self._stamped(version, by)
        row = {
            "name": made.model,
            "served": 1,
            "last_number": 1,
            "needs_approval": False,
            "created_at": made.created_at,
            "created_by": made.created_by,
        }
        with self.sharing.ground.change(by) as connection:
            _require_free(connection, made)
            connection.execute(insert(RECORDS).values(row))
            connection.execute(insert(VERSIONS).values(values_of(made)))
            self._share(connection, made.model, access, by)
            self._note(connection, by, "scenario.create", made)
        return made

    def add(self, version: Version, *, by: Actor) -> tuple[Version, Version | None]:
        """Enter the next version, unless another one is served than it was made from.

        Gives it and None, or the version that is served instead. Raises NotFound.
        """
        with self.sharing.ground.change(by) as connection:
            record = _locked(connection, version.model)
            if record.served != version.made_from:
                return version, find_version(connection, version.model, record.served)
            number = record.last_number + 1
            state = "proposed" if record.needs_approval else "approved"
            made = msgspec.structs.replace(self._stamped(version, by), number=number, state=state)
            connection.execute(insert(VERSIONS).values(values_of(made)))
            served = number if state == "approved" else record.served
            _set(connection, made.model, last_number=number, served=served)
            action = "scenario.change" if state == "approved" else "scenario.propose"
            self._note(connection, by, action, made)
            return made, None

    def decide(
        self, version: Version, state: str, why: str, *, by: Actor
    ) -> tuple[Version, Version | None]:
        """Approve or reject a proposed version; gives as `add`. Raises Conflict where decided."""
        with self.sharing.ground.change(by) as connection:
            record = _locked(connection, version.model)
            known = find_version(connection, version.model, version.number)
            if known is None or known.state != "proposed":
                said = "gone" if known is None else f"{known.state} by {known.decided_by} already"
                raise Conflict(version.where, f"is {said}.")
            if state == "approved" and record.served != known.made_from:
                return known, find_version(connection, version.model, record.served)
            decided = {
                "state": state,
                "decided_at": self.sharing.ground.clock(),
                "decided_by": by.shown[:254],
                "decided_why": why,
            }
            where = (VERSIONS.c.model == known.model) & (VERSIONS.c.number == known.number)
            connection.execute(update(VERSIONS).where(where).values(decided))
            if state == "approved":
                _set(connection, known.model, served=known.number)
            made = msgspec.structs.replace(known, **decided)
            self._note(connection, by, f"scenario.{state}", made)
            return made, None

    def require_approval(self, name: str, needed: bool, *, by: Actor) -> Record:
        """Say whether new versions wait for a second person; raises NotFound."""
        with self.sharing.ground.change(by) as connection:
            record = _locked(connection, name)
            _set(connection, name, needs_approval=needed)
            audit, detail = self.sharing.ground.audit, {"needs_approval": needed}
            audit.note(connection, by, "scenario.approval", f"{MODEL}/{name}", detail)
            return msgspec.structs.replace(record, needs_approval=needed)

    def delete(self, name: str, *, by: Actor) -> None:
        """Remove a record with all that belongs to it; raises NotFound."""
        with self.sharing.ground.change(by) as connection:
            _locked(connection, name)
            saved = select(SAVED_SCENARIOS.c.id).where(SAVED_SCENARIOS.c.model == name)
            for saved_id in connection.execute(saved).scalars().all():
                self.sharing.leave(connection, Resource(SAVED, saved_id))
            connection.execute(delete(SAVED_SCENARIOS).where(SAVED_SCENARIOS.c.model == name))
            connection.execute(delete(FIGURES).where(FIGURES.c.model == name))
            connection.execute(delete(RECORDS).where(RECORDS.c.name == name))
            self.sharing.leave(connection, Resource(MODEL, name))
            audit = self.sharing.ground.audit
            audit.note(connection, by, "scenario.delete", f"{MODEL}/{name}")

    def _stamped(self, version: Version, by: Actor) -> Version:
        return msgspec.structs.replace(
            version,
            created_at=self.sharing.ground.clock(),
            created_by=by.shown[:254],
            created_by_id=by.user_id,
        )

    def _share(self, connection: Connection, name: str, access: Access, by: Actor) -> None:
        """Make who makes it the owner; a level that nobody chose stays the default."""
        if access.level is None:
            return
        resource = Resource(MODEL, name)
        self.sharing.enter(connection, resource, access.level, access.people, by.email, by=by)

    def _note(self, connection: Connection, by: Actor, action: str, version: Version) -> None:
        detail = {"version": version.number, "made_from": version.made_from, "why": version.why}
        subject = f"{MODEL}/{version.model}"
        self.sharing.ground.audit.note(connection, by, action, subject, detail)


def find_record(connection: Connection, name: str) -> Record | None:
    """Give a record."""
    row = connection.execute(select(RECORDS).where(RECORDS.c.name == name)).mappings().first()
    return None if row is None else Record(**{str(key): row[key] for key in row})


def name_taken(name: str) -> Conflict:
    """Give what is said to who wants a name that another model has, or one too much like it."""
    return Conflict(f"scenarios/{name[:60]}", "there is a model of that name already.")


def find_version(connection: Connection, name: str, number: int) -> Version | None:
    """Give one version of a record."""
    where = (VERSIONS.c.model == name) & (VERSIONS.c.number == number)
    row = connection.execute(select(VERSIONS).where(where)).mappings().first()
    return None if row is None else version_of(row)


def version_of(row: Any) -> Version:
    """Give a row of the versions as a value."""
    values = {str(name): row[name] for name in row}
    return Version(**values | {"content": msgspec.convert(values["content"], Content)})


def values_of(version: Version) -> dict[str, Any]:
    """Give a version as a row."""
    values = {name: getattr(version, name) for name in version.__struct_fields__}
    return values | {"content": msgspec.to_builtins(version.content)}


def _require_free(connection: Connection, version: Version) -> None:
    """Raise Conflict for the name of another record; nobody takes one until the transaction ends.

    A model of the folder may be managed under its name, whatever records there are beside it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(NAMES_LOCK))
    name, is_new = version.model, version.content.based_on != version.model
    for other in connection.execute(select(RECORDS.c.name)).scalars():
        if other == name or (is_new and share_tables(name, other)):
            raise name_taken(name)


def _locked(connection: Connection, name: str) -> Record:
    """Give a record that nobody else changes until the transaction ends; raises NotFound."""
    question = select(RECORDS).where(RECORDS.c.name == name).with_for_update()
    row = connection.execute(question).mappings().first()
    if row is None:
        raise NotFound(f"scenarios/{name[:60]}", "there is no such record.")
    return Record(**{str(key): row[key] for key in row})


def _set(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(RECORDS).where(RECORDS.c.name == name).values(values))
