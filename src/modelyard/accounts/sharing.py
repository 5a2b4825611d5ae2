"""Who may see what, where a person decided it on a page or through the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from modelyard.accounts.actor import Actor
from modelyard.accounts.ground import Ground
from modelyard.accounts.plain_text import clean_text, is_keepable
from modelyard.accounts.resource import LEVELS, Level, Resource, Visibility
from modelyard.accounts.tables import VISIBILITIES
from modelyard.accounts.user import clean_email
from modelyard.errors import Invalid

MOST_PEOPLE = 1000
LONGEST_KIND = 32
LONGEST_NAME = 200


@dataclass(frozen=True)
class SharingTable:
    """The visibilities that are kept in the database; modelyard.toml goes before them."""

    ground: Ground

    def find(self, resource: Resource) -> Visibility | None:
        """Give who may see a resource, or None where nobody decided it here."""
        name = ("visibility", resource.kind, resource.name)
        return self.ground.memory.recall(name, lambda: self._read(resource))

    def all_of(self, kind: str) -> dict[str, Visibility]:
        """Give all that was decided for one kind of resource, by name."""
        return self.ground.memory.recall(("visibilities", kind), lambda: self._read_all(kind))

    def set(
        self, resource: Resource, level: str, people: Iterable[str], owner: str, *, by: Actor
    ) -> Visibility:
        """Decide who may see a resource; the caller has seen to it that `by` may do so.

        Raises Invalid for an unknown level, an address that is none, and a private or shared
        resource without an owner.
        """
        with self.ground.change(by) as connection:
            return self.enter(connection, resource, level, people, owner, by=by)

    def enter(  # noqa: PLR0913 (as `set`, in somebody's transaction)
        self,
        connection: Connection,
        resource: Resource,
        level: str,
        people: Iterable[str],
        owner: str,
        *,
        by: Actor,
    ) -> Visibility:
        """Decide it in a transaction that does more, such as making the resource; as `set`."""
        require_keepable(resource)
        values = {
            "kind": resource.kind,
            "name": resource.name,
            "level": _clean_level(level),
            "owner": clean_email(owner) if owner else "",
            "people": _clean_people(people),
            "changed_by": by.shown[:254],
            "changed_at": self.ground.clock(),
        }
        if level == "private" and not owner:
            raise Invalid("owner", "is missing: nobody could see it.", "Name its owner.")
        before = _row(connection, resource)
        self._upsert(connection, values)
        detail = {name: values[name] for name in ("level", "owner", "people")}
        detail["before"] = before.level if before else "the default"
        self.ground.audit.note(connection, by, "sharing.set", str(resource), detail)
        return _visibility_of(_row(connection, resource))

    def leave(self, connection: Connection, resource: Resource) -> None:
        """Forget who may see a resource, in the transaction that removes it."""
        connection.execute(delete(VISIBILITIES).where(_is(resource)))

    def claim(self, resource: Resource, owner: str, *, by: Actor) -> Visibility:
        """Make something new private to its owner, unless somebody decided already who sees it.

        Gives how it stands then: of several who claim the same name at once, one gets it.
        """
        require_keepable(resource)
        values = {
            "kind": resource.kind,
            "name": resource.name,
            "level": "private",
            "owner": clean_email(owner),
            "people": [],
            "changed_by": by.shown[:254],
            "changed_at": self.ground.clock(),
        }
        added = self.ground.database.insert(VISIBILITIES).values(values).on_conflict_do_nothing()
        with self.ground.change(by) as connection:
            if connection.execute(added.returning(VISIBILITIES.c.name)).first() is not None:
                detail = {"level": "private", "owner": values["owner"]}
                self.ground.audit.note(connection, by, "sharing.claim", str(resource), detail)
            return _visibility_of(_row(connection, resource))

    def forget(self, resource: Resource, *, by: Actor) -> None:
        """Leave a resource to the default again, such as when it is removed."""
        with self.ground.change(by) as connection:
            gone = connection.execute(delete(VISIBILITIES).where(_is(resource)))
            if gone.rowcount:
                self.ground.audit.note(connection, by, "sharing.forget", str(resource))

    def _upsert(self, connection: Connection, values: dict[str, Any]) -> None:
        added = self.ground.database.insert(VISIBILITIES).values(values)
        keys = ("kind", "name")
        changed = {name: value for name, value in values.items() if name not in keys}
        connection.execute(added.on_conflict_do_update(index_elements=keys, set_=changed))

    def _read(self, resource: Resource) -> Visibility | None:
        if not is_keepable(resource.name, LONGEST_NAME):
            return None
        with self.ground.database.reading() as connection:
            row = _row(connection, resource)
        return _visibility_of(row) if row else None

    def _read_all(self, kind: str) -> dict[str, Visibility]:
        question = select(VISIBILITIES).where(VISIBILITIES.c.kind == kind)
        with self.ground.database.reading() as connection:
            return {row.name: _visibility_of(row) for row in connection.execute(question)}


def require_keepable(resource: Resource) -> None:
    """Raise Invalid for a resource whose name the database does not take."""
    if is_keepable(resource.kind, LONGEST_KIND) and is_keepable(resource.name, LONGEST_NAME):
        return
    raise Invalid("resource", f"'{clean_text(str(resource), 80)}' is not the name of one.")


def _is(resource: Resource) -> Any:
    return (VISIBILITIES.c.kind == resource.kind) & (VISIBILITIES.c.name == resource.name)


def _row(connection: Connection, resource: Resource) -> Any:
    return connection.execute(select(VISIBILITIES).where(_is(resource))).first()


def _visibility_of(row: Any) -> Visibility:
    return Visibility(
        level=row.level,
        owner=row.owner,
        people=tuple(row.people),
        decided_by=row.changed_by,
    )


def _clean_level(text: str) -> Level:
    if text not in LEVELS:
        known = f"Known: {', '.join(LEVELS)}."
        raise Invalid("level", f"'{clean_text(text, 40)}' is not known.", known)
    return text


def _clean_people(people: Iterable[str]) -> list[str]:
    cleaned = sorted({clean_email(person) for person in people if person.strip()})
    if len(cleaned) > MOST_PEOPLE:
        raise Invalid("people", f"are more than {MOST_PEOPLE:,}.", "Use 'signed-in'.")
    return cleaned
