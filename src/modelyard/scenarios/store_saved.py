"""What the database keeps of saved scenarios and of figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from modelyard.accounts.actor import Actor
from modelyard.accounts.resource import Level, Resource, Visibility
from modelyard.accounts.sharing import SharingTable
from modelyard.errors import NotFound, Overtaken
from modelyard.scenarios import record
from modelyard.scenarios.describe import NAME
from modelyard.scenarios.record import Figure, Saved
from modelyard.scenarios.tables import FIGURES, SAVED

MOST_LISTED = 1000
ID = re.compile(r"(sc|fg)[0-9a-f]{24}")
"""Not every text can be asked of a database."""
BARE = [column for column in FIGURES.c if column.name not in {"question", "answer"}]


@dataclass(frozen=True)
class SavedStore:
    """Saved scenarios and figures in the database."""

    sharing: SharingTable

    def list_saved(self, model: str = "") -> list[Saved]:
        """List those of one model or all, the latest changed first."""
        question = select(SAVED).order_by(SAVED.c.changed_at.desc(), SAVED.c.id)
        if model:
            if not NAME.fullmatch(model):
                return []
            question = question.where(SAVED.c.model == model)
        with self.sharing.ground.database.reading() as connection:
            return [_saved(row) for row in connection.execute(question).mappings()]

    def find_saved(self, saved_id: str) -> Saved | None:
        """Give one."""
        if not ID.fullmatch(saved_id):
            return None
        with self.sharing.ground.database.reading() as connection:
            question = select(SAVED).where(SAVED.c.id == saved_id)
            row = connection.execute(question).mappings().first()
            return None if row is None else _saved(row)

    def add(self, saved: Saved, level: Level, people: Sequence[str], *, by: Actor) -> Saved:
        """Enter one, with who may see it."""
        with self.sharing.ground.change(by) as connection:
            connection.execute(insert(SAVED).values(_values(saved)))
            resource = Resource(record.SAVED, saved.id)
            self.sharing.enter(connection, resource, level, people, by.email, by=by)
            detail = {"name": saved.name, "model": saved.model}
            audit = self.sharing.ground.audit
            audit.note(connection, by, "scenario.save", str(resource), detail)
        return saved

    def replace(self, saved: Saved, *, by: Actor) -> Saved:
        """Put it in the place of the revision before; raises Overtaken where that is older."""
        where = (SAVED.c.id == saved.id) & (SAVED.c.revision == saved.revision - 1)
        with self.sharing.ground.change(by) as connection:
            changed = connection.execute(update(SAVED).where(where).values(_values(saved)))
            if not changed.rowcount:
                question = select(SAVED).where(SAVED.c.id == saved.id)
                row = connection.execute(question).mappings().first()
                raise overtaken(None if row is None else _saved(row))
            subject = f"{record.SAVED}/{saved.id}"
            detail = {"name": saved.name, "revision": saved.revision}
            self.sharing.ground.audit.note(connection, by, "scenario.save", subject, detail)
        return saved

    def delete(self, saved: Saved, *, by: Actor) -> None:
        """Remove one with its figures."""
        resource = Resource(record.SAVED, saved.id)
        with self.sharing.ground.change(by) as connection:
            connection.execute(delete(FIGURES).where(FIGURES.c.saved == saved.id))
            connection.execute(delete(SAVED).where(SAVED.c.id == saved.id))
            self.sharing.leave(connection, resource)
            audit = self.sharing.ground.audit
            audit.note(connection, by, "scenario.forget", str(resource), {"name": saved.name})

    def all_visibilities(self) -> dict[str, Visibility]:
        """Give who may see each saved scenario, by id."""
        return self.sharing.all_of(record.SAVED)

    def add_figure(self, figure: Figure, *, by: Actor) -> Figure:
        """Keep figures."""
        with self.sharing.ground.change(by) as connection:
            connection.execute(insert(FIGURES).values(_values(figure)))
        return figure

    def find_figure(self, figure_id: str) -> Figure | None:
        """Give figures by their id."""
        if not ID.fullmatch(figure_id):
            return None
        with self.sharing.ground.database.reading() as connection:
            question = select(FIGURES).where(FIGURES.c.id == figure_id)
            row = connection.execute(question).mappings().first()
            return None if row is None else _figure(row)

    def list_figures(self, model: str = "", saved: str = "") -> list[Figure]:
        """List figures without questions and answers, the newest first."""
        question = select(*BARE).order_by(FIGURES.c.created_at.desc()).limit(MOST_LISTED)
        if (model and not NAME.fullmatch(model)) or (saved and not ID.fullmatch(saved)):
            return []
        if model:
            question = question.where(FIGURES.c.model == model)
        if saved:
            question = question.where(FIGURES.c.saved == saved)
        with self.sharing.ground.database.reading() as connection:
            return [_figure(row) for row in connection.execute(question).mappings()]


def overtaken(latest: Saved | None) -> Exception:
    """Say who changed a saved scenario meanwhile."""
    if latest is None:
        return NotFound("saved scenario", "is not here any more.")
    return Overtaken(
        f"saved scenario '{latest.name[:80]}'",
        f"was changed by {latest.changed_by} at {latest.changed_at:%Y-%m-%d %H:%M} UTC meanwhile.",
        "Nothing was overwritten. Look at it, and save again.",
    )


def _values(thing: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__struct_fields__}


def _saved(row: Any) -> Saved:
    return Saved(**{str(name): row[name] for name in row})


def _figure(row: Any) -> Figure:
    empty: dict[str, Any] = {"question": {}, "answer": {}}
    return Figure(**empty | {str(name): row[name] for name in row})
