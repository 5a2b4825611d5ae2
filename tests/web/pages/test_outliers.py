"""The outliers page."""

import re


def test_the_worst_row_is_shown_with_its_reasons(get):
    text = get("/datasets/flights/outliers").get_data(as_text=True)
    assert "Row 5</a>" in text
    assert "90000.5" in text
    assert "Isolation Forest" in text


def test_moving_the_threshold_changes_the_count_without_a_new_fit(get):
    counts = [_flagged(get(f"/datasets/flights/outliers?threshold={t}").text) for t in (90, 99)]
    assert 30 <= counts[0] <= 40
    assert 1 <= counts[1] <= 4


def test_the_page_holds_the_curve_for_the_slider(get):
    text = get("/datasets/flights/outliers").get_data(as_text=True)
    curve = re.search(r'data-curve="([^"]+)"', text)
    assert curve
    points = [point.split(",") for point in curve[1].split(";")]
    assert float(points[0][0]) == 0
    assert int(points[-1][2]) == 0
    assert len(text) < 200_000


def test_three_thousand_columns_make_no_huge_page(get):
    text = get("/datasets/wide/outliers?detector=ecod").text
    assert "The first 60 of 3000 columns" in text
    assert "The first 200 of each" in text
    assert len(text) < 300_000


def test_a_detector_can_be_chosen(get):
    text = get("/datasets/flights/outliers?detector=ecod").get_data(as_text=True)
    assert '<option value="ecod" selected>' in text


def test_an_unknown_detector_leaves_the_choice(get):
    answer = get("/datasets/flights/outliers?detector=forest")
    assert answer.status_code == 422
    assert '<select name="detector">' in answer.text


def test_all_scores_can_be_taken_along(get, parse):
    links = parse(get("/datasets/flights/outliers?detector=ecod")).links
    assert "/api/v1/datasets/flights/outliers?detector=ecod&seed=0&format=csv" in links


def test_a_scan_under_way_shows_how_far_it_is(busy_site):
    answer = busy_site.get("/datasets/wide/outliers", headers={"Accept": "text/html"})
    assert answer.status_code == 202
    assert "Scoring every row" in answer.text
    assert '<select name="detector">' in answer.text


def _flagged(text: str) -> int:
    found = re.search(r"<output data-flagged>([^<]+)</output>", text)
    assert found
    return int(found[1].replace("\u202f", ""))
