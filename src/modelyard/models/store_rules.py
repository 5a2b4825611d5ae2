"""What the database keeps of golden rows and of modules that owners trust."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import delete, insert, select

from modelyard.accounts.actor import Actor
from modelyard.accounts.audit import AuditLog
from modelyard.accounts.present import require_present
from modelyard.db import Database
from modelyard.models.tables import GOLDEN, TRUSTED
from modelyard.models.version import Golden


@dataclass(frozen=True)
class RuleStore:
    """Golden rows and trusted modules in the database."""

    database: Database
    audit: AuditLog
    clock: Callable[[], datetime]

    def find_golden(self, model: str) -> Golden | None:
        """Give the golden rows of a model."""
        with self.database.reading() as connection:
            question = select(GOLDEN).where(GOLDEN.c.model == model)
            row = connection.execute(question).mappings().first()
        if row is None:
            return None
        return msgspec.convert({str(name): row[name] for name in row if name != "model"}, Golden)

    def keep_golden(self, model: str, golden: Golden, *, by: Actor) -> None:
        """Keep golden rows in the place of those from before."""
        values = msgspec.to_builtins(golden, builtin_types=(datetime,)) | {"model": model}
        with self.database.transaction() as connection:
            require_present(connection, by, self.clock())
            connection.execute(delete(GOLDEN).where(GOLDEN.c.model == model))
            connection.execute(insert(GOLDEN).values(values))
            detail = {"rows": len(golden.rows), "version": golden.recorded_with}
            self.audit.note(connection, by, "model.golden", f"model/{model}", detail)

    def drop_golden(self, model: str, *, by: Actor) -> None:
        """Demand nothing of a model's versions any more."""
        with self.database.transaction() as connection:
            require_present(connection, by, self.clock())
            if connection.execute(delete(GOLDEN).where(GOLDEN.c.model == model)).rowcount:
                self.audit.note(connection, by, "model.golden.drop", f"model/{model}")

    def trusted(self) -> tuple[str, ...]:
        """List the modules that models may import besides the list, in order."""
        with self.database.reading() as connection:
            question = select(TRUSTED.c.module).order_by(TRUSTED.c.module)
            return tuple(connection.execute(question).scalars())

    def trust(self, module: str, *, by: Actor) -> None:
        """Let models import a module."""
        values = {"module": module, "trusted_at": self.clock(), "trusted_by": by.shown[:254]}
        with self.database.transaction() as connection:
            require_present(connection, by, self.clock())
            connection.execute(
                self.database.insert(TRUSTED).values(values).on_conflict_do_nothing()
            )
            self.audit.note(connection, by, "model.trust", module)

    def distrust(self, module: str, *, by: Actor) -> None:
        """Let models import a module no more."""
        with self.database.transaction() as connection:
            require_present(connection, by, self.clock())
            if connection.execute(delete(TRUSTED).where(TRUSTED.c.module == module)).rowcount:
                self.audit.note(connection, by, "model.distrust", module)
