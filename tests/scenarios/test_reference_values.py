"""All reference values in finance/ come out right: published, or computed by others."""

import csv
import json
import re
from decimal import Decimal

import pytest

from modelyard.errors import Invalid
from modelyard.scenarios import finance


def rows(path):
    return list(csv.DictReader(path.open()))


def test_the_mortgage_is_right_to_the_cent_in_all_360_rows(example, shared_data):
    published = rows(shared_data / "finance" / "mortgage_300k_7pct_360_cent_rounded.csv")
    answer = example["loan"].run(principal=300_000, rate="7%", months=360)
    ours = [
        {
            "period": str(line["month"]),
            **{key: str(line[key]) for key in ("payment", "principal", "interest", "balance")},
        }
        for line in answer["schedule"]
    ]
    assert ours == published
    assert str(answer["payment"]) == "1995.91"
    assert str(answer["last_payment"]) == "1992.36"
    assert str(answer["total_interest"]) == "418524.05"


def test_the_documented_loan_is_right(shared_data):
    documented = rows(shared_data / "finance" / "loan_2500_8.24pct_12m_documented.csv")
    balance = 2500.0
    for row in documented:
        period, rate = int(row["period"]), 0.0824 / 12
        interest = float(finance.ipmt(rate, period, 12, 2500))
        principal = float(finance.ppmt(rate, period, 12, 2500))
        balance += principal
        found = (round(principal, 2), round(interest, 2), abs(round(balance, 2)))
        assert found == (
            float(row["principal_part"]),
            float(row["interest_part"]),
            float(row["balance"]),
        )


def test_the_documented_financial_functions_are_right(shared_data):
    for row in rows(shared_data / "finance" / "numpy_financial_documented.csv"):
        found = evaluated(row["function"], row["arguments"])
        places = re.match(r"(\d)dp", row["precision"])
        near = {"abs": 0.5001 * 10 ** -int(places[1])} if places else {"rel": 1e-12}
        assert found == pytest.approx(float(row["documented_value"]), **near), row


def evaluated(function, arguments):
    named = dict(re.findall(r"(\w+)=([^,;]+)", arguments))
    numbers = {key: float(Decimal(value.split("/")[0])) for key, value in named.items()}
    for key, value in named.items():
        if "/" in value:
            numbers[key] /= float(value.split("/")[1])
    if function in ("irr", "npv"):
        flows = [float(part) for part in arguments.split(";") if "=" not in part]
        return finance.npv(numbers["rate"], flows) if function == "npv" else finance.irr(flows)
    if function == "sum_ipmt":
        periods = range(1, int(numbers["nper"]) + 1)
        rate, principal = numbers["rate"], numbers["principal"]
        return sum(finance.ipmt(rate, n, numbers["nper"], principal) for n in periods)
    return getattr(finance, function)(**numbers)


def test_the_number_of_payments_without_interest_is_right():
    assert finance.nper(0, -150, 9000) == 60  # numpy-financial says infinity or NaN
    with pytest.raises(Invalid, match="these payments never pay it off"):
        finance.nper(0.1, -5, 100)


TERMS = {
    "(c)(1)(i)": (5000, [(n, 230) for n in range(1, 25)], 12),
    "(c)(1)(ii)": (6000, [(n + 19 / 30, 200) for n in range(1, 37)], 12),
    "(c)(1)(iii)": (5000, [(n + 6 / 15, 219.17) for n in range(24)], 24),
    "(c)(1)(iv)": (10_000, [(n + 39 / 90, 385) for n in range(1, 41)], 4),
    "(c)(1)(v)": (500, [(n + 4 / 7, 17.60) for n in range(4, 34)], 52),
}


def test_the_rates_of_regulation_z_are_right(shared_data):
    published = rows(shared_data / "finance" / "reg_z_appendix_j.csv")
    assert {row["example"] for row in published} == set(TERMS)
    for row in published:
        found = 100 * finance.annual_percentage_rate(*TERMS[row["example"]])
        assert found == pytest.approx(float(row["apr_recomputed"]), abs=1e-4)
        assert round(found, 2) == float(row["published_apr_percent"])


def test_the_discounted_cash_flow_is_right(example, shared_data):
    case = json.loads((shared_data / "finance" / "dcf_simple.json").read_text())
    plan = [{"year": n, "cash_flow": flow} for n, flow in enumerate(case["inputs"]["fcf"], 1)]
    answer = example["dcf"].run(
        cash_flows=plan, wacc=case["inputs"]["wacc"], growth=case["inputs"]["terminal_growth"]
    )
    exact = case["exact"]
    found = [line["present_value"] for line in answer["years"]]
    assert found == pytest.approx(exact["pv_fcf"], rel=1e-14)
    assert answer["terminal_value"] == pytest.approx(exact["terminal_value"], rel=1e-14)
    assert answer["present_terminal_value"] == pytest.approx(exact["pv_terminal"], rel=1e-14)
    assert answer["enterprise_value"] == pytest.approx(exact["enterprise_value"], rel=1e-14)


def test_subscription_revenue_is_right(example, shared_data):
    cases = json.loads((shared_data / "finance" / "saas_reference.json").read_text())["cases"]
    for case in cases:
        inputs = case["inputs"]
        answer = example["subscription"].run(
            initial_mrr=inputs["initial_mrr"],
            monthly_churn=inputs["monthly_churn"],
            new_customers=inputs["new_customers_per_month"],
            arpu=inputs["arpu"],
        )
        months = [month["mrr"] for month in answer["months"]]
        assert months[0] == case["published"]["mrr_month_1"]
        assert months == pytest.approx(case["computed"]["mrr_by_month"], rel=1e-9)
        assert answer["ltv"] == case["published"].get("ltv")
