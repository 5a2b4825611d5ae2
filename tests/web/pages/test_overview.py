"""A dataset's figures."""

import re
import time

from modelyard.web.pages.paging import Paging


def test_columns_have_cards_by_kind(get):
    text = get("/datasets/flights").get_data(as_text=True)
    for kind in ("number", "text", "date", "boolean"):
        assert f"kind-{kind}" in text
    assert "Histogram of delay" in text
    assert "9 007 199 254 740 993".replace(" ", "\u202f") in text
    assert "8 nulls, 2.0\u202f%" in text
    assert "exact</span>" in text


def test_extremes_that_are_not_drawn_are_counted(get):
    text = get("/datasets/flights").get_data(as_text=True)
    assert re.search(r"not drawn: (\d+ below, )?\d+ above", text)


def test_the_correlation_is_a_picture_and_a_table(get):
    text = _until(get, "/datasets/flights", "How the columns go together")
    assert "delay and distance: " in text
    assert '<table class="matrix">' in text


def test_three_thousand_columns_come_by_pages(get):
    text = get("/datasets/wide").get_data(as_text=True)
    assert text.count('<article class="card column') == 48
    assert "1–48 of 3000" in text
    assert "sensor_2999" in get("/datasets/wide?columns=63").get_data(as_text=True)


def test_three_thousand_columns_are_quick_once_they_are_known(get):
    get("/datasets/wide")
    started = time.perf_counter()
    get("/datasets/wide?columns=2")
    assert time.perf_counter() - started < 2


def test_columns_are_found_by_name(get):
    text = get("/datasets/wide?find=SENSOR_123").get_data(as_text=True)
    assert text.count('<article class="card column') == 10
    assert "No column" in get("/datasets/wide?find=zebra").get_data(as_text=True)


def test_a_table_without_rows_says_so(get):
    assert "no rows" in get("/datasets/header").get_data(as_text=True)


def test_work_that_is_not_done_shows_how_far_it_is(busy_site):
    answer = busy_site.get("/datasets/wide", headers={"Accept": "text/html"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 202
    assert 'data-poll="/api/v1/datasets/wide/statistics?wait=0"' in text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text
    assert "waiting for a free place" in text


def test_a_page_beyond_the_last_is_the_last():
    paging = Paging(count=100, size=48, asked=9)
    assert (paging.page, paging.first, paging.last) == (3, 97, 100)


def test_an_empty_list_has_one_page():
    paging = Paging(count=0, size=48)
    assert (paging.pages, paging.first, paging.last) == (1, 0, 0)


def _until(get, address, words, wait_s=30):
    until = time.monotonic() + wait_s
    while True:
        text = get(address).get_data(as_text=True)
        if words in text or time.monotonic() > until:
            return text
        time.sleep(0.2)
