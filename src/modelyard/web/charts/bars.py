"""A bar for a share."""

from markupsafe import Markup

from modelyard.web.charts.svg import element

LEAST = 0.6
"""Per cent: what is not nothing is seen."""


def share_bar(share: float | None, kind: str = "") -> Markup:
    """Draw a share (0 to 1) as a bar; the number stands beside it, so readers aloud skip it."""
    known = min(max(share or 0.0, 0.0), 1.0)
    width = max(known * 100, LEAST) if known else 0
    whole = element("rect", class_="track", width="100%", height="100%")
    part = element("rect", class_="part", width=f"{width:.2f}%", height="100%")
    return element("svg", (whole, part), class_=f"bar {kind}".strip(), aria_hidden="true")
