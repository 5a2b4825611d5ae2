"""Records of managed models: made, changed, copied, compared, approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from modelyard.accounts.actor import Actor
from modelyard.accounts.resource import Level
from modelyard.errors import Conflict
from modelyard.scenarios.record import Change, Record, Version
from modelyard.scenarios.setting import Content


class Stale(Conflict):
    """Somebody changed the model meanwhile; nothing was overwritten."""

    def __init__(self, where: str, why: str, cure: str, latest: Version) -> None:
        super().__init__(where, why, cure)
        self.latest = latest
        """The version that is used now."""
        self.changes: tuple[Change, ...] = ()
        """What differs between the version that was changed and the latest one."""


@dataclass(eq=False)
class Versions:
    """The records of a database. The doors have seen to it that `by` may do what they ask for:
    `write` to change and approve, `admin` (owners) to delete and to ask for approval.
    """

    def list_records(self) -> list[Record]:
        """List all records by name."""
        raise NotImplementedError

    def find_record(self, name: str) -> Record | None:
        """Give a record; None for a model that nobody manages."""
        raise NotImplementedError

    def get_record(self, name: str) -> Record:
        """Give a record; raises NotFound."""
        raise NotImplementedError

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
        content that means nothing (naming parameter and key), Conflict for a name that is taken.
        """
        raise NotImplementedError

    def list_versions(self, name: str) -> list[Version]:
        """List all versions, the newest first: the history with who, when and why."""
        raise NotImplementedError

    def get_version(self, name: str, number: int = 0) -> Version:
        """Give a version by its number, or the one that is served; raises NotFound."""
        raise NotImplementedError

    def change(
        self, name: str, content: Content, *, made_from: int, why: str, by: Actor
    ) -> Version:
        """Make the next version: served at once, or `proposed` where approval is asked for.

        `made_from` is the version that the author had before them. Raises Stale where another one
        is served by now, Invalid for content that means nothing or says nothing new.
        """
        raise NotImplementedError

    def copy(
        self,
        name: str,
        number: int,
        *,
        made_from: int,
        why: str = "",
        by: Actor,
    ) -> Version:
        """Make an older version the newest one; raises as `change`."""
        raise NotImplementedError

    def copy_as(
        self, name: str, number: int, new_name: str, *, why: str = "", by: Actor
    ) -> Version:
        """Make a record of another name from a version; raises as `create`."""
        raise NotImplementedError

    def differences(self, name: str, before: int, now: int) -> list[Change]:
        """Say what differs between two versions."""
        raise NotImplementedError

    def require_approval(self, name: str, needed: bool, *, by: Actor) -> Record:
        """Say whether new versions wait for a second person; for owners."""
        raise NotImplementedError

    def approve(self, name: str, number: int, *, why: str = "", by: Actor) -> Version:
        """Let a proposed version be served.

        Raises Denied for the person who proposed it, Stale where another version is served by now
        than the one it was made from, Conflict where it was decided already.
        """
        raise NotImplementedError

    def reject(self, name: str, number: int, *, why: str, by: Actor) -> Version:
        """Refuse a proposed version; who proposed it may take it back so."""
        raise NotImplementedError

    def list_proposed(self) -> list[Version]:
        """List the versions of all models that wait for approval, oldest first."""
        raise NotImplementedError

    def delete(self, name: str, *, by: Actor) -> None:
        """Remove a record with its versions, saved scenarios and figures, for good."""
        raise NotImplementedError

    def resolved(self, content: Content, day: date) -> dict[str, object]:
        """Give the values that are set on a day, by parameter."""
        raise NotImplementedError
