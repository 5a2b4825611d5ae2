"""Loan amortisation, to the cent, as a contract writes it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from modelyard.whatif import Integer, Money, Percent, Table, cents, chart, what_if


@dataclass
class Instalment:
    """One line of the schedule."""

    month: int
    payment: Annotated[Decimal, Money("USD")]
    interest: Annotated[Decimal, Money("USD")]
    principal: Annotated[Decimal, Money("USD")]
    balance: Annotated[Decimal, Money("USD", help="What is owed after the payment.")]


@dataclass
class Loan:
    """What the model gives."""

    payment: Annotated[Decimal, Money("USD", title="Monthly payment")]
    last_payment: Annotated[Decimal, Money("USD", help="It takes up what rounding left over.")]
    months_paid: Annotated[int, Integer("months")]
    total_interest: Annotated[Decimal, Money("USD")]
    total_paid: Annotated[Decimal, Money("USD")]
    schedule: Annotated[list[Instalment], Table(chart=chart("area", "month", "balance"))]


@what_if(title="Loan amortisation")
def loan(
    principal: Annotated[
        Decimal, Money("USD", minimum=1, maximum=100_000_000, help="The sum that is borrowed.")
    ] = Decimal(300_000),
    rate: Annotated[
        Decimal, Percent(title="Yearly rate", minimum=0, maximum=1, help="Nominal, paid monthly.")
    ] = Decimal("0.07"),
    months: Annotated[int, Integer("months", minimum=1, maximum=600)] = 360,
    extra: Annotated[
        Decimal,
        Money("USD", title="Extra payment", minimum=0, maximum="principal", help="Every month."),
    ] = Decimal(0),
) -> Loan:
    """Pay a loan back in equal monthly payments, each rounded to the cent.

    Interest is rounded to the cent every month, half up; the last payment takes up the rest.
    """
    payment = level_payment(principal, rate / 12, months)
    schedule: list[Instalment] = []
    balance = principal
    while balance > 0:
        interest = cents(balance * rate / 12)
        is_last = len(schedule) + 1 == months
        paid = balance + interest if is_last else min(payment + extra, balance + interest)
        balance = balance + interest - paid
        schedule.append(Instalment(len(schedule) + 1, paid, interest, paid - interest, balance))
    interest_sum = sum((line.interest for line in schedule), Decimal(0))
    return Loan(
        payment=payment,
        last_payment=schedule[-1].payment,
        months_paid=len(schedule),
        total_interest=interest_sum,
        total_paid=principal + interest_sum,
        schedule=schedule,
    )


def level_payment(principal: Decimal, monthly_rate: Decimal, months: int) -> Decimal:
    """Give the payment that pays a loan back in equal parts, rounded to the cent."""
    if monthly_rate == 0:
        return cents(principal / months)
    growth = (1 + monthly_rate) ** months
    return cents(principal * monthly_rate * growth / (growth - 1))
