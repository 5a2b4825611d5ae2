"""People in a real browser: signing in, inviting, tokens, sharing; light, dark, and on a phone."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard.settings import Settings
from modelyard.wiring import open_folder, open_records

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "seven quiet herons"
TOML = """
[workspace]
name = "Flight desk"

[datasets.flights]
source = "datasets/flights.csv"
"""
CROOKED = """() => [...document.querySelectorAll("main table")]
  .filter(table => table.tHead && table.tHead.checkVisibility() && table.tBodies[0].rows.length)
  .filter(table => [...table.tHead.rows[0].cells].some((head, place) => {
    const cell = table.tBodies[0].rows[0].cells[place].getBoundingClientRect();
    return Math.abs(cell.left - head.getBoundingClientRect().left) > 1;
  })).map(table => table.className)"""
"""Gives the tables in which a head does not stand above its column."""
PAGES = ("/account", "/people", "/audit", "/datasets/flights/access", "/")
WINDOWS = [
    {"viewport": {"width": 1200, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
]


@pytest.fixture
def desk(
    tmp_path: Path, serve: Callable[[Path, Path], AbstractContextManager[str]]
) -> Iterator[str]:
    """A service with an owner, Olga; gives its address."""
    folder = tmp_path / "desk"
    (folder / "datasets").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    (folder / "datasets" / "flights.csv").write_text("a,b\n" + "1,2\n" * 40)
    add = [sys.executable, "-m", "modelyard", "users", "add", "olga@example.com"]
    environment = os.environ | {
        "MODELYARD_WORKSPACE": str(folder),
        "MODELYARD_STATE": str(tmp_path / "state"),
    }
    subprocess.run(
        [*add, "--role", "owner", "--password-stdin"],
        input=PASSWORD,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    with serve(folder, tmp_path) as address:
        yield address


@pytest.fixture
def window(browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """Open windows; at the end the browser must not have complained of a page."""
    opened: list[Page] = []
    complaints: list[str] = []

    def open_window(**options: object) -> "Page":
        page = browser.new_context(**(WINDOWS[0] | options)).new_page()  # type: ignore[arg-type]
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda said: complaints.append(said.text))
        opened.append(page)
        return page

    yield open_window
    for page in opened:
        page.context.close()
    faults = [one for one in complaints if "the server responded with a status of" not in one]
    assert faults == []


def sign_in(page: "Page", address: str, email: str, password: str = PASSWORD) -> None:
    """Sign in on the form, wherever it led from."""
    page.goto(address)
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button:has-text('Sign in')")
    page.wait_for_load_state("load")


def asked(address: str, token: str = "") -> int:
    """Ask as a program does; give the status."""
    request = urllib.request.Request(address)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_one_signs_in_is_led_back_and_signs_out(desk: str, window: Callable[..., "Page"]) -> None:
    page = window()
    sign_in(page, f"{desk}/datasets/flights/rows?size=25", "olga@example.com", "not her password")
    assert "The e-mail address or the password is not right." in page.inner_text(".said")
    assert page.input_value("#email") == "olga@example.com"
    assert page.input_value("#password") == ""
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/datasets/flights/rows?size=25")
    assert page.evaluate("document.cookie") == ""
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_load_state("load")
    assert page.locator("table.data").count() == 0


def test_an_owner_invites_shares_and_the_other_sees_it(
    desk: str, window: Callable[..., "Page"]
) -> None:
    olga, ana = window(), window()
    sign_in(olga, f"{desk}/people", "olga@example.com")
    olga.fill("input[name=email]", "ana@example.com")
    olga.click("text=Make a link")
    link = olga.inner_text(".once code")
    assert link.startswith(f"{desk}/invitation/")
    assert olga.inner_text(".once button.copy") == "Copy"
    ana.goto(link)
    ana.fill("#name", "Ana")
    ana.fill("#password", "walnut bridge cello 4")
    ana.fill("#again", "walnut bridge cello 4")
    ana.click("text=Create the account")
    ana.wait_for_selector("header.top .who >> text=Ana")
    assert "flights" in ana.inner_text("main")
    olga.goto(f"{desk}/datasets/flights/access")
    olga.check("input[value=private]")
    olga.click("button:has-text('Save')")
    olga.wait_for_selector(".said.good")
    ana.goto(f"{desk}/datasets/flights")
    assert "404" in ana.inner_text("main")
    olga.check("input[value=shared]")
    olga.fill("#people", "ana@example.com")
    olga.click("button:has-text('Save')")
    olga.wait_for_selector("text=Shared with 1 person")
    ana.goto(f"{desk}/datasets/flights/access")
    assert "It is shared with you, ana@example.com." in ana.inner_text("main")


def test_a_token_is_made_tried_and_revoked(desk: str, window: Callable[..., "Page"]) -> None:
    page = window()
    sign_in(page, f"{desk}/account", "olga@example.com")
    page.fill("#token-name", "nightly export")
    page.select_option("#token-resource", "dataset/flights")
    page.click("text=Create the token")
    token = page.locator(".once code").first.inner_text()
    assert asked(f"{desk}/api/v1/datasets/flights") == 401
    assert asked(f"{desk}/api/v1/datasets/flights", token) == 200
    assert asked(f"{desk}/api/v1/users", token) == 403
    page.goto(f"{desk}/account")
    assert token not in page.content()
    page.click("text=Revoke")
    page.wait_for_selector("text=The token is revoked.")
    assert asked(f"{desk}/api/v1/datasets/flights", token) == 401


def test_signing_in_and_inviting_work_without_javascript(
    desk: str, window: Callable[..., "Page"]
) -> None:
    page = window(java_script_enabled=False)
    sign_in(page, f"{desk}/people", "olga@example.com")
    page.fill("input[name=email]", "ben@example.com")
    page.click("text=Make a link")
    assert f"{desk}/invitation/" in page.inner_text(".once code")
    page.click("text=Sign out")
    assert page.url == f"{desk}/sign-in"


@pytest.mark.parametrize("look", WINDOWS, ids=["light", "dark", "phone"])
def test_no_page_of_accounts_is_wider_than_the_window(
    desk: str, window: Callable[..., "Page"], look: dict[str, object]
) -> None:
    page = window(**look)
    sign_in(page, f"{desk}/", "olga@example.com")
    for path in PAGES:
        page.goto(desk + path)
        root = "document.documentElement"
        assert not page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"), path
        assert page.locator("header.top .who >> text=Sign out").is_visible(), path
        assert page.evaluate(CROOKED) == [], path


def test_a_form_on_another_site_changes_nothing(
    desk: str, window: Callable[..., "Page"], tmp_path: Path
) -> None:
    page = window()
    sign_in(page, f"{desk}/account", "olga@example.com")
    foreign = tmp_path / "evil.html"
    foreign.write_text(
        f'<form method="post" action="{desk}/people/invite">'
        '<input name="email" value="evil@example.com"><input name="role" value="owner">'
        "<button>Win a prize</button></form>"
    )
    page.goto(foreign.as_uri())
    page.click("text=Win a prize")
    page.wait_for_load_state("load")
    assert "another web site" in page.inner_text("body")
    page.goto(f"{desk}/audit")
    assert "evil@example.com" not in page.inner_text("main")


def test_a_laptop_without_users_is_told_how_to_add_people(
    window: Callable[..., "Page"],
    tmp_path: Path,
    serve: Callable[[Path, Path], AbstractContextManager[str]],
) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "t.csv").write_text("a\n1\n")
    with serve(folder, tmp_path) as address:
        page = window()
        page.goto(address)
        assert "Only you can reach this." in page.inner_text("footer")
        page.click("text=Add people")
        assert "modelyard users add you@example.com --role owner" in page.inner_text("main")
        settings = Settings(workspace=folder, state=tmp_path / "state")
        link = open_records(open_folder(settings=settings)).accounts.links.ensure_owner_link()
        page.goto(f"{address}/welcome/{link}")
        page.fill("#email", "me@example.com")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("text=Create the account")
        page.wait_for_selector("header.top .who >> text=me@example.com")
        assert "Only you can reach this." not in page.inner_text("footer")
