"""How pages of what-if models write numbers that come in sentences."""

import pytest

from modelyard.errors import Denied, Invalid
from modelyard.web.numerals import THIN
from modelyard.web.pages.scenarios.variations import goal_words
from modelyard.web.what_if.fields import in_own_words
from modelyard.web.what_if.overruled import kept_of, overruled_words
from modelyard.web.what_if.written import worded

RATE = {"name": "rate", "title": "Yearly rate", "kind": "percent", "exact": True}
SUM = {"name": "principal", "title": "Principal", "kind": "money", "unit": "USD", "exact": True}
OUTPUT = {"name": "total_interest", "title": "Total interest", "kind": "money"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("5.3% gives 300,000.00 USD.", "5.3_% gives 300_000.00 USD."),
        ("between 1,750.00 USD and -783,017.34 USD", "between 1750.00 USD and -783_017.34 USD"),
        ("never at 3,000,000,000.", "never at 3_000_000_000."),
        ("the values 1,2,3 and 1,23 and v1,000", "the values 1,2,3 and 1,23 and v1,000"),
        ("0.1234 of 12,345,678,901,234,567,890", "0.1234 of 12_345_678_901_234_567_890"),
    ],
)
def test_sentences_have_the_numbers_of_pages(said: str, shown: str) -> None:
    assert worded(said) == shown.replace("_", THIN)


def test_a_finding_names_outputs_by_their_titles() -> None:
    said = goal_words("total_interest lies below 1,000,000.00 USD.", RATE, OUTPUT)
    assert said == f"Total interest lies below 1{THIN}000{THIN}000.00 USD."
    weird = OUTPUT | {"title": r"\1 <b>\g<0>"}
    assert goal_words("total_interest", RATE, weird) == r"\1 <b>\g<0>"


def test_a_number_outside_its_bounds_is_said_as_its_field_shows_it() -> None:
    fault = Invalid("scenarios/loan/x", "1000000000 is above the maximum 100000000.")
    assert in_own_words(SUM, fault).why == (
        f"1{THIN}000{THIN}000{THIN}000 is above the maximum 100{THIN}000{THIN}000."
    )
    fault = Invalid("scenarios/loan/x", "1.5 is above the maximum 1.")
    assert in_own_words(RATE, fault).why == f"150{THIN}% is above the maximum 100{THIN}%."
    other = Denied("scenarios/loan/x", "is locked.")
    assert in_own_words(RATE, other) is other


def test_what_was_saved_of_a_parameter_that_is_gone_is_told() -> None:
    locked = SUM | {"access": "locked"}
    definition = {"parameters": [RATE | {"access": "open"}, locked]}
    kept = kept_of(definition, {"rate": "0.05", "principal": "300000", "extra": "7"})
    assert kept.given == {"rate": "0.05"}
    said = overruled_words(definition, kept.overruled, {"rate": "0.05", "principal": "250000"})
    assert said == [
        f"Principal was saved as 300{THIN}000.00 USD and is locked now: "
        f"250{THIN}000.00 USD counts.",
        "extra was saved as 7 and is no parameter any more.",
    ]
    assert overruled_words(definition, {"principal": 300000.0}, {"principal": "300000"}) == []
