"""Numbers are written exactly where they are whole, and short where they are not."""

import pytest

from modelyard.cli.screen import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (2013, "2013"),
        (9999, "9999"),
        (10_000, "10,000"),
        (-336_776, "-336,776"),
        (2**70, "1,180,591,620,717,411,303,424"),
        (2013.0, "2013"),
        (12.6390702573, "12.6391"),
        (1349.10994731, "1349.11"),
        (1234567.89, "1,234,568"),
        (0.00012345678, "0.00012"),
        (0.00001234, "1.234e-05"),
        (-0.5, "-0.5"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        ("2024-01-31", "2024-01-31"),
    ],
)
def test_figures(value, text):
    assert numbers.number_text(value) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (15_241, "15.2 kB"),
        (5_202_510, "5.2 MB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_sizes(size, text):
    assert numbers.bytes_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123, "1.23 ms"), (0.5, "500 ms"), (12.345, "12.3 s"), (12345.6, "12,346 s")],
)
def test_durations(seconds, text):
    assert numbers.seconds_text(seconds) == text


def test_ratios_and_plurals():
    assert numbers.ratio_text(2.54) == "2.5×"
    assert numbers.ratio_text(None) == "–"
    assert numbers.plural(1, "row") == "1 row"
    assert numbers.plural(12_345, "row") == "12,345 rows"
