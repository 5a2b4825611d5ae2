"""The registry of models: what is published, which names point where, and what may be served."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.accounts.actor import Actor
from modelyard.accounts.memory import Memory
from modelyard.errors import Conflict, Denied, Invalid
from modelyard.models import golden as golden_rows
from modelyard.models.absent import no_model, no_version
from modelyard.models.kept_files import MOST_BYTES, KeptFiles, Received
from modelyard.models.naming import clean_alias, clean_module, is_name, read_selector
from modelyard.models.offer import Offer, with_opening
from modelyard.models.serving import Predictors
from modelyard.models.store import Expected, ModelStore
from modelyard.models.store_rules import RuleStore
from modelyard.models.version import CHAMPION, LATEST, Golden, Model, Move, Version

if TYPE_CHECKING:
    from modelyard.accounts.audit import AuditLog
    from modelyard.blobs import Blobs
    from modelyard.db import Database


@dataclass(eq=False)
class Registry:
    """The models of a service. All processes see a change within a second."""

    files: KeptFiles
    store: ModelStore
    rules: RuleStore
    memory: Memory = field(default_factory=Memory)
    predictors: Predictors = field(init=False)
    _opening: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))

    def __post_init__(self) -> None:
        self.predictors = Predictors(self.files, self.get_version, self.list_trusted)

    def list_models(self) -> list[Model]:
        """List all models by name."""
        return self.memory.recall("models", self.store.list_models)

    def find_model(self, name: str) -> Model | None:
        """Give a model, None where there is none of that name."""
        if not is_name(name):
            return None
        return self.memory.recall(("model", name), lambda: self.store.find_model(name))

    def get_model(self, name: str) -> Model:
        """Give a model; raises NotFound with the name that may be meant."""
        model = self.find_model(name)
        if model is None:
            raise no_model(name, [one.name for one in self.list_models()])
        return model

    def list_versions(self, name: str) -> list[Version]:
        """List the versions of a model, newest first; raises NotFound."""
        self.get_model(name)
        return self.store.list_versions(name)

    def get_version(self, name: str, selector: str = "") -> Version:
        """Give a version by its number, by an alias (`@champion`), or the one that is served.

        Raises NotFound.
        """
        asked = ("version", name, selector)
        return self.memory.recall(asked, lambda: self._find_version(name, selector))

    def publish(self, offer: Offer, content: Iterable[bytes], *, by: Actor) -> Version:
        """Take a model file that comes in pieces; `latest` points to it from then on.

        A file that is refused becomes a version that says why, and is served to nobody. The same
        content is the same version. Raises Invalid for names that cannot be, and for a file that is
        empty or too large; Unavailable.
        """
        offer.refuse_names()
        received = self.files.receive(content, f"model '{offer.model}'")
        return self.publish_received(offer, received, by=by)

    def publish_received(self, offer: Offer, received: Received, *, by: Actor) -> Version:
        """Publish a file that `files.receive` took; else as `publish`."""
        offer.refuse_names()
        made = offer.version(received, self.store.clock(), by)
        known = self.store.find_by_digest(offer.model, made.digest)
        if known is None or known.state == "refused":
            with self._opening:
                made = with_opening(made, self.files.open(received.sha256, self.rules.trusted()))
        else:
            made = known
        made = msgspec.structs.replace(made, held_back=self._difference(made))
        if made is not known and made.state == "opened":
            self.files.note(made)
        try:
            entered = self.store.enter(
                made, folder_digest=offer.folder_digest, by=by, moves_latest=not offer.is_candidate
            )
        finally:
            self.memory.forget()
        return msgspec.structs.replace(entered, held_back=made.held_back)

    def move_alias(
        self, name: str, alias: str, selector: str, *, by: Actor, expected: Expected = None
    ) -> Version:
        """Let an alias point to a version, at once and for everybody.

        Raises Conflict where the version was refused or breaks a golden row, with the difference,
        and Overtaken where the alias points elsewhere than is `expected`.
        """
        alias = clean_alias(alias)
        version = self._find_version(name, selector)
        if version.state == "refused":
            why = version.fault.why if version.fault else "nothing of it is known."
            raise Conflict(version.where, f"was refused: {why}")
        difference = self._difference(version)
        if difference:
            cure = "Keep the version that holds, or record the golden rows anew."
            raise Conflict(version.where, f"{difference}.", cure)
        try:
            self.store.move(name, alias, version.number, by=by, expected=expected)
        finally:
            self.memory.forget()
        return version

    def rollback(
        self, name: str, alias: str = CHAMPION, *, by: Actor, expected: Expected = None
    ) -> Version:
        """Let an alias point to the version before; a champion that is not set becomes it.

        Raises Conflict where there is none before, and Overtaken as `move_alias` does.
        """
        alias = clean_alias(alias)
        model = self.get_model(name)
        now = model.find_alias(alias)
        if now is None:
            now = model.served
        there = {one.number: one for one in self.store.list_versions(name)}
        moves = [one.number_before for one in self.store.moves(name, alias) if one.number == now]
        older = [number for number in there if now is not None and number < now]
        before = [*moves, *sorted(older, reverse=True)]
        usable = [n for n in before if n is not None and n in there and there[n].state == "opened"]
        if not usable:
            raise Conflict(f"model '{name}', @{alias}", "has no version before this one.")
        return self.move_alias(name, alias, str(usable[0]), by=by, expected=expected)

    def drop_alias(self, name: str, alias: str, *, by: Actor, expected: Expected = None) -> None:
        """Let an alias point to nothing; raises Conflict for `latest`, which is always there."""
        if clean_alias(alias) == LATEST:
            raise Conflict(f"model '{name}'", "always has a latest version.")
        self.get_model(name)
        self.store.drop_alias(name, clean_alias(alias), by=by, expected=expected)
        self.memory.forget()

    def list_moves(self, name: str, alias: str = CHAMPION) -> list[Move]:
        """List how an alias moved, newest first."""
        self.get_model(name)
        return self.store.moves(name, alias)

    def find_golden(self, name: str) -> Golden | None:
        """Give the golden rows of a model, None where there are none."""
        self.get_model(name)
        return self.rules.find_golden(name)

    def record_golden(
        self,
        name: str,
        rows: Sequence[dict[str, Any]],
        *,
        by: Actor,
        selector: str = "",
        tolerance: float = golden_rows.TOLERANCE,
    ) -> Golden:
        """Keep what a version predicts for some rows: later versions must predict that too.

        Raises BadInput for rows that the model does not take.
        """
        served = self.predictors.get(name, selector)
        if not 0 <= tolerance <= 1:
            raise Invalid("tolerance", f"{tolerance:g} is not a share between 0 and 1.")
        golden = Golden(
            rows=golden_rows.record(served.predictor, rows),
            tolerance=tolerance,
            recorded_with=served.version.number,
            recorded_at=self.rules.clock(),
            recorded_by=by.shown[:254],
        )
        self.rules.keep_golden(name, golden, by=by)
        return golden

    def drop_golden(self, name: str, *, by: Actor) -> None:
        """Demand nothing of a model's versions any more."""
        self.get_model(name)
        self.rules.drop_golden(name, by=by)

    def list_trusted(self) -> tuple[str, ...]:
        """List the modules that models may import besides the list."""
        return self.memory.recall("trusted", self.rules.trusted)

    def trust(self, module: str, *, by: Actor) -> None:
        """Let models import what is defined in a module; what was refused can be published again.

        Raises Denied unless an owner asks, Invalid and Conflict for what can be no such module.
        """
        _require_owner(by)
        self.rules.trust(clean_module(module), by=by)
        self.memory.forget()

    def distrust(self, module: str, *, by: Actor) -> None:
        """Let models import a module no more; raises Denied unless an owner asks."""
        _require_owner(by)
        self.rules.distrust(module, by=by)
        self.memory.forget()
        self.predictors.close()

    def delete_version(self, name: str, selector: str, *, by: Actor) -> None:
        """Remove a version for good; raises Conflict where an alias points to it."""
        version = self._find_version(name, selector)
        if self.store.delete_version(version, by=by):
            self.files.forget(version.sha256)
        self.predictors.forget(version.digest)
        self.memory.forget()

    def delete_model(self, name: str, *, by: Actor) -> None:
        """Remove a model with all its versions, for good; raises NotFound."""
        self.get_model(name)
        for sha256 in self.store.delete_model(name, by=by):
            self.files.forget(sha256)
        self.memory.forget()

    def _find_version(self, name: str, selector: str) -> Version:
        model = self.get_model(name)
        asked = read_selector(selector) if selector else model.served
        number = model.find_alias(asked) if isinstance(asked, str) else asked
        version = None if number is None else self.store.find_version(name, number)
        if version is None:
            raise no_version(model, asked)
        return version

    def _difference(self, version: Version) -> str:
        """Say which golden rows a version breaks; empty where all hold or there are none."""
        golden = self.rules.find_golden(version.model)
        if golden is None or version.state == "refused":
            return ""
        return golden_rows.find_difference(self.predictors.open(version), golden)


def _require_owner(by: Actor) -> None:
    if by.role != "owner":
        raise Denied("trust", "only an owner may decide what models import.")


def open_registry(
    database: "Database", blobs: "Blobs", audit: "AuditLog", most_bytes: int = MOST_BYTES
) -> Registry:
    """Join the parts; nothing is asked of the database yet. `most_bytes` bounds a model file."""
    store = ModelStore(database, audit, audit.clock)
    return Registry(KeptFiles(blobs, most_bytes), store, RuleStore(database, audit, audit.clock))
