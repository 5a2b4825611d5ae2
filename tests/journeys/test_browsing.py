"""What a person does with the pages, in a real browser."""

import re
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/datasets",
    "/datasets/flights",
    "/datasets/flights/rows?filter=dep_delay:gt:20&sort=-dep_delay",
    "/datasets/flights/outliers",
    "/datasets/flights/benchmark",
    "/docs",
    "/docs/errors",
)


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_from_the_list_to_the_figures(visit):
    window = visit()
    window.go("/")
    window.page.get_by_role("link", name="Datasets").click()
    window.page.get_by_role("link", name="Departures").click()
    window.page.wait_for_url("**/datasets/flights")
    window.settle()
    page = window.page
    assert page.get_by_role("heading", name="dep_delay").is_visible()
    assert page.get_by_role("img", name="Histogram of dep_delay").is_visible()
    assert page.get_by_role("img", name="Correlation of columns").is_visible()


def test_a_bar_is_drawn_as_long_as_its_share(visit):
    window = visit()
    window.go("/datasets/flights")
    row = window.page.locator(".kind-text table.bars tr").first
    share = float(re.findall(r"[\d.]+", row.locator(".percent").inner_text())[0]) / 100
    track, part = (row.locator(f"rect.{name}").bounding_box() for name in ("track", "part"))
    assert part["width"] / track["width"] == pytest.approx(share, abs=0.01)


def test_filtering_sorting_and_paging_rows(visit):
    window = visit()
    window.go("/datasets/flights/rows")
    page = window.page
    everything = number(page.locator(".table-head .count b").inner_text())
    page.get_by_label("Column").select_option("dep_delay")
    page.get_by_label("Comparison").select_option("gt")
    page.get_by_label("Value").fill("30")
    page.get_by_role("button", name="Show").click()
    matching = number(page.locator(".table-head .count b").inner_text())
    assert 0 < matching < everything == 20_000
    page.get_by_title("Sort by dep_delay", exact=True).click()
    page.locator("th[aria-sort=ascending]").wait_for()
    page.get_by_title("Sort by dep_delay", exact=True).click()
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("dep_delay")
    assert page.locator("tbody tr").first.locator("td").nth(2).inner_text() == "1301"
    page.get_by_role("link", name="Next →").click()
    assert "Page 2 of" in page.locator(".pages").inner_text()
    page.get_by_role("link", name="Remove the filter dep_delay > 30").click()
    assert number(page.locator(".table-head .count b").inner_text()) == everything


def test_the_slider_moves_the_threshold_without_asking_the_server(visit):
    window = visit()
    window.go("/datasets/flights/outliers")
    page = window.page
    assert page.locator(".worst .reasons").count() == 25
    flagged = page.locator("[data-flagged]")
    marker = page.locator(".marker")
    before, place = number(flagged.inner_text()), float(marker.get_attribute("x1"))
    assert 150 <= before <= 200
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        slider.press("PageUp")
    after = number(flagged.inner_text())
    assert after < before
    assert float(marker.get_attribute("x1")) > place
    assert page.locator(".worst > li:visible").count() == min(after, 25)
    assert [address for address in asked if "/static/" not in address] == []
    percentile = page.get_by_label("Flag above percentile").input_value()
    assert f"threshold={percentile}" in page.url
    page.reload()
    assert number(flagged.inner_text()) == after


def test_the_number_field_moves_the_slider(visit):
    window = visit()
    window.go("/datasets/flights/outliers")
    window.page.get_by_label("Flag above percentile").fill("50")
    assert number(window.page.locator("[data-flagged]").inner_text()) == pytest.approx(
        10_000, abs=99
    )


@pytest.mark.skipif(find_spec("pandas") is None, reason="pandas is not installed")
def test_the_benchmark_starts_by_its_button_and_shows_how_far_it_is(visit):
    window = visit()
    window.go("/datasets/flights/benchmark")
    window.page.get_by_label("Repeats").fill("1")
    window.page.get_by_role("button", name="Start the benchmark").click()
    window.page.wait_for_selector("section.progress progress")
    window.settle()
    assert window.page.locator(".task").count() == 5
    assert window.page.get_by_text("5/5").is_visible()


def test_a_question_of_the_reference_is_tried_in_place(visit):
    window = visit()
    window.go("/docs")
    operation = window.page.locator("#get_rows")
    operation.locator("[name=size]").fill("2")
    operation.locator("[name=filter]").fill("dep_delay:gt:1000")
    operation.get_by_role("button", name="Try it").click()
    reply = operation.locator(".reply")
    reply.get_by_text("200 OK").wait_for()
    assert '"matching": 1' in reply.locator("pre").first.inner_text()
    assert "filter=dep_delay%3Agt%3A1000" in reply.locator(".curl").inner_text()
    assert window.page.url.endswith("/docs")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_scrolls_no_page_sideways(visit, path):
    window = visit(viewport={"width": 360, "height": 740})
    window.go(path)
    assert not window.is_too_wide()


def test_dark_and_light_follow_the_reader(visit):
    colours = set()
    for scheme in ("light", "dark"):
        window = visit(color_scheme=scheme)
        window.go("/datasets/flights")
        get = "getComputedStyle(document.documentElement).{}"
        paper, ink = (_brightness(window, get.format(k)) for k in ("backgroundColor", "color"))
        assert abs(paper - ink) > 120
        colours.add(paper > ink)
    assert colours == {True, False}


def test_everything_but_the_slider_works_without_javascript(visit):
    window = visit(java_script_enabled=False)
    for path in PAGES[:6]:
        window.go(path)
    page = window.page
    window.go("/datasets/flights/outliers")
    assert not page.get_by_role("slider").is_visible()
    page.get_by_label("Flag above percentile").fill("99.9")
    page.get_by_role("button", name="Show").click()
    assert number(page.locator("[data-flagged]").inner_text()) <= 20
    window.go("/docs")
    page.locator("#get_dataset").get_by_role("button", name="Try it").click()
    assert page.url.endswith("/api/v1/datasets/flights")


def test_the_keyboard_reaches_the_content_first(visit):
    window = visit()
    window.go("/datasets")
    window.page.keyboard.press("Tab")
    link = window.page.get_by_role("link", name="Skip to the content")
    assert link.bounding_box()["x"] >= 0
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "content"


def _brightness(window, script: str) -> float:
    return sum(map(int, re.findall(r"\d+", window.page.evaluate(script))[:3])) / 3
