"""From the first start to a team at work, in a real browser, on each kind of database."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "seven quiet herons"
TOML = """
[workspace]
name = "Flight desk"

[datasets.flights]
source = "datasets/flights.parquet"
title = "Departures"

[datasets.salaries]
source = "datasets/salaries.csv"
title = "Salaries"
visibility = "private"
owner = "ana@example.com"
"""


@dataclass
class Service:
    """`modelyard serve`, with what it said when it started."""

    process: "subprocess.Popen[str]"
    address: str
    said: str

    def worker(self) -> int:
        """Give the process id of its worker for runs."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                words = stat.with_name("cmdline").read_text().split("\0")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and "worker" in words:
                return int(stat.parent.name)
        raise LookupError("no worker")


@contextmanager
def served(folder: Path, database_url: str) -> Iterator[Service]:
    """Serve a folder as a user does, and read what is printed up to the last line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--port", str(port)]
    environment = os.environ | {"MODELYARD_DATABASE_URL": database_url}
    with (folder.parent / "errors.txt").open("w") as errors:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    try:
        wait_for(f"http://localhost:{port}/health/live")
        yield Service(process, f"http://localhost:{port}", said)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str) -> None:
    """Wait until a service answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    pytest.fail(f"no answer from {address}")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A workspace with a table large enough to keep a worker busy, and a private one."""
    import numpy as np
    import polars as pl

    folder = tmp_path / "desk"
    (folder / "datasets").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    (folder / "datasets" / "salaries.csv").write_text("person,salary\nana,1\nben,2\n")
    draw = np.random.default_rng(3)
    columns = {f"measure_{n}": draw.normal(size=300_000) for n in range(6)}
    pl.DataFrame(columns).write_parquet(folder / "datasets" / "flights.parquet")
    return folder


@pytest.fixture
def window(browser: "Browser") -> Iterator[Callable[[], "Page"]]:
    """Open windows, each of another person."""
    opened: list[Page] = []

    def open_window() -> "Page":
        page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        opened.append(page)
        return page

    yield open_window
    for page in opened:
        page.context.close()


def test_a_team_from_its_first_start_to_a_run_that_survives(
    desk: Path, database_url: str, window: Callable[[], "Page"]
) -> None:
    with served(desk, database_url) as service:
        ana, ben = window(), window()
        become_the_owner(ana, service)
        accept(ben, invitation_for(ana, service, "ben@example.com"))
        assert_private_to_the_owner(ana, ben, service)
        assert_a_token_sees_what_its_person_sees(ben, service)
        address = start_a_long_run(ben, service)
        os.kill(service.worker(), signal.SIGKILL)
        ben.wait_for_selector("text=succeeded")
        assert "attempt 2" in ben.inner_text("main")
        ben.wait_for_selector("text=Result")
        sign_out_and_in(ana, service)
        ana.goto(address)
        assert "ben@example.com" in ana.inner_text("main")
        ana.goto(f"{service.address}/audit")
        noted = ana.inner_text("main")
        for action in ("link.create", "link.use", "token.create", "sign-in"):
            assert action in noted, noted


def become_the_owner(page: "Page", service: Service) -> None:
    """Follow the link that the first start printed."""
    found = re.search(r"http://\S+/welcome/\S+", service.said)
    assert found, service.said
    page.goto(found[0])
    page.fill("input[name=email]", "ana@example.com")
    fill_password(page)
    page.click("text=Create the account")
    page.wait_for_selector("text=ana@example.com")
    page.goto(found[0])
    assert "is not here" in page.inner_text("main") or "used" in page.inner_text("main")


def sign_out_and_in(page: "Page", service: Service) -> None:
    """Leave, come back to a page that needs a person, and be led there after signing in."""
    page.goto(f"{service.address}/")
    page.click("text=Sign out")
    page.goto(f"{service.address}/people")
    page.fill("input[name=email]", "ana@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button:has-text('Sign in')")
    page.wait_for_selector("h1:has-text('People')")


def invitation_for(page: "Page", service: Service, email: str) -> str:
    """Make a link for somebody on the page People."""
    page.goto(f"{service.address}/people")
    page.fill("form[action='/people/invite'] input[name=email]", email)
    page.select_option("form[action='/people/invite'] select[name=role]", "analyst")
    page.click("text=Make a link")
    link = page.get_attribute(".once a", "href")
    assert link
    return link


def accept(page: "Page", link: str) -> None:
    """Make an account with an invitation."""
    page.goto(link)
    fill_password(page)
    page.click("text=Create the account")
    page.wait_for_selector("text=ben@example.com")


def fill_password(page: "Page") -> None:
    """Type the new password twice."""
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)


def assert_private_to_the_owner(ana: "Page", ben: "Page", service: Service) -> None:
    """See that a private table is there for one and not for the other."""
    ana.goto(f"{service.address}/datasets")
    assert "Salaries" in ana.inner_text("main")
    ben.goto(f"{service.address}/datasets")
    assert "Departures" in ben.inner_text("main")
    assert "Salaries" not in ben.inner_text("main")
    secret = ben.goto(f"{service.address}/datasets/salaries")
    unknown = ben.goto(f"{service.address}/datasets/nothing")
    assert secret is not None
    assert unknown is not None
    assert secret.status == unknown.status == 404


def assert_a_token_sees_what_its_person_sees(page: "Page", service: Service) -> None:
    """Make a token on the page and use it from a program."""
    page.goto(f"{service.address}/account")
    page.fill("#token-name", "nightly")
    page.click("text=Create the token")
    found = re.search(r"myd_[\w-]+", page.inner_text("main"))
    assert found
    assert status(f"{service.address}/api/v1/datasets/flights?wait=20", found[0]) == 200
    assert status(f"{service.address}/api/v1/datasets/salaries", found[0]) == 404
    assert status(f"{service.address}/api/v1/datasets/flights", "myd_wrong") == 401
    assert status(f"{service.address}/api/v1/datasets/flights", None) == 401


def status(address: str, token: str | None) -> int:
    """Ask as a program does."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def start_a_long_run(page: "Page", service: Service) -> str:
    """Start a benchmark as a run, and wait until the worker is at it."""
    page.goto(f"{service.address}/datasets/flights/benchmark")
    page.click("text=Start as a run")
    page.wait_for_url("**/runs/*")
    page.wait_for_selector(".state-running, .tag:has-text('running')")
    time.sleep(1)
    return page.url
