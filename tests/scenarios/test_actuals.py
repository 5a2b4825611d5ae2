"""Plan against actuals: what was planned beside what happened."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from modelyard.errors import Invalid, NotFound
from modelyard.scenarios.actuals import Join, plan_against_actuals

PLAN = [
    {"year": 2026, "revenue": Decimal("100.00")},
    {"year": 2027, "revenue": Decimal("0.00")},
    {"year": 2028, "revenue": Decimal("50.00")},
]
SALES = pl.DataFrame(
    {
        "day": [date(2025, 1, 1), date(2026, 1, 1), date(2026, 5, 1), date(2027, 1, 1)],
        "amount": [Decimal("5.00"), Decimal("60.00"), Decimal("50.00"), Decimal("7.00")],
    }
)
JOIN = Join(key="year", plan="revenue", actual="amount", actual_key="day")


def test_days_become_years_and_figures_stay_exact():
    found = plan_against_actuals(PLAN, SALES.lazy(), JOIN)
    told = [(row.key, row.plan, row.actual, row.difference, row.share) for row in found.rows]
    assert told == [
        (2026, Decimal("100.00"), Decimal("110.00"), Decimal("10.00"), 0.1),
        (2027, Decimal("0.00"), Decimal("7.00"), Decimal("7.00"), None),
        (2028, Decimal("50.00"), None, None, None),
        (2025, None, Decimal("5.00"), None, None),
    ]
    assert found.together.difference == Decimal("17.00")
    assert found.as_json()["rows"][0]["difference"] == "10.00"


def test_the_rows_of_an_answer_are_a_plan_too():
    plan = [{"month": "2026-01", "revenue": "60.00"}, {"month": "2026-05", "revenue": 40.0}]
    join = Join(key="month", plan="revenue", actual="amount", actual_key="day")
    found = plan_against_actuals(plan, SALES, join)
    assert [(row.key, row.difference) for row in found.rows[:2]] == [
        ("2026-01", Decimal("0.00")),
        ("2026-05", 10.0),
    ]


@pytest.mark.parametrize(
    ("change", "fault", "words"),
    [
        ({"key": "yaer"}, NotFound, "Did you mean 'year'"),
        ({"actual": "amonut"}, NotFound, "Did you mean 'amount'"),
        ({"actual": "day", "actual_key": "amount"}, Invalid, "holds no numbers"),
        ({"actual_key": "amount"}, Invalid, "no key is on both sides: the plan has 2026"),
    ],
)
def test_what_cannot_be_joined_is_said_plainly(change, fault, words):
    fields = {"key": "year", "plan": "revenue", "actual": "amount", "actual_key": "day"} | change
    with pytest.raises(fault, match=words):
        plan_against_actuals(PLAN, SALES, Join(**fields))


def test_a_key_that_comes_twice_is_no_key():
    with pytest.raises(Invalid, match="has 2026 twice"):
        plan_against_actuals([PLAN[0], PLAN[0]], SALES, JOIN)
