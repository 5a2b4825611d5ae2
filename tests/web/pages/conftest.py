"""One service with tables of every sort, shared by the tests of the pages."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from modelyard.settings import Settings
from modelyard.web import create_app
from modelyard.web.live import LIVE

TOML = """
[workspace]
name = "Yard <b>&</b> co"
description = "Tables <script>alert(0)</script>"
default_dataset = "flights"

[datasets.flights]
source = "datasets/flights.csv"
title = "Flights <script>alert(1)</script>"
description = "All <img src=x onerror=alert(2)> departures"
licence = "CC0-1.0"
homepage = "javascript:alert(3)"

[datasets.remote]
source = "https://data.example.org/prices.parquet"

[datasets.gone]
source = "datasets/gone.parquet"

[datasets.climber]
source = "../../secret.csv"
"""
NASTY = (
    '"<script>alert(1)</script>","a ""b"" onclick=alert(2)","plain, with comma"\n'
    '"<script>alert(3)</script>",1,"""><svg onload=alert(4)>"\n'
    '"b & c",2,"x"\n'
    ',3,""\n'
)

Get = Callable[..., TestResponse]


def write_workspace(folder: Path) -> Path:
    """Write tables with nulls, dates, booleans, none at all, markup in names, and 3,000 columns."""
    import polars as pl

    files = folder / "datasets"
    files.mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    count = 400
    number = pl.int_range(count)
    table = pl.select(
        carrier=pl.when(number % 3 == 0).then(pl.lit("UA")).otherwise(pl.lit("DL")),
        delay=pl.when(number % 50 == 7).then(None).otherwise((number * 37) % 61),
        distance=(number * 17) % 997 / 4,
        day=pl.date(2024, 1, 1) + pl.duration(days=number % 28),
        cancelled=number % 9 == 0,
        ticket=9_007_199_254_740_993 + number,
    )
    table[5, "distance"] = 90_000.5
    table.write_csv(files / "flights.csv")
    (files / "nasty.csv").write_text(NASTY)
    (files / "header.csv").write_text("a,b\n")
    (files / "empty.csv").write_text("")
    long = "word " * 40_000
    (files / "long.ndjson").write_text(json.dumps({"text": long, "n": 1}) + "\n")
    pl.DataFrame({f"sensor_{i:04d}": [float(i), i + 1.5, None] for i in range(3000)}).write_parquet(
        files / "wide.parquet"
    )
    return folder


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("pages") / "yard")


@pytest.fixture(scope="session")
def site(yard: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    app = create_app(Settings(workspace=yard, state=tmp_path_factory.mktemp("state")))
    yield app.test_client()
    app.extensions[LIVE].answers.children.stop()


@pytest.fixture
def busy_site(yard: Path, tmp_path: Path) -> FlaskClient:
    """A service that has no free place for computations, ever."""
    app = create_app(Settings(workspace=yard, state=tmp_path, computations=0))
    return app.test_client()


@pytest.fixture
def get(site: FlaskClient) -> Get:
    """Ask for a page as a browser does, and again until its work is done."""

    def ask(address: str, wait_s: float = 40) -> TestResponse:
        until = time.monotonic() + wait_s
        while True:
            answer = site.get(address, headers={"Accept": "text/html"})
            if answer.status_code != 202 or time.monotonic() > until:
                return answer
            time.sleep(0.1)

    return ask


@pytest.fixture
def parse(make_page: Callable[[str], Any]) -> Callable[[TestResponse], Any]:
    return lambda answer: make_page(answer.get_data(as_text=True))
