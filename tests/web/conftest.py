"""A small workspace and a client of the service that serves it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE

TOML = """
[workspace]
name = "Test yard"
default_dataset = "flights"

[datasets.flights]
source = "datasets/flights.csv"
title = "Flights"

[datasets.gone]
source = "datasets/gone.parquet"
"""
FLIGHTS = "".join(
    f"{carrier},{delay},2024-01-{day:02d},{day % 2 == 0}\n"
    for day in range(1, 29)
    for carrier, delay in (("UA", day * 3 % 17), ("DL", day * 7 % 23), ("", 500 if day == 3 else 2))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a good, a broken, a missing and an unlisted dataset."""
    files = tmp_path / "yard" / "datasets"
    files.mkdir(parents=True)
    (tmp_path / "yard" / "modelyard.toml").write_text(TOML)
    (files / "flights.csv").write_text("carrier,delay,day,even\n" + FLIGHTS.replace("T", "t"))
    (files / "broken.parquet").write_bytes(b"PAR1 this is not a Parquet file")
    (files / "big.csv").write_text("id,amount\n9007199254740993,1.5\n9223372036854775807,2.5\n")
    return tmp_path / "yard"


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """Make clients of the service for a folder; its child processes end with the test."""
    apps = []

    def make(folder: Path, **settings: object) -> FlaskClient:
        chosen = Settings(workspace=folder, state=tmp_path / "state", **settings)  # type: ignore[arg-type]
        app = create_app(chosen)
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions[LIVE].answers.children.stop()


@pytest.fixture
def client(folder: Path, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the service for the small workspace."""
    return make_client(folder)
