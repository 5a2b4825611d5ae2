"""What the database keeps of models: every change is one transaction with its entry in the log."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from modelyard.accounts.actor import Actor
from modelyard.accounts.audit import AuditLog
from modelyard.accounts.present import require_present
from modelyard.db import Database
from modelyard.errors import Conflict, NotFound, Overtaken
from modelyard.models.store_rows import (
    all_models,
    find_by_digest,
    find_model,
    find_version,
    version_of,
)
from modelyard.models.tables import ALIASES, MODELS, MOVES, VERSIONS
from modelyard.models.version import LATEST, Model, Move, Version

Expected = Callable[[str], bool] | None
"""Tells by the tag of what an alias points to (empty: nothing) whether it may be moved."""


@dataclass(frozen=True)
class ModelStore:
    """Models and versions in the database."""

    database: Database
    audit: AuditLog
    clock: Callable[[], datetime]

    def list_models(self) -> list[Model]:
        """List all models by name."""
        with self.database.reading() as connection:
            return all_models(connection)

    def find_model(self, name: str) -> Model | None:
        """Give a model with what its names point to."""
        with self.database.reading() as connection:
            return find_model(connection, name)

    def find_version(self, name: str, number: int) -> Version | None:
        """Give one version."""
        with self.database.reading() as connection:
            return find_version(connection, name, number)

    def find_by_digest(self, name: str, digest: str) -> Version | None:
        """Give the version with this content."""
        with self.database.reading() as connection:
            return find_by_digest(connection, name, digest)

    def list_versions(self, name: str) -> list[Version]:
        """List the versions of a model, newest first."""
        question = select(VERSIONS).where(VERSIONS.c.model == name)
        with self.database.reading() as connection:
            found = connection.execute(question.order_by(VERSIONS.c.number.desc())).mappings()
            return [version_of(row) for row in found]

    def moves(self, name: str, alias: str, limit: int = 100) -> list[Move]:
        """List how an alias moved, newest first."""
        question = select(MOVES).where((MOVES.c.model == name) & (MOVES.c.alias == alias))
        with self.database.reading() as connection:
            found = connection.execute(question.order_by(MOVES.c.id.desc()).limit(limit))
            return [msgspec.convert(_move(row), Move) for row in found.mappings()]

    def enter(
        self, version: Version, *, folder_digest: str, by: Actor, moves_latest: bool = True
    ) -> Version:
        """Enter a version under the next number, or give the one that has this content already.

        A refused version that could be opened now becomes an opened one. `latest` moves to what
        was opened and is not held back; where it need not move, it does where it is not set.
        """
        with self._change(version.model, by) as connection:
            if folder_digest:
                values = {"folder_digest": folder_digest}
                connection.execute(_models(version.model).values(values))
            known = find_by_digest(connection, version.model, version.digest)
            entered = known or self._add(connection, version, by)
            if known and known.state == "refused" and version.state == "opened":
                entered = self._open(connection, known, version)
            moves_latest = moves_latest or not _has_latest(connection, version.model)
            if entered.state == "opened" and not version.held_back and moves_latest:
                self._point(connection, entered, LATEST, by)
            return entered

    def move(
        self, name: str, alias: str, number: int, *, by: Actor, expected: Expected = None
    ) -> None:
        """Let an alias point to a version, in one step.

        Raises NotFound, and Overtaken where it points elsewhere than is `expected`.
        """
        with self._change(name, by) as connection:
            _refuse_overtaken(connection, name, alias, expected)
            version = find_version(connection, name, number)
            if version is None:
                raise NotFound(f"model '{name}'", f"has no version {number} any more.")
            self._point(connection, version, alias, by)

    def drop_alias(self, name: str, alias: str, *, by: Actor, expected: Expected = None) -> None:
        """Let an alias point to nothing; raises Overtaken as `move` does."""
        with self._change(name, by) as connection:
            _refuse_overtaken(connection, name, alias, expected)
            where = (ALIASES.c.model == name) & (ALIASES.c.alias == alias)
            if connection.execute(delete(ALIASES).where(where)).rowcount:
                self.audit.note(connection, by, "model.alias.drop", f"model/{name}", {"is": alias})

    def delete_version(self, version: Version, *, by: Actor) -> bool:
        """Remove a version; tells whether its file is now nobody's.

        Raises Conflict where an alias points to it.
        """
        where = (VERSIONS.c.model == version.model) & (VERSIONS.c.number == version.number)
        try:
            with self._change(version.model, by) as connection:
                connection.execute(delete(VERSIONS).where(where))
                detail = {"version": version.number, "sha256": version.sha256}
                subject = f"model/{version.model}"
                self.audit.note(connection, by, "model.version.delete", subject, detail)
                return not _is_used(connection, version.sha256)
        except IntegrityError:
            why = "an alias points to it."
            raise Conflict(version.where, why, "Move the alias first.") from None

    def delete_model(self, name: str, *, by: Actor) -> list[str]:
        """Remove a model with all its versions; gives the files that are nobody's now."""
        with self._change(name, by) as connection:
            files = select(VERSIONS.c.sha256).where(VERSIONS.c.model == name).distinct()
            hashes = list(connection.execute(files).scalars())
            connection.execute(delete(ALIASES).where(ALIASES.c.model == name))
            connection.execute(delete(MODELS).where(MODELS.c.name == name))
            self.audit.note(connection, by, "model.delete", f"model/{name}")
            return [sha256 for sha256 in hashes if not _is_used(connection, sha256)]

    @contextmanager
    def _change(self, name: str, by: Actor) -> Iterator[Connection]:
        """Change one model, one after the other; it is made where there is none."""
        row = {"name": name, "created_at": self.clock(), "created_by": by.shown[:254]}
        with self.database.transaction() as connection:
            connection.execute(self.database.insert(MODELS).values(row).on_conflict_do_nothing())
            connection.execute(
                select(MODELS.c.name).where(MODELS.c.name == name).with_for_update()
            ).all()
            require_present(connection, by, self.clock())
            yield connection

    def _add(self, connection: Connection, version: Version, by: Actor) -> Version:
        model = _models(version.model).values(last_number=MODELS.c.last_number + 1)
        number = connection.execute(model.returning(MODELS.c.last_number)).scalar_one()
        entered = msgspec.structs.replace(version, number=number, created_at=self.clock())
        connection.execute(insert(VERSIONS).values(_values(entered)))
        detail = {"version": number, "sha256": version.sha256, "state": version.state}
        self.audit.note(connection, by, "model.publish", f"model/{version.model}", detail)
        return entered

    def _open(self, connection: Connection, known: Version, opened: Version) -> Version:
        names = ("state", "description", "converted", "fault", "format", "held_back")
        values = {name: value for name, value in _values(opened).items() if name in names}
        where = (VERSIONS.c.model == known.model) & (VERSIONS.c.number == known.number)
        connection.execute(update(VERSIONS).where(where).values(values))
        return msgspec.structs.replace(
            opened, number=known.number, created_at=known.created_at, created_by=known.created_by
        )

    def _point(self, connection: Connection, version: Version, alias: str, by: Actor) -> None:
        """Move an alias and keep that it moved; nothing happens where it points there already."""
        keys = {"model": version.model, "alias": alias}
        where = (ALIASES.c.model == version.model) & (ALIASES.c.alias == alias)
        before = connection.execute(select(ALIASES.c.number).where(where)).scalar()
        if before == version.number:
            return
        moved = {"number": version.number, "moved_at": self.clock(), "moved_by": by.shown[:254]}
        if before is None:
            connection.execute(insert(ALIASES).values(keys | moved))
        else:
            connection.execute(update(ALIASES).where(where).values(moved))
        connection.execute(insert(MOVES).values(keys | moved | {"number_before": before}))
        detail = {"alias": alias, "version": version.number, "before": before}
        self.audit.note(connection, by, "model.alias", f"model/{version.model}", detail)


def _refuse_overtaken(connection: Connection, name: str, alias: str, expected: Expected) -> None:
    if expected is None:
        return
    model = find_model(connection, name)
    if model is None or not expected(model.tag_of(alias)):
        where = f"model '{name}', @{alias}"
        raise Overtaken(where, "was moved by somebody else meanwhile.", "Look again.")


def _has_latest(connection: Connection, name: str) -> bool:
    model = find_model(connection, name)
    return model is not None and model.find_alias(LATEST) is not None


def _models(name: str) -> Any:
    return update(MODELS).where(MODELS.c.name == name)


def _values(version: Version) -> dict[str, Any]:
    values = {name: getattr(version, name) for name in version.__struct_fields__}
    plain = {name: msgspec.to_builtins(values[name]) for name in ("description", "fault")}
    return values | plain


def _move(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name not in {"id", "model"}}


def _is_used(connection: Connection, sha256: str) -> bool:
    question = select(VERSIONS.c.number).where(VERSIONS.c.sha256 == sha256).limit(1)
    return connection.execute(question).first() is not None
