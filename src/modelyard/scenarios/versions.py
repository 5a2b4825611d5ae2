"""Records of managed models: made, changed, copied, compared, approved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from modelyard.accounts.actor import Actor
from modelyard.accounts.plain_text import clean_text
from modelyard.accounts.resource import Level
from modelyard.errors import Denied, Invalid, NotFound, Overtaken
from modelyard.scenarios.offered import Spec
from modelyard.scenarios.offers import Offers
from modelyard.scenarios.opened import content_digest
from modelyard.scenarios.record import Change, Record, Version
from modelyard.scenarios.setting import Content
from modelyard.scenarios.store import Access, RecordStore, name_taken
from modelyard.scenarios.table_names import share_tables

LONGEST_WHY = 2000
MOST_NAMED = 5


class Stale(Overtaken):
    """Somebody changed the model meanwhile; nothing was overwritten."""

    def __init__(
        self, where: str, why: str, cure: str, latest: Version, changes: tuple[Change, ...]
    ) -> None:
        super().__init__(where, why, cure)
        self.latest = latest
        """The version that is used now."""
        self.changes = changes
        """What differs between the version that was changed and the latest one."""


@dataclass(eq=False)
class Versions:
    """The records of a database.

    The doors have seen to it that `by` may do what they ask for: `write` to change and approve,
    `admin` (owners) to delete and to say whether approval is needed.
    """

    offers: Offers

    @property
    def store(self) -> RecordStore:
        """What the database keeps."""
        return self.offers.store

    def list_records(self) -> list[Record]:
        """List all records by name."""
        return self.store.list_records()

    def find_record(self, name: str) -> Record | None:
        """Give a record; None for a model that nobody manages."""
        return self.offers.find_record(name)

    def get_record(self, name: str) -> Record:
        """Give a record; raises NotFound."""
        record = self.find_record(name)
        if record is None:
            raise NotFound(f"scenarios/{name[:60]}", "there is no such record.")
        return record

    def create(  # noqa: PLR0913 (what is made)
        self,
        name: str,
        content: Content,
        *,
        why: str = "",
        level: Level | None = None,
        people: Sequence[str] = (),
        by: Actor,
    ) -> Version:
        """Make a record with its first version; who makes it owns it.

        `level` and `people` say who may see it; None leaves it to the workspace's default. To
        manage a model of the folder under its own name, give it that name. Raises Invalid for
        content that means nothing (naming parameter and key), Conflict for a name that is taken,
        also by a model of which the tables in the warehouse would be the same.
        """
        if self.find_record(name) is not None or (name != content.based_on and self._taken(name)):
            raise name_taken(name)
        self._check(name, content)
        version = self._version(name, content, made_from=0, why=why)
        return self.store.create(version, Access(level, tuple(people)), by=by)

    def list_versions(self, name: str) -> list[Version]:
        """List all versions, the newest first: the history with who, when and why."""
        self.get_record(name)
        return self.store.list_versions(name)

    def get_version(self, name: str, number: int = 0) -> Version:
        """Give a version by its number, or the one that is served; raises NotFound."""
        return self.offers.get_version(name, number or self.get_record(name).served)

    def change(
        self, name: str, content: Content, *, made_from: int, why: str, by: Actor
    ) -> Version:
        """Make the next version: served at once, or `proposed` where approval is asked for.

        `made_from` is the version that the author had before them. Raises Stale where another one
        is served by now, Invalid for content that means nothing or says nothing new.
        """
        before = self.get_version(name, made_from)
        if content.based_on != before.content.based_on:
            cure = "Copy it as a model of another name."
            raise Invalid(f"{before.where}, based_on", "stays as it is.", cure)
        version = self._version(name, content, made_from=made_from, why=why)
        if version.digest == before.digest:
            raise Invalid(before.where, "says the same already: nothing was changed.")
        self._check(name, content)
        made, instead = self.store.add(version, by=by)
        if instead is not None:
            raise self._stale(before, instead)
        return made

    def copy(self, name: str, number: int, *, made_from: int, why: str = "", by: Actor) -> Version:
        """Make an older version the newest one; raises as `change`."""
        content = self.get_version(name, number).content
        said = why or f"As version {number} had it."
        return self.change(name, content, made_from=made_from, why=said, by=by)

    def copy_as(
        self, name: str, number: int, new_name: str, *, why: str = "", by: Actor
    ) -> Version:
        """Make a record of another name from a version, for oneself; raises as `create`."""
        content = self.get_version(name, number).content
        said = why or f"A copy of {name}, version {number or self.get_record(name).served}."
        level: Level | None = "private" if by.email else None
        return self.create(new_name, content, why=said, level=level, by=by)

    def differences(self, name: str, before: int, now: int) -> list[Change]:
        """Say what differs between two versions."""
        first, second = (self.get_version(name, number).content for number in (before, now))
        return list(changes_between(first, second))

    def require_approval(self, name: str, needed: bool, *, by: Actor) -> Record:
        """Say whether new versions wait for a second person; for owners."""
        return self.store.require_approval(name, needed, by=by)

    def approve(self, name: str, number: int, *, why: str = "", by: Actor) -> Version:
        """Let a proposed version be served.

        Raises Denied for the person who proposed it, Stale where another version is served by now
        than the one it was made from, Conflict where it was decided already.
        """
        version = self.get_version(name, number)
        if version.state == "proposed" and _is_same_person(version, by):
            cure = "Ask somebody else who may change the model."
            raise Denied(version.where, "nobody approves what they proposed themselves.", cure)
        made, instead = self.store.decide(version, "approved", _why(why), by=by)
        if instead is not None:
            raise self._stale(self.get_version(name, version.made_from), instead)
        return made

    def reject(self, name: str, number: int, *, why: str, by: Actor) -> Version:
        """Refuse a proposed version; who proposed it may take it back so."""
        version = self.get_version(name, number)
        return self.store.decide(version, "rejected", _why(why), by=by)[0]

    def list_proposed(self) -> list[Version]:
        """List the versions of all models that wait for approval, oldest first."""
        return self.store.list_proposed()

    def delete(self, name: str, *, by: Actor) -> None:
        """Remove a record with its versions, saved scenarios and figures, for good."""
        self.store.delete(name, by=by)

    def _taken(self, name: str) -> bool:
        return any(share_tables(name, one.name) for one in self.offers.list_models())

    def _check(self, name: str, content: Content) -> None:
        """Have a worker try the content on its model."""
        file = ""
        if content.based_on:
            base = self.offers.spec_of(content.based_on, -1)
            file = base.file
        spec = Spec(
            name=name,
            file=file,
            base=content.based_on,
            content=content,
            as_of=self.offers.today(),
        )
        self.offers.ask("check", spec)

    def _version(self, name: str, content: Content, *, made_from: int, why: str) -> Version:
        return Version(
            model=name,
            number=1,
            content=content,
            digest=content_digest(content),
            made_from=made_from,
            why=_why(why),
            state="approved",
            created_at=self.store.sharing.ground.clock(),
            created_by="",
        )

    def _stale(self, before: Version, latest: Version) -> Stale:
        changes = tuple(changes_between(before.content, latest.content))
        named = ", ".join(change.path for change in changes[:MOST_NAMED])
        why = (
            f"was changed by {latest.created_by} at {latest.created_at:%Y-%m-%d %H:%M} UTC: "
            f"version {latest.number} is used now, and yours was made from {before.number}."
        )
        cure = f"Nothing was overwritten. Changed meanwhile: {named or 'nothing'}."
        return Stale(f"scenarios/{before.model}", why, cure, latest, changes)


def changes_between(before: Content, now: Content) -> Iterator[Change]:
    """Go through what differs, parameters and outputs by their names."""
    yield from _changes(_by_name(before), _by_name(now), "")


def _by_name(content: Content) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(content))
    for part in ("settings", "outputs"):
        plain[part] = {one["name"]: one for one in plain.get(part, ())}
    return plain


def _changes(before: Any, now: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            inner = f"{path}.{name}" if path else name
            yield from _changes(before.get(name), now.get(name), inner)
    elif before != now:
        yield Change(path=path, before=before, now=now)


def _is_same_person(version: Version, by: Actor) -> bool:
    has_same_id = bool(by.user_id) and by.user_id == version.created_by_id
    return has_same_id or by.shown[:254] == version.created_by


def _why(text: str) -> str:
    if len(text) > LONGEST_WHY:
        raise Invalid("why", f"is longer than {LONGEST_WHY:,} characters.")
    return clean_text(text, LONGEST_WHY)
