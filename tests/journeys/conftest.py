"""A real server, and a real Chromium that visits it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
TOML = """
[workspace]
name = "Flight desk"
description = "The tables that the desk's weekly report is made from."
default_dataset = "flights"

[datasets.flights]
source = "datasets/flights.parquet"
title = "Departures"
description = "Departures of a made-up airport, with delays and distances."
licence = "CC0-1.0"
"""


def write_workspace(folder: Path) -> Path:
    """Write a table of 20,000 departures: seeded, so pages look the same each time."""
    import numpy as np
    import polars as pl

    (folder / "datasets").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    draw = np.random.default_rng(7)
    count = 20_000
    distance = draw.choice(
        [187, 430, 733, 1089, 1416, 2475], count, p=[0.2, 0.2, 0.2, 0.2, 0.1, 0.1]
    )
    delay = np.round(draw.gamma(0.7, 22, count) - 6).astype(int)
    delay[137] = 1301
    pl.DataFrame(
        {
            "day": np.sort(draw.integers(0, 365, count)),
            "carrier": draw.choice(["UA", "B6", "EV", "DL", "AA"], count),
            "dep_delay": delay,
            "arr_delay": delay + np.round(draw.normal(-5, 14, count)).astype(int),
            "distance": distance,
            "air_time": np.round(distance / 7.8 + draw.normal(0, 4, count), 1),
            "cancelled": draw.random(count) < 0.02,
        }
    ).with_columns(
        (pl.date(2024, 1, 1) + pl.duration(days="day")).alias("day"),
        pl.when(pl.int_range(count) % 41 == 5)
        .then(None)
        .otherwise(pl.col("arr_delay"))
        .alias("arr_delay"),
    ).write_parquet(folder / "datasets" / "flights.parquet")
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the flight desk, and give the service's address."""
    place = tmp_path_factory.mktemp("journey")
    with serving(write_workspace(place / "desk"), place) as address:
        yield address


@pytest.fixture(scope="session")
def serve() -> Callable[[Path, Path], AbstractContextManager[str]]:
    """Serve any folder."""
    return serving


@contextmanager
def serving(folder: Path, place: Path) -> Iterator[str]:
    """Start the service of a folder on a free port of this machine, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"MODELYARD_WORKSPACE": str(folder), "MODELYARD_STATE": str(place / "state")}
    command = [sys.executable, "-m", "flask", "--app", "modelyard.web", "run", "--port", str(port)]
    with (place / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/health/live", process, place / "log")
            yield address
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start the Chromium of this machine; without one these tests are skipped, and say so."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("MODELYARD_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUMS)), None
    )
    if found is None:
        pytest.skip(f"no Chromium here: looked for {', '.join(CHROMIUMS)}")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page of the service in the browser, and all that the browser complained about."""

    page: "Page"
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page and wait until its work is done."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until no progress card is left."""
        self.page.wait_for_selector("section.progress", state="detached", timeout=60_000)
        self.page.wait_for_load_state("load")

    def is_too_wide(self) -> bool:
        """Tell whether the page as a whole scrolls sideways."""
        root = "document.documentElement"
        return bool(self.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


@pytest.fixture
def visit(browser: "Browser", server: str) -> Iterator[Callable[..., Visit]]:
    """Open windows of the browser; at the end the browser must not have complained."""
    opened: list[Visit] = []

    def open_window(**options: object) -> Visit:
        size = {"viewport": {"width": 1200, "height": 800}} | options
        page = browser.new_context(**size).new_page()  # type: ignore[arg-type]
        visit = Visit(page, server)
        page.on("console", lambda said: visit.complaints.append(said.text))
        page.on("pageerror", lambda fault: visit.complaints.append(str(fault)))
        opened.append(visit)
        return visit

    yield open_window
    for one in opened:
        one.page.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
