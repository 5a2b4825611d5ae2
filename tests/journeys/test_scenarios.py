"""What-if models from the first form to a warehouse and a replay, in a real browser."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from run_worker import run_worker

if TYPE_CHECKING:
    from postgres_server import PostgresServer

pytestmark = pytest.mark.browser
PASSWORD = "seven quiet herons"
OLGA, ANA = "olga@example.com", "ana@example.com"
TOML = '[workspace]\nname = "Finance desk"\n'
ADDING = """
import sys
from modelyard import wiring
from modelyard.accounts.actor import LAPTOP
from modelyard.db.migrate import migrate

records = wiring.open_records(wiring.open_folder())
migrate(records.database)
for email, role in (("olga@example.com", "owner"), ("ana@example.com", "analyst")):
    records.accounts.users.add(email, role, by=LAPTOP, password=sys.argv[1], name=email[:4].title())
"""


@pytest.fixture(scope="module")
def warehouse(postgres: "PostgresServer") -> Iterator[str]:
    """An empty Postgres database for outputs."""
    yield postgres.make_database("what_if_warehouse")
    postgres.drop_database("what_if_warehouse")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, warehouse: str) -> Iterator[Path]:
    """A workspace with the loan of the example; all processes know the warehouse."""
    from modelyard.workspace import starter

    place = tmp_path_factory.mktemp("finance")
    folder = place / "desk"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "modelyard.toml").write_text(TOML)
    example = Path(starter.__file__).parent / "files" / "scenarios" / "loan.py"
    (folder / "scenarios" / "loan.py").write_text(example.read_text())
    settings = {
        "MODELYARD_WORKSPACE": str(folder),
        "MODELYARD_STATE": str(place / "state"),
        "MODELYARD_WAREHOUSE": warehouse,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        subprocess.run([sys.executable, "-c", ADDING, PASSWORD], check=True)
        yield folder


@pytest.fixture(scope="module")
def server(desk: Path, serve: Callable[[Path, Path], AbstractContextManager[str]]) -> Iterator[str]:
    """The service with a worker, and two people who have accounts."""
    state = desk.parent / "state"
    with serve(desk, desk.parent) as address, run_worker(desk, state):
        yield address


def sign_in(window, email: str):
    page = window.page
    page.set_default_timeout(60_000)
    page.goto(f"{window.address}/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/$"))
    return page


def make_margin(page, address: str) -> None:
    """Make a model with open, locked and derived parameters by the form alone."""
    page.goto(f"{address}/scenarios")
    page.get_by_role("button", name="New model").click()
    page.locator("input[name=_name]").fill("margin")
    page.locator("input[name=_title]").fill("Margin of a product")
    lines = (
        ("price", "money", "open", "10", "1", "100"),
        ("pieces", "integer", "open", "1000", "0", "100000"),
        ("tax", "percent", "locked", "20%", "", ""),
    )
    for number, (name, kind, state, value, low, high) in enumerate(lines):
        field = f"p.{number}."
        page.locator(f"input[name='{field}name']").fill(name)
        page.locator(f"select[name='{field}kind']").select_option(kind)
        page.locator(f"select[name='{field}state']").select_option(state)
        for what, text in (("value", value), ("minimum", low), ("maximum", high)):
            page.locator(f"input[name='{field}{what}']").fill(text)
    page.locator("input[name='o.0.name']").fill("net")
    page.locator("input[name='o.0.title']").fill("Net revenue")
    page.locator("input[name='o.0.formula']").fill("price * pieces * (1 - tax)")
    page.get_by_text("Everybody signed in").click()
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(re.compile("/scenarios/margin$"))


def test_from_a_model_to_the_warehouse_and_a_replay(visit, warehouse, tmp_path):
    owner = visit()
    make_margin(sign_in(owner, OLGA), owner.address)
    window = visit()
    page = sign_in(window, ANA)
    root = f"{window.address}/scenarios/margin"
    meet_the_lock(page, root)
    vary_and_save(page, root)
    compare_three(page)
    draw_by_chance(page, root)
    take_excel_and_bring_it_back(page, root, tmp_path / "margin.xlsx")
    run = run_into_warehouse(page, root)
    assert written(warehouse, run) == [9600, 12000, 16000]
    keep_and_replay(page, root)
    assert "dentical" in replayed(run)


def meet_the_lock(page, root: str) -> None:
    """The analyst sees the locked parameter and cannot move it, by the form or beside it."""
    page.goto(root)
    assert page.locator(".key-figures .first dd").first.inner_text() == "8000"
    assert page.locator("[name^='tax']").count() == 0
    assert "20" in page.locator(".param.locked").inner_text()
    moved = page.request.get(f"{root}?tax.percent=0")
    assert moved.status == 403
    assert "Is locked at 20%" in moved.text()
    assert page.request.get(f"{root}/edit").status == 403


def vary_and_save(page, root: str) -> None:
    """A changed value is worked out at once, and the address follows; three are saved."""
    for price, figure in (("12", "9600"), ("15", "12\u202f000"), ("20", "16\u202f000")):
        page.goto(root)
        page.evaluate("window.isSame = true")
        page.get_by_label("Price", exact=True).fill(price)
        page.get_by_label("Price", exact=True).press("Tab")
        page.locator(".key-figures .first dd", has_text=figure).wait_for()
        assert f"price={price}" in page.url
        assert page.evaluate("window.isSame"), "worked out without loading the page anew"
        page.locator("input[name=_name]").last.fill(f"At {price}")
        page.get_by_role("button", name="Save scenario").click()
        page.get_by_text("It is saved.").wait_for()


def compare_three(page) -> None:
    page.get_by_role("link", name="Compare", exact=True).click()
    for box in page.locator(".choose input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Compare those ticked").click()
    page.get_by_role("heading", name="3 scenarios side by side").wait_for()
    table = page.get_by_role("region", name="Comparison").inner_text()
    assert "Price" in table
    assert "Pieces" not in table


def draw_by_chance(page, root: str) -> None:
    """A few draws at once, and many as a run."""
    page.goto(f"{root}/montecarlo")
    page.get_by_role("link", name="Try a tenth around each value").click()
    page.get_by_text("Nine of ten draws lie between").wait_for()
    page.locator("input[name=_draws]").fill("20000")
    page.get_by_role("button", name="Start as a run").click()
    page.get_by_role("heading", name="Result").wait_for()
    assert "20\u202f000 draws of margin" in page.locator("main").inner_text()


def take_excel_and_bring_it_back(page, root: str, file: Path) -> None:
    page.goto(f"{root}?price=12&pieces=500")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    download.value.save_as(file)
    assert "xl/workbook.xml" in zipfile.ZipFile(file).namelist()
    page.goto(root)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload inputs").click()
    page.wait_for_url(re.compile("pieces=500"))
    assert page.get_by_label("Pieces", exact=True).input_value() == "500"


def run_into_warehouse(page, root: str) -> str:
    """Have all three worked out by a worker; gives the id of the run."""
    page.goto(f"{root}/runs")
    for box in page.locator(".choose input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Start as a run").click()
    page.get_by_role("heading", name="Result").wait_for()
    assert "3 of 3 scenarios" in page.locator("main").inner_text()
    return page.url.rpartition("/")[2].partition("?")[0]


def keep_and_replay(page, root: str) -> None:
    page.goto(f"{root}/compare")
    page.get_by_role("link", name="At 20").first.click()
    page.get_by_role("button", name="Work it out and keep the figures").click()
    page.get_by_text("Figures are kept.").wait_for()
    page.get_by_role("button", name="Replay").click()
    page.get_by_text("Identical.").first.wait_for()


def written(url: str, run: str) -> list[float]:
    """Give what a run wrote into the warehouse, the least first."""
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select value from modelyard.margin__net where run_id = %s order by value", (run,)
        ).fetchall()
    return [float(value) for (value,) in rows]


def replayed(run: str) -> str:
    """Work a run out again in a process of its own, as on another day."""
    command = [sys.executable, "-m", "modelyard", "runs", "replay", run]
    command += ["-w", os.environ["MODELYARD_WORKSPACE"]]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_model_is_used_without_javascript(visit):
    window = visit(java_script_enabled=False)
    page = sign_in(window, ANA)
    page.goto(f"{window.address}/scenarios/loan")
    page.get_by_label("Yearly rate", exact=True).fill("6.5")
    page.get_by_role("button", name="Work it out").click()
    page.wait_for_url(re.compile(r"rate\.percent=6\.5"))
    assert "1896.20 USD" in page.locator(".key-figures").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_of_what_if_models_fit(visit, width, scheme):
    window = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    sign_in(window, OLGA)
    tabs = ("", "/compare?_vary=rate&_values=5%25,6%25", "/sensitivity", "/edit", "/access")
    more = ("/grid?_by=rate&_values=4%25..8%25+in+4&_by2=months&_values2=180,360", "/versions")
    chance = ("/montecarlo?_draw.months=uniform(300,400)&_draws=50", "/runs", "/goal-seek")
    for path in ("/scenarios", "/scenarios/-/new"):
        window.page.goto(window.address + path)
        assert not window.is_too_wide(), path
    for path in (*tabs, *more, *chance):
        window.page.goto(f"{window.address}/scenarios/loan{path}")
        assert not window.is_too_wide(), path
