"""Charts as SVG made by the server: they need no script, and their colours are CSS classes.

Geometry is in attributes, because the Content-Security-Policy allows no inline style.
"""

from modelyard.web.charts.bars import share_bar
from modelyard.web.charts.heat_map import heat_map
from modelyard.web.charts.histogram import Histogram, histogram
from modelyard.web.charts.plot import Plot, Series, plot
from modelyard.web.charts.span_bar import span_bar

__all__ = [
    "Histogram",
    "Plot",
    "Series",
    "heat_map",
    "histogram",
    "plot",
    "share_bar",
    "span_bar",
]
