"""Charts as SVG."""

from xml.etree import ElementTree

import pytest

from modelyard.datasets.figures import Histogram
from modelyard.web.charts import (
    Plot,
    Series,
    heat_map,
    histogram,
    plot,
    share_bar,
    span_bar,
)
from modelyard.web.charts.scale import scale_of, spread_places

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


def drawing(markup):
    figure = read(markup)
    return figure, figure.find("svg")


def test_a_scale_has_round_ends_around_all_values():
    assert scale_of([0.3, 9.1]).ticks == (0, 2.5, 5, 7.5, 10)
    assert scale_of([1990, 2210], has_zero=False).low >= 1900
    assert scale_of([-5, 20]).ticks[0] < 0 < scale_of([-5, 20]).ticks[-1]
    assert scale_of([]).ticks
    assert scale_of([7, 7], has_zero=False).share(7) == pytest.approx(0.5, abs=0.3)
    assert scale_of([float("nan"), float("inf"), 1.0]).high >= 1


def test_a_plot_has_a_name_words_labels_and_a_legend():
    series = [Series(NASTY, [1.0, None, 3.0]), Series("b", [2.0, 2.0, 2.0])]
    figure, svg = drawing(plot(Plot("line", NASTY, ["x", "y", NASTY], series, "USD")))
    assert svg.find("title").text == NASTY
    assert f"{NASTY}: 1 at x, 3 at {NASTY}, from 1 to 3." in svg.find("desc").text
    assert figure.find("p").text == "USD"
    assert len(figure.find("figcaption")) == 2
    assert len(svg.findall("line[@class='curve s-0']")) == 2
    assert len(svg.findall("polyline")) == 1


def test_bars_stand_on_zero_and_a_waterfall_goes_on_from_the_last_step():
    _, svg = drawing(plot(Plot("bar", "t", ["a", "b"], [Series("s", [5.0, -5.0])])))
    up, down = svg.findall("rect")
    assert float(up.get("y")) + float(up.get("height")) == float(down.get("y")) == 100
    _, svg = drawing(plot(Plot("waterfall", "t", ["a", "b"], [Series("s", [10.0, -4.0])])))
    first, second = svg.findall("rect")
    assert (first.get("class"), second.get("class")) == ("up", "down")
    assert first.get("y") == second.get("y")


def test_an_area_is_filled_down_to_zero_and_a_band_lies_around_a_curve():
    _, svg = drawing(plot(Plot("area", "t", ["a", "b"], [Series("s", [1.0, 2.0])])))
    assert svg.find("polygon").get("class") == "fill s-0"
    banded = Series("s", [1.0, 2.0], [0.5, 1.5], [1.5, 2.5])
    _, svg = drawing(plot(Plot("line", "t", ["a", "b"], [banded])))
    assert svg.find("polygon").get("class") == "band s-0"


def test_a_plot_without_values_is_a_plot():
    _, svg = drawing(plot(Plot("line", "t", [], [Series("s", [])])))
    assert svg.find("desc").text == "No values."


def test_many_labels_are_thinned_with_the_first_and_the_last():
    for count in (1, 2, 7, 8, 13, 360, 1500):
        chosen = list(spread_places(count, 7))
        assert (chosen[0], chosen[-1]) == (0, count - 1)
        assert len(chosen) <= 7


def test_a_span_bar_goes_both_ways_from_the_middle():
    svg = read(span_bar(80.0, 130.0, 100.0, scale_of([80, 130], has_zero=False)))
    down, up = svg.findall("rect")
    assert (down.get("class"), up.get("class")) == ("moved-down", "moved-up")
    assert len(read(span_bar(None, 1.0, 1.0, scale_of([0, 1]))).findall("rect")) == 1
