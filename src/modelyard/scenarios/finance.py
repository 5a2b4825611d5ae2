"""Financial functions, as spreadsheets name them; cash that is paid out is negative.

`fv`, `pv`, `pmt`, `ipmt`, `ppmt`, `npv` and `irr` are those of numpy-financial. Its `nper` answers
a rate of 0 with NaN and is not used: `nper` is ours, and so is `annual_percentage_rate`.
"""

import math
from collections.abc import Sequence

from numpy_financial import fv, ipmt, irr, npv, pmt, ppmt, pv

from modelyard.errors import Invalid
from modelyard.scenarios.root import find_root

__all__ = ["annual_percentage_rate", "fv", "ipmt", "irr", "nper", "npv", "pmt", "ppmt", "pv"]

HIGHEST_RATE = 10.0
Payment = tuple[float, float]
"""When, in unit-periods from the advance, and how much."""


def nper(rate: float, pmt: float, pv: float, fv: float = 0.0, when: int = 0) -> float:
    """Give the number of payments, at the end (0) or the beginning (1) of each period.

    Raises Invalid where no number of payments is enough.
    """
    try:
        if rate == 0:
            return -(fv + pv) / pmt
        due = pmt * (1 + rate * when) / rate
        return math.log((due - fv) / (due + pv)) / math.log1p(rate)
    except (ValueError, ZeroDivisionError):
        raise Invalid("nper", "these payments never pay it off.") from None


def annual_percentage_rate(
    amount: float, payments: Sequence[Payment], unit_periods_a_year: float
) -> float:
    """Give the APR of an advance by the actuarial method of US Regulation Z, appendix J.

    A payment after a fraction of a unit-period counts simple interest for the fraction. Raises
    Invalid where no rate makes the payments worth the advance.
    """

    def missing(rate: float) -> float:
        worth = 0.0
        for when, paid in payments:
            whole = math.floor(when)
            worth += paid / ((1 + (when - whole) * rate) * (1 + rate) ** whole)
        return worth - amount

    low, high = missing(0.0), missing(HIGHEST_RATE)
    if low * high > 0:
        raise Invalid("APR", "no rate makes these payments worth the advance.")
    return find_root(missing, 0.0, HIGHEST_RATE, low, high) * unit_periods_a_year
