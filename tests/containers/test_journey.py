"""Through nginx in a real browser: a person signs in and reads a dataset."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from compose_stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.containers, pytest.mark.browser, pytest.mark.server]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture
def page() -> Iterator["Page"]:
    """A page of the Chromium of this machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("MODELYARD_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUMS)), None
    )
    if found is None:
        pytest.skip(f"no Chromium here: looked for {', '.join(CHROMIUMS)}")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_a_person_signs_in_and_reads_a_dataset(stack: Stack, page: "Page") -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.goto(f"http://localhost:{stack.port}/datasets/table")
    page.fill("#email", "ana@example.com")
    page.fill("#password", "seven quiet herons")
    page.click("button:has-text('Sign in')")
    page.wait_for_load_state("load")
    page.wait_for_selector("section.progress", state="detached", timeout=60_000)
    assert "table" in page.locator("h1").inner_text().lower()
    assert complaints == []
