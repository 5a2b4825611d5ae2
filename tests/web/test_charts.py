"""Charts as SVG."""

from xml.etree import ElementTree

from modelyard.datasets.figures import Histogram
from modelyard.web.charts import heat_map, histogram, share_bar

NASTY = '"><script>alert(1)</script>'


def read(markup):
    return ElementTree.fromstring(str(markup))  # noqa: S314 (made here)


def test_a_histogram_has_a_name_words_and_bars_by_height():
    shown = Histogram(edges=(0.0, 1.0, 2.0, 3.0), counts=(10, 0, 5))
    svg = read(histogram(shown, NASTY, marker=1.5))
    bars = svg.findall("rect")
    assert svg.find("title").text == NASTY
    assert "The fullest: 0 to 1: 10 rows." in svg.find("desc").text
    assert [float(bar.get("height")) for bar in bars] == [64, 32]
    assert float(svg.find("line").get("x1")) == 150


def test_a_histogram_of_one_value_and_of_none():
    assert len(read(histogram(Histogram(edges=(7.0, 7.0), counts=(3,)), "x")).findall("rect")) == 1
    assert read(histogram(Histogram(edges=(), counts=()), "x")).find("desc").text == "No values."


def test_a_line_beyond_the_picture_stands_at_its_end():
    shown = Histogram(edges=(0.0, 1.0), counts=(1,))
    assert float(read(histogram(shown, "x", marker=9.0)).find("line").get("x1")) == 300


def test_a_heat_map_shows_sign_strength_and_value():
    svg = read(heat_map(["a", NASTY], [[1.0, -0.5], [-0.5, None]], "t", "d"))
    boxes = [group.find("rect").get("class") for group in svg.findall("g")]
    assert boxes == ["plus step-8", "minus step-4", "minus step-4", "unknown"]
    assert [group.find("text").text for group in svg.findall("g")][1] == "−0.50"


def test_a_bar_is_as_wide_as_its_share():
    parts = [read(share_bar(share)).findall("rect")[1] for share in (None, 0.25, 7, 1e-9)]
    assert [part.get("width") for part in parts] == ["0.00%", "25.00%", "100.00%", "0.60%"]
