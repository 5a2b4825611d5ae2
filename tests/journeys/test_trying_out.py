"""Trying operations out in /docs: in a real browser, signed in, and without the internet."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard.accounts.actor import LAPTOP
from modelyard.settings import Settings
from modelyard.wiring import open_folder, open_records

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server]
PASSWORD = "seven quiet herons"
DOCUMENT = """
openapi: 3.1.0
info: {title: Notes, version: "1"}
servers: [{url: /notes}]
paths:
  /add/{a}/{b}:
    get:
      operationId: notes.add
      summary: Add two numbers.
      parameters:
        - {name: a, in: path, required: true, schema: {type: integer}, example: 1}
        - {name: b, in: path, required: true, schema: {type: integer}, example: 4}
        - {name: times, in: query, schema: {type: integer, default: 1, maximum: 9}}
      responses: {"200": {description: sum, content: {application/json: {}}}}
  /keep:
    post:
      operationId: notes.keep
      summary: Keep a note.
      security: [{signedIn: [run]}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}}}
            example: {text: "it's <b>kept</b>"}
      responses: {"201": {description: kept, content: {application/json: {}}}}
components:
  securitySchemes: {signedIn: {type: http, scheme: bearer}}
"""
FUNCTIONS = """
import modelyard


def add(a: int, b: int, times: int = 1):
    return (a + b) * times


def keep(body: dict, asker: modelyard.Actor):
    return {"text": body["text"], "by": asker.email}, 201
"""


@pytest.fixture(scope="module")
def address(
    serve: Callable[[Path, Path], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A service with functions, and with Ana, who may run them."""
    place = tmp_path_factory.mktemp("trying")
    folder = place / "yard"
    folder.mkdir()
    (folder / "modelyard.toml").write_text("")
    (folder / "openapi.yml").write_text(DOCUMENT)
    (folder / "notes.py").write_text(FUNCTIONS)
    services = open_folder(settings=Settings(workspace=folder, state=place / "state"))
    records = open_records(services)
    from modelyard.db.migrate import migrate

    migrate(records.database)
    records.accounts.users.add("olga@example.com", "owner", by=LAPTOP, password=PASSWORD)
    records.accounts.users.add("ana@example.com", "analyst", by=LAPTOP, password=PASSWORD)
    records.database.engine.dispose()
    with serve(folder, place) as served:
        yield served


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    """A window in which Ana is signed in; the machine reaches nothing but the service."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    elsewhere: list[str] = []

    def only_here(route: object) -> None:
        if route.request.url.startswith(address):  # type: ignore[attr-defined]
            route.continue_()  # type: ignore[attr-defined]
        else:
            elsewhere.append(route.request.url)  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

    context.route("**/*", only_here)
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", "ana@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.goto(f"{address}/docs")
    yield page
    context.close()
    assert elsewhere == []
    assert complaints == []


def form_of(page: "Page", path: str) -> "Locator":
    """Open the part of an operation, and give its form."""
    form = page.locator(f'form.try[data-path="{path}"]')
    form.evaluate("form => { for (let one = form; one; one = one.parentElement) one.open = true }")
    return form


def asked(form: "Locator") -> tuple[str, str]:
    """Send a form, and give the line of facts and the answer."""
    form.locator("button").first.click()
    facts = form.locator(".reply .facts")
    facts.filter(has_text="·").wait_for()
    return facts.inner_text(), form.locator(".reply pre:not(.curl) code").inner_text()


def test_an_operation_is_asked_with_the_values_of_its_form(page: "Page") -> None:
    form = form_of(page, "/notes/add/{a}/{b}")
    form.locator("[name=a]").fill("20")
    form.locator("[name=b]").fill("1")
    form.locator("[name=times]").fill("2")
    facts, answer = asked(form)
    assert facts.startswith("200")
    assert answer == "42"
    assert "/notes/add/20/1?times=2" in form.locator(".curl code").inner_text()


def test_what_the_document_refuses_is_shown_with_the_rule(page: "Page") -> None:
    form = form_of(page, "/notes/add/{a}/{b}")
    form.locator("[name=a]").fill("far away?")
    form.locator("[name=b]").fill("1")
    facts, answer = asked(form)
    assert facts.startswith("422")
    assert '"parameter": "a"' in answer


def test_a_body_is_sent_in_the_name_of_the_person_who_is_signed_in(page: "Page") -> None:
    form = form_of(page, "/notes/keep")
    facts, answer = asked(form)
    assert facts.startswith("201")
    assert '"by": "ana@example.com"' in answer
    assert "it's <b>kept</b>" in answer, "shown as text, not as HTML"
    assert form.locator(".reply b").count() == 0
    assert "it's <b>kept</b>" in shlex.split(form.locator(".curl code").inner_text())[-1]


def test_after_signing_out_it_says_what_is_missing(page: "Page", address: str) -> None:
    page.context.clear_cookies()
    form = form_of(page, "/notes/keep")
    facts, _ = asked(form)
    assert facts.startswith("401")
