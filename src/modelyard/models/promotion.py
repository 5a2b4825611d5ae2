"""What becomes of a trained model: published as a challenger, and promoted where a rule says so."""

from dataclasses import dataclass
from typing import Any

from modelyard.accounts.actor import Actor
from modelyard.errors import Conflict
from modelyard.models.kept_files import Received
from modelyard.models.measures import gain_in_words
from modelyard.models.offer import Offer
from modelyard.models.registry import Registry
from modelyard.models.training_plan import TrainingPlan
from modelyard.models.version import CHALLENGER, CHAMPION, Version


@dataclass(frozen=True)
class Promotion:
    """One candidate on its way. All of it may be done again."""

    registry: Registry
    model: str
    plan: TrainingPlan
    run_id: str

    def settled(self, result: dict[str, Any]) -> dict[str, Any]:
        """Publish what a training gave, and give its result with what became of it.

        Raises what refused the version.
        """
        by = Actor(kind="visitor", email=f"run {self.run_id}")
        file = result.pop("file")
        offer = Offer(
            model=self.model,
            file_name=file["file_name"],
            note=f"Trained by run {self.run_id}.",
            sidecar=self.plan.sidecar,
            is_candidate=True,
        )
        received = Received(file["sha256"], file["bytes"])
        version = self.registry.publish_received(offer, received, by=by)
        if version.fault is not None:
            raise version.fault.to_error()
        self._call_challenger(version, by)
        why = self._promote(version, result, by)
        return result | {
            "version": version.number,
            "is_promoted": not why,
            "why": why or f"@{CHAMPION} is version {version.number}.",
            "golden_rows": version.held_back or "hold",
        }

    def _call_challenger(self, version: Version, by: Actor) -> None:
        if not version.held_back:
            self.registry.move_alias(self.model, CHALLENGER, str(version.number), by=by)

    def _promote(self, version: Version, result: dict[str, Any], by: Actor) -> str:
        """Let `champion` point to the version; gives why not, empty where it does."""
        margin = self.plan.config.margin
        if self.registry.get_model(self.model).find_alias(CHAMPION) == version.number:
            return ""
        if margin is None:
            return "A person decides."
        if version.held_back:
            return f"{version.held_back}."
        why = _not_better(result, margin)
        if why:
            return why
        try:
            self.registry.move_alias(
                self.model, CHAMPION, str(version.number), by=by, expected=self._is_as_seen
            )
        except Conflict as conflict:
            return str(conflict)
        return ""

    def _is_as_seen(self, tag: str) -> bool:
        return tag == self.plan.champion_tag


def _not_better(result: dict[str, Any], margin: float) -> str:
    champion, found = result["champion"], result["gain"]
    if champion is None:
        return ""
    if found is None:
        return f"Version {champion['version']} could not be compared: a person decides."
    if found > 0 and found >= margin:
        return ""
    how = gain_in_words(found)
    wanted = f"{margin:g} better" if margin else "a better one"
    return f"It is {how} than version {champion['version']}; {wanted} is asked for."
