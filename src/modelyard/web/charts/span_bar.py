"""A bar from one value to another, as the rows of a tornado have."""

from markupsafe import Markup

from modelyard.web.charts.scale import Scale
from modelyard.web.charts.svg import element


def span_bar(low: float | None, high: float | None, middle: float, scale: Scale) -> Markup:
    """Draw what lies below and above the middle; the numbers stand beside it.

    `low` is the figure where the parameter was moved down: its side has a colour of its own.
    """
    place = scale.share(middle) * 100
    parts = [
        _part(scale.share(value) * 100, place, kind)
        for value, kind in ((low, "moved-down"), (high, "moved-up"))
        if value is not None
    ]
    at = f"{place:.2f}%"
    line = element("line", class_="middle", x1=at, x2=at, y1="0", y2="100%")
    return element("svg", (*parts, line), class_="span-bar", aria_hidden="true")


def _part(end: float, middle: float, kind: str) -> Markup:
    left, width = min(end, middle), abs(end - middle)
    return element(
        "rect", class_=kind, x=f"{left:.2f}%", y="15%", width=f"{width:.2f}%", height="70%"
    )
