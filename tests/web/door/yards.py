"""Services with models, for tests."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from small_models import dumped

from modelyard.accounts.actor import LAPTOP
from modelyard.accounts.resource import Resource
from modelyard.models.offer import Offer
from modelyard.models.version import Version
from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE, LiveServices


@dataclass
class Yard:
    """A service with models."""

    app: Flask
    folder: Path

    @property
    def live(self) -> LiveServices:
        found: LiveServices = self.app.extensions[LIVE]
        return found

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def close(self) -> None:
        self.live.records.models.predictors.close()
        self.live.answers.children.stop()

    def publish(self, name: str, estimator: Any) -> Version:
        offer = Offer(model=name, file_name=f"{name}.joblib")
        return self.live.records.models.publish(offer, [dumped(estimator)], by=LAPTOP)

    def share(self, name: str, level: str, owner: str = "", people: tuple[str, ...] = ()) -> None:
        resource = Resource("model", name)
        self.live.records.accounts.sharing.set(resource, level, people, owner, by=LAPTOP)

    def tell(self, toml: str) -> None:
        """Write modelyard.toml, and have it read."""
        (self.folder / "modelyard.toml").write_text(toml)
        self.live._looked_at = 0.0  # as if a second had gone by


def opened(prepared: Path, root: Path, **settings: Any) -> Yard:
    """Open a copy of the prepared service."""
    shutil.copytree(prepared, root)
    chosen = Settings(workspace=root / "yard", state=root / "state", **settings)
    return Yard(create_app(chosen), root / "yard")
