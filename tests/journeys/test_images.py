"""The README's pictures, made anew where MODELYARD_SCREENSHOTS=1 asks for them."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 200_000
PAGES = {
    "overview": "/datasets/flights",
    "rows": "/datasets/flights/rows?filter=dep_delay:gt:60&filter=carrier:eq:UA&sort=-dep_delay",
    "outliers": "/datasets/flights/outliers?threshold=99.9",
    "benchmark": "/datasets/flights/benchmark?run=1",
    "model": "/models/delays?carrier=UA&origin=JFK&month=7&hour=25&distance=1400&dep_delay=42",
}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        os.environ.get("MODELYARD_SCREENSHOTS") != "1", reason="MODELYARD_SCREENSHOTS is not 1"
    ),
]


def test_pictures_of_the_example(browser, serve, tmp_path):
    command = [sys.executable, "-m", "modelyard", "new", str(tmp_path / "demo"), "--example"]
    subprocess.run(command, check=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serve(tmp_path / "demo", tmp_path) as address:
        wait_for_model(address)
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        for name, path in PAGES.items():
            page.goto(address + path)
            page.wait_for_selector("section.progress", state="detached", timeout=120_000)
            page.screenshot(path=IMAGES / f"{name}.png")
            assert (IMAGES / f"{name}.png").stat().st_size < MOST_BYTES
        page.close()


def wait_for_model(address: str) -> None:
    """Wait until the folder's model is served."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{address}/models") as answer:
            if b"/models/delays" in answer.read():
                return
        time.sleep(0.2)
    pytest.fail("the model of the folder is not served")
