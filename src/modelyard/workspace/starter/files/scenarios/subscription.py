"""Subscription revenue: what customers bring in, how many leave, and what winning one costs."""

from dataclasses import dataclass
from typing import Annotated

from modelyard.whatif import Integer, Money, Number, Percent, Table, chart, what_if


@dataclass
class Month:
    """One month."""

    month: int
    mrr: Annotated[float, Money("USD", title="MRR", help="Monthly recurring revenue at its end.")]
    new: Annotated[float, Money("USD", title="New MRR")]
    lost: Annotated[float, Money("USD", title="Lost MRR")]


@dataclass
class Subscription:
    """What the model gives."""

    mrr: Annotated[float, Money("USD", title="MRR in the last month")]
    arr: Annotated[float, Money("USD", title="ARR in the last month", help="Twelve times MRR.")]
    ltv: Annotated[
        float | None,
        Money("USD", title="LTV", help="What a customer brings in; none where nobody leaves."),
    ]
    ltv_to_cac: Annotated[float | None, Number("x", title="LTV / CAC")]
    cac_payback: Annotated[float, Number("months", help="Until a customer has paid for itself.")]
    months: Annotated[list[Month], Table(chart=chart("line", "month", "mrr"))]


@what_if(title="Subscription revenue")
def subscription(
    initial_mrr: Annotated[float, Money("USD", title="MRR today", minimum=0)] = 10_000.0,
    monthly_churn: Annotated[
        float, Percent(minimum=0, maximum=1, help="The share of revenue that leaves in a month.")
    ] = 0.05,
    new_customers: Annotated[float, Number("customers a month", minimum=0, group="Growth")] = 100.0,
    arpu: Annotated[
        float, Money("USD", title="ARPU", minimum="0.01", help="Revenue per customer and month.")
    ] = 100.0,
    cac: Annotated[
        float, Money("USD", title="CAC", minimum=0, group="Growth", help="Cost to win a customer.")
    ] = 400.0,
    gross_margin: Annotated[float, Percent(minimum="0.01", maximum=1)] = 1.0,
    horizon: Annotated[int, Integer("months", minimum=1, maximum=600)] = 36,
) -> Subscription:
    """Follow monthly recurring revenue: what is there shrinks by churn, new customers add to it."""
    months: list[Month] = []
    mrr, new = initial_mrr, new_customers * arpu
    for month in range(1, horizon + 1):
        lost = mrr * monthly_churn
        mrr = mrr - lost + new
        months.append(Month(month, mrr, new, lost))
    earned = arpu * gross_margin
    ltv = earned / monthly_churn if monthly_churn > 0 else None
    return Subscription(
        mrr=mrr,
        arr=12 * mrr,
        ltv=ltv,
        ltv_to_cac=ltv / cac if ltv is not None and cac > 0 else None,
        cac_payback=cac / earned,
        months=months,
    )
