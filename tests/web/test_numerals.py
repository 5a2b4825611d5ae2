"""Numbers as people read them."""

import pytest

from modelyard.web import numerals


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (2013, "2013"),
        (12345, "12 345"),
        (-12345, "-12 345"),
        (9007199254740993, "9 007 199 254 740 993"),
        (0.0, "0"),
        (5.0, "5"),
        (-0.5, "-0.5"),
        (12.639070, "12.6391"),
        (123456.789, "123 457"),
        (1234567.89, "1 234 568"),
        (0.00001234, "1.234 × 10⁻⁵"),
        (1e300, "1 × 10³⁰⁰"),
        (-2.5e-7, "-2.5 × 10⁻⁷"),
    ],
)
def test_figures(value, text):
    assert numerals.figure(value) == text.replace(" ", numerals.THIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (1, "100 %"), (0.5, "50.0 %"), (1e-9, "<0.1 %"), (0.99999, ">99.9 %")],
)
def test_shares_never_hide_a_little(value, text):
    assert numerals.share(value) == text.replace(" ", numerals.THIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (15_241, "15.2 kB"),
        (999_600, "1.00 MB"),
        (12_345_678, "12.3 MB"),
        (5_000_000_000_000, "5.00 TB"),
    ],
)
def test_sizes(value, text):
    assert numerals.size(value) == text.replace(" ", numerals.THIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00094, "940 µs"),
        (0.0123, "12.3 ms"),
        (0.9999, "1.00 s"),
        (59.94, "59.9 s"),
    ],
)
def test_durations(value, text):
    assert numerals.duration(value) == text.replace(" ", numerals.THIN)


def test_long_durations_may_break_between_minutes_and_seconds():
    assert numerals.duration(125) == "2\u202fmin 5\u202fs"


def test_nouns_agree():
    assert numerals.counted(1, "row") == "1 row"
    assert numerals.counted(2, "row") == "2 rows"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2013-01-31", "2013-01-31"),
        ("2013-01-31T10:30:00+00:00", "2013-01-31 10:30 UTC"),
        ("2013-01-31T10:30:01", "2013-01-31 10:30:01"),
        ("10:30:00", "10:30:00"),
        (None, numerals.NONE),
    ],
)
def test_moments_are_written_for_reading(text: str | None, shown: str) -> None:
    assert numerals.moment(text) == shown


def test_one_byte_is_no_bytes() -> None:
    assert numerals.size(1) == f"1{numerals.THIN}byte"
