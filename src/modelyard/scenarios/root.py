"""Finding where a function is zero, between two places where its signs differ."""

from collections.abc import Callable

MOST_STEPS = 200
CLOSE = 1e-14
Point = tuple[float, float]
"""A place, and the function there."""


def find_root(
    function: Callable[[float], float], low: float, high: float, at_low: float, at_high: float
) -> float:
    """Give the place where the function changes its sign, as near as floats allow.

    Chandrupatla's method: bisection, and inverse quadratic interpolation where that is safe. The
    signs at both ends must differ.
    """
    b, a, c = low, high, high
    at_b, at_a, at_c = at_low, at_high, at_high
    share = 0.5
    for _ in range(MOST_STEPS):
        new = a + share * (b - a)
        at_new = function(new)
        if (at_new > 0) == (at_a > 0):
            c, at_c = a, at_a
        else:
            c, b, at_c, at_b = b, a, at_b, at_a
        a, at_a = new, at_new
        best, at_best = (a, at_a) if abs(at_a) < abs(at_b) else (b, at_b)
        tolerance = CLOSE * max(abs(best), 1e-9)
        width = abs(b - a)
        if at_best == 0 or width <= 2 * tolerance:
            return best
        share = _share((a, at_a), (b, at_b), (c, at_c))
        edge = tolerance / width
        share = min(1 - edge, max(edge, share))
    return best


def _share(new: Point, other: Point, last: Point) -> float:
    """Say how far from `new` to `other` to go next."""
    (a, at_a), (b, at_b), (c, at_c) = new, other, last
    if at_b in (at_a, at_c) or at_a == at_c or c == b:
        return 0.5
    place = (a - b) / (c - b)
    height = (at_a - at_b) / (at_c - at_b)
    if height**2 < place and (1 - height) ** 2 < 1 - place:
        return at_a / (at_b - at_a) * at_c / (at_b - at_c) + (c - a) / (b - a) * at_a / (
            at_c - at_a
        ) * at_b / (at_c - at_b)
    return 0.5
