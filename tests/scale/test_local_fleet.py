"""A real fleet behind nginx grows and shrinks by a policy; the browser shows it, as simulated."""

import re
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from statistics import mean

import pytest
from fleet_against_simulation import ran
from local_fleet import find_nginx, wait_until

from modelyard.scale.load.figures import statuses

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed"),
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed"),
]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SECONDS = 18


@pytest.fixture(scope="module")
def shown():
    """What the browser showed when the fleet was small again."""
    return {}


@pytest.fixture(scope="module")
def result(tmp_path_factory, shown):
    folder = tmp_path_factory.mktemp("fleet")

    def look(fleet):
        wait_until(lambda: fleet.moments[-1].ready + fleet.moments[-1].starting == 1)
        wait_until(lambda: all(not thread.is_alive() for thread in fleet._leaving))
        if CHROMIUM:
            # In a thread of its own: other tests of this process may have a browser, too.
            with ThreadPoolExecutor(1) as alone:
                looked = alone.submit(look_in_browser, fleet.address, folder / "fleet.png")
                shown["page"] = looked.result()

    return ran(folder, SECONDS, seed=1, at_end=look)


def look_in_browser(address, picture):
    """Give the words of the page of the fleet, and what its plots tell to those who cannot see."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/fleet?span=minutes")
        page.screenshot(path=str(picture))
        told = page.inner_text("main"), page.locator(".fleet-plots").inner_html()
        browser.close()
    assert picture.stat().st_size > 10_000
    return told


def test_the_fleet_grows_with_the_load_and_shrinks_again(result):
    moments = result.fleet.moments
    assert max(one.wanted for one in moments) >= 3
    assert max(result.instances) >= 2, "3 or more, unless the machine is too busy to start them"
    assert moments[0].ready == moments[-1].ready == 1
    assert max(one.requests_per_s for one in moments) > 75


def test_no_request_is_lost_when_processes_come_and_go(result):
    assert set(statuses(result.answers)) == {"200"}


def test_the_timeline_in_the_browser_shows_that_it_grew_and_shrank(result, shown):
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    words, plots = shown["page"]
    assert "Last 10 minutes" in words
    name = socket.gethostname()
    assert words.count(name) >= 3, "all of them have the same name"
    assert "left" in words
    found = re.search(r"processes: 1 at .* from 1 to (\d)\.", plots)
    assert found, plots[:2000]
    assert int(found[1]) >= 2


def test_the_simulation_has_about_as_many_instances(result):
    apart = mean(result.instances) / result.outcome.mean_instances - 1
    assert abs(apart) < 0.4, "within 20 % where nothing else runs: benchmarks/fleet_ramp.py"
    assert abs(max(result.instances) - result.outcome.most_instances) <= 1
