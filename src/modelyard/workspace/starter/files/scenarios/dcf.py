"""Discounted cash flow: what a business is worth by the cash it will bring."""

from dataclasses import dataclass
from typing import Annotated

from modelyard.whatif import Integer, Money, Percent, Table, chart, what_if


@dataclass
class Year:
    """The free cash flow of one year."""

    year: Annotated[int, Integer(minimum=1, maximum=100)]
    cash_flow: Annotated[float, Money("USD")]


@dataclass
class Discounted:
    """One year, seen from today."""

    year: int
    cash_flow: Annotated[float, Money("USD")]
    present_value: Annotated[float, Money("USD")]


@dataclass
class Valuation:
    """What the model gives."""

    enterprise_value: Annotated[float, Money("USD")]
    equity_value: Annotated[float, Money("USD")]
    terminal_value: Annotated[float, Money("USD", help="In the last year.")]
    present_terminal_value: Annotated[float, Money("USD")]
    terminal_share: Annotated[float, Percent(help="How much of the value lies beyond the plan.")]
    years: Annotated[list[Discounted], Table(chart=chart("bar", "year", "present_value"))]


PLAN = [Year(number, 9_500.0 + 500 * number) for number in range(1, 6)]


@what_if(title="Discounted cash flow")
def dcf(
    cash_flows: Annotated[list[Year], Table(most_rows=50, help="Free cash flow by year.")] = PLAN,
    wacc: Annotated[
        float, Percent(title="WACC", minimum="0.001", maximum=1, help="The cost of capital.")
    ] = 0.08,
    growth: Annotated[
        float,
        Percent(title="Terminal growth", minimum=-1, maximum="wacc - 0.0001"),
    ] = 0.025,
    net_debt: Annotated[float, Money("USD")] = 0.0,
) -> Valuation:
    """Add up discounted cash flows and a growing perpetuity after the last year (Gordon)."""
    years = [
        Discounted(line.year, line.cash_flow, line.cash_flow / (1 + wacc) ** line.year)
        for line in cash_flows
    ]
    last = cash_flows[-1]
    terminal = last.cash_flow * (1 + growth) / (wacc - growth)
    present = terminal / (1 + wacc) ** last.year
    value = sum(line.present_value for line in years) + present
    return Valuation(
        enterprise_value=value,
        equity_value=value - net_debt,
        terminal_value=terminal,
        present_terminal_value=present,
        terminal_share=present / value,
        years=years,
    )
