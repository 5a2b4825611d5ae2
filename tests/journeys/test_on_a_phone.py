"""The example workspace on a phone, by its owner: all of every page can be reached."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from modelyard.cli.main import modelyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "kettle ocean violet 9"
OLGA = "olga.with.a.rather.long.name@department.example.com"
PAGES = (
    *("/", "/datasets", "/datasets/penguins/rows", "/models", "/models/delays", "/functions"),
    *("/scenarios", "/scenarios/loan", "/scenarios/loan/edit", "/scenarios/loan/goal-seek"),
    *("/runs", "/docs", "/people", "/audit", "/account", "/about", "/nowhere"),
)
READ = (
    *("datasets/flights?wait=50", "datasets/penguins?wait=50"),
    *(f"scenarios/{name}" for name in ("dcf", "loan", "loan_workbook", "subscription")),
)
CUT = """() => {
  const seen = (e) => e.getClientRects().length && !e.closest('[hidden], svg');
  const scrolls = (e) => e.closest('pre, [tabindex="0"]:not(main), .tabs, .table-entry');
  return [...document.querySelectorAll('body *')]
    .filter((e) => seen(e) && !scrolls(e) && e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.tagName + ' ' + e.textContent.trim().slice(0, 40));
}"""
CLIPPED_CHOICES = """() => [...document.querySelectorAll('select')].filter((e) => {
  const pen = document.createElement('canvas').getContext('2d'), look = getComputedStyle(e);
  pen.font = look.font;
  const words = e.options[e.selectedIndex]?.text ?? '';
  const room = e.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  return e.getClientRects().length && pen.measureText(words).width > room + 1;
}).map((e) => e.name)"""


@pytest.fixture(scope="module")
def page(browser: "Browser", serve, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Page]":
    """A phone on which the owner of an example workspace is signed in."""
    place: Path = tmp_path_factory.mktemp("phone")
    folder, state = place / "yard", {"MODELYARD_STATE": str(place / "state")}
    run = CliRunner(env=state).invoke
    assert run(modelyard, ["new", str(folder), "--example"]).exit_code == 0
    person = ["users", "add", OLGA, "--password-stdin", "-w", str(folder)]
    assert run(modelyard, person, input=PASSWORD).exit_code == 0
    with serve(folder, place) as address:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, base_url=address, has_touch=True
        )
        form = {"email": OLGA, "password": PASSWORD}
        signed_in = context.request.post("/sign-in", form=form, headers={"Origin": address})
        assert signed_in.ok
        for read in READ:  # so that no page comes again by itself while it is looked at
            assert context.request.get(f"/api/v1/{read}", timeout=60_000).status == 200
        opened = context.new_page()
        yield opened
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off(page: "Page", path: str) -> None:
    page.goto(path)
    page.wait_for_selector("section.progress", state="detached", timeout=60_000)
    assert page.evaluate(CUT) == []
    assert page.evaluate(CLIPPED_CHOICES) == []
    for name in ("Datasets", "What-if", "Functions", "People", "Audit", "Fleet"):
        assert page.locator("header.top nav").get_by_role("link", name=name).is_visible()


def test_the_list_of_datasets_needs_no_scrolling_sideways(page: "Page") -> None:
    page.goto("/datasets")
    inside = "(e) => e.scrollWidth <= e.clientWidth"
    assert page.locator(".scroll").evaluate(inside)
    assert page.get_by_text("datasets/flights.parquet").is_visible()


@pytest.mark.parametrize("width", [600, 770, 900, 1024, 1180])
def test_the_menu_has_room_at_every_width(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/about")
    assert page.evaluate(CUT) == []
    boxes = page.locator("header.top nav > *").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect())"
        ".map((r) => [r.left, r.right, r.top, r.bottom])"
    )
    for one, other in itertools.combinations(boxes, 2):
        is_beside = one[1] <= other[0] + 1 or other[1] <= one[0] + 1
        assert is_beside or one[3] <= other[2] + 1 or other[3] <= one[2] + 1
    page.set_viewport_size({"width": 390, "height": 844})
