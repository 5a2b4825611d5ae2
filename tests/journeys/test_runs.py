"""Long work, started, watched and ended by a person, in a real browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from run_worker import run_worker

pytestmark = pytest.mark.browser

TOML = """
[workspace]
name = "Flight desk"

[datasets.flights]
source = "datasets/flights.parquet"
title = "Departures"
"""
WATCH = """
window.seen = [];
new MutationObserver(() => {
  const bar = document.querySelector("[data-live=head] progress");
  if (bar) window.seen.push(bar.value);
}).observe(document.body, {subtree: true, childList: true, attributes: true});
"""


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Path, Path], AbstractContextManager[str]],
) -> Iterator[str]:
    """A service with a worker, for a table of 5,000 departures."""
    import polars as pl

    place = tmp_path_factory.mktemp("runs")
    files = place / "desk" / "datasets"
    files.mkdir(parents=True)
    (place / "desk" / "modelyard.toml").write_text(TOML)
    number = pl.int_range(5000)
    table = pl.select(
        delay=(number * 37) % 61, distance=(number * 17) % 997, day=(number * 7) % 365
    )
    table[77, "delay"] = 1301
    table.write_parquet(files / "flights.parquet")
    with serve(place / "desk", place) as address, run_worker(place / "desk", place / "state"):
        yield address


def start_echo(window, seconds: float, text: str = "hello") -> None:
    """Start an echo over REST, as a program on this machine does, and open its page."""
    wanted = {"kind": "echo", "request": {"text": text, "seconds": seconds}}
    run = window.page.request.post(f"{window.address}/api/v1/runs", data=wanted).json()
    window.page.goto(window.address + run["links"]["page"])


def state(window) -> str:
    return window.page.locator(".run-head .state").inner_text()


def test_a_scan_is_started_watched_and_read_without_a_reload(visit):
    window = visit()
    window.go("/datasets/flights/outliers?detector=ecod")
    page = window.page
    page.get_by_label("Detector").select_option("hbos")
    page.get_by_role("button", name="Start as a run").click()
    page.wait_for_url("**/runs/*")
    page.evaluate("window.isSame = true")
    page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    assert page.evaluate("window.isSame")
    assert state(window) == "succeeded"
    assert "stand out" in page.locator("[data-live=result]").inner_text()
    assert "began on worker" in page.get_by_role("log").inner_text()
    assert page.get_by_role("link", name="scores.parquet").is_visible()
    page.get_by_role("link", name="Show all of it on the dataset's page").click()
    page.wait_for_url("**/datasets/flights/outliers?detector=hbos**")
    window.settle()
    assert page.get_by_role("link", name="Row 77", exact=True).is_visible()


def test_the_bar_moves_while_the_work_goes_on(visit):
    window = visit()
    start_echo(window, 4)
    window.page.evaluate(WATCH)
    window.page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    seen = [value for value in window.page.evaluate("window.seen") if value > 0]
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3


def test_a_run_is_cancelled_by_its_button(visit):
    window = visit()
    start_echo(window, 600)
    page = window.page
    page.get_by_text(re.compile(r"of 600 seconds")).wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Try again").wait_for()
    assert state(window) == "cancelled"
    assert "this computer asked to end it" in page.get_by_role("log").inner_text()
    assert page.locator("progress").count() == 0


def test_the_list_follows_by_itself(visit):
    window, other = visit(), visit()
    window.page.goto(f"{window.address}/runs")
    window.page.evaluate("window.isSame = true")
    start_echo(other, 600, "in the other window")
    line = window.page.locator(".run", has_text="in the other window")
    line.locator("progress").wait_for(timeout=40_000)
    other.page.get_by_role("button", name="Cancel").click()
    line.locator(".state", has_text="cancelled").wait_for(timeout=40_000)
    assert window.page.evaluate("window.isSame")


def test_a_page_that_nobody_sees_lets_its_stream_go_and_comes_back(visit):
    window = visit()
    start_echo(window, 600)
    page = window.page
    page.get_by_text(re.compile(r"of 600 seconds")).wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for is_hidden in ("true", "false"):
        page.evaluate(f"""
            Object.defineProperty(document, "hidden", {{value: {is_hidden}, configurable: true}});
            document.dispatchEvent(new Event("visibilitychange", {{bubbles: true}}));
        """)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Try again").wait_for()
    assert [address for address in asked if re.search(r"/events\?after=[1-9]", address)]
    lines = page.get_by_role("log").locator("li")
    assert lines.count() == len(set(lines.all_inner_texts()))


def test_a_page_follows_without_a_stream_too(visit):
    window = visit()
    window.page.route("**/events?**", lambda route: route.fulfill(status=503))
    start_echo(window, 3)
    window.page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    assert "succeeded" in window.page.get_by_role("log").inner_text()
    refused = [said for said in window.complaints if "503" in said]
    assert window.complaints == refused
    window.complaints.clear()


def test_a_page_follows_without_javascript(visit):
    window = visit(java_script_enabled=False)
    window.page.goto(f"{window.address}/runs")
    window.page.get_by_label("What").select_option("echo")
    window.page.get_by_role("button", name="Start as a run").click()
    window.page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    assert state(window) == "succeeded"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_pages_of_runs_fit(visit, width, scheme):
    window = visit(viewport={"width": width, "height": 740}, color_scheme=scheme)
    start_echo(window, 0, "a_long_text_without_a_space_" * 3)
    window.page.get_by_role("heading", name="Result").wait_for(timeout=60_000)
    assert not window.is_too_wide()
    for path in ("/runs", "/datasets/flights/runs", "/runs?state=failed&kind=fetch", "/docs"):
        window.page.goto(window.address + path)
        assert not window.is_too_wide(), path
    colours = window.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    is_dark = sum(map(int, re.findall(r"\d+", colours)[:3])) < 380
    assert is_dark is (scheme == "dark")
