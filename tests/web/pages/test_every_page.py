"""What holds for all pages: the strict policy, escaping, a way back, light imports."""

import re
import subprocess
import sys

import pytest

ADDRESSES = [
    "/",
    "/datasets",
    "/datasets/flights",
    "/datasets/flights?approximate=1",
    "/datasets/flights/rows",
    "/datasets/flights/rows?filter=delay:gt:20&sort=-distance&size=25&page=2",
    "/datasets/flights/rows?filter=nothing:gt:20",
    "/datasets/flights/outliers?threshold=98",
    "/datasets/flights/benchmark",
    "/datasets/nasty",
    "/datasets/nasty/rows",
    "/datasets/nasty/outliers",
    "/datasets/nasty/rows?filter=%3Cscript%3E:eq:%22%3E%3Cscript%3Ealert(9)",
    "/datasets/nasty?find=%22%3E%3Cscript%3Ealert(9)",
    "/datasets/header",
    "/datasets/header/rows",
    "/datasets/header/outliers",
    "/datasets/empty",
    "/datasets/gone",
    "/datasets/climber",
    "/datasets/%3Cscript%3Ealert(9)",
    "/datasets/long",
    "/datasets/long/rows",
    "/datasets/wide",
    "/datasets/wide/rows",
    "/docs",
    "/docs/errors",
    "/about",
    "/about/flask",
    "/about/docker",
    "/functions",
    "/nothing/here",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_lives_with_the_strict_policy(get, parse, address):
    answer = get(address)
    page = parse(answer)
    assert answer.mimetype == "text/html"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert page.refused == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("h1") == 1
    assert "/datasets" in page.links
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_markup_in_names_and_values_stays_text(get, address):
    text = get(address).get_data(as_text=True)
    assert not re.search(r"<script>|<img src=x|<svg onload|<b>&", text)


def test_markup_is_shown_as_it_is_written(get):
    text = get("/datasets/nasty/rows").get_data(as_text=True)
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in text
    assert "&lt;svg onload=alert(4)&gt;" in text


def test_a_home_page_that_is_a_script_is_not_linked(get, parse):
    assert not any(link.startswith("javascript") for link in parse(get("/datasets/flights")).links)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/datasets/empty", 422),
        ("/datasets/gone", 404),
        ("/datasets/climber", 422),
        ("/datasets/flihgts", 404),
        ("/datasets/flights?colour=red", 422),
        ("/datasets/flights/outliers?detector=nose", 422),
        ("/datasets/flights/rows?page=x", 422),
        ("/nothing/here", 404),
    ],
)
def test_a_fault_has_its_status(get, address, status):
    assert get(address).status_code == status


def test_a_fault_names_place_and_cure(get):
    text = get("/datasets/flihgts").get_data(as_text=True)
    assert "dataset &#39;flihgts&#39;" in text
    assert "Did you mean &#39;flights&#39;?" in text


def test_pages_load_without_polars():
    code = (
        "import sys, modelyard.web.pages as p, modelyard.web.app;"
        "from modelyard.web.pages import home, datasets, rows, outliers, benchmark, docs;"
        "print([m for m in ('polars', 'numpy', 'sklearn', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_static_file_has_a_new_address_when_it_changes(get, site):
    address = re.search(r'href="(/static/app.css\?v=[0-9a-f]{8})"', get("/docs/errors").text)
    assert address
    assert site.get(address[1]).status_code == 200


def test_own_scripts_are_small():
    from importlib import resources

    folder = resources.files("modelyard.web").joinpath("static")
    scripts = [file for file in folder.iterdir() if file.name.endswith(".js")]
    sizes = {file.name: len(file.read_bytes()) for file in scripts}
    assert sizes
    assert {name for name, size in sizes.items() if size > 5_000} == set()
    assert sum(sizes.values()) < 20_000
