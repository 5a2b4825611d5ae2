"""A picture of a simulation that stands by itself: load, instances, and waits below each other."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from modelyard.cli.screen.scale_json import peaks
from modelyard.scale.simulating import Outcome
from modelyard.scale.trace import Trace
from modelyard.web.charts.scale import scale_of
from modelyard.web.charts.svg import element, picture
from modelyard.web.numerals import figure

WIDE, HIGH, LEFT, RIGHT, GAP, TOP = 900.0, 150.0, 70.0, 20.0, 46.0, 40.0
POINTS = 800
HOUR_S = 3600
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626", "#0891b2", "#65a30d", "#db2777")
STYLE = Markup("""
svg{font:13px system-ui,sans-serif;background:#fff}text{fill:#374151}.t{font-weight:600}
.g{stroke:#e5e7eb}polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}.load{stroke:#6b7280}
@media(prefers-color-scheme:dark){svg{background:#111827}text{fill:#d1d5db}.g{stroke:#374151}}
""")
Line = tuple[str, Sequence[float]]


def write_picture(path: Path, trace: Trace, outcomes: Sequence[Outcome]) -> None:
    """Write the picture as an SVG file."""
    span_s = max(-(-trace.seconds // POINTS), 1)
    panels: tuple[tuple[str, list[Line]], ...] = (
        ("requests per second", [("#6b7280", peaks(trace.per_s, span_s))]),
        ("instances that answer", _lines([one.instances for one in outcomes], span_s)),
        ("mean wait, seconds", _lines([one.mean_wait_s for one in outcomes], span_s)),
    )
    parts = [element("style", [STYLE]), *_legend(outcomes)]
    for number, (title, lines) in enumerate(panels):
        parts.extend(_panel(title, lines, TOP + number * (HIGH + GAP)))
    high = TOP + len(panels) * (HIGH + GAP) + 6
    parts.extend(_hours(trace.seconds / HOUR_S, high - GAP + 14))
    drawn = picture(
        parts,
        f"Simulation of {trace.name}",
        "; ".join(f"{one.name}: {one.month_usd:,.0f} USD a month" for one in outcomes),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDE:g} {high:g}",
        width=WIDE,
        height=high,
    )
    path.write_text(str(drawn) + "\n", encoding="utf-8")


def _lines(values: Sequence[Sequence[float]], span_s: int) -> list[Line]:
    found: list[Line] = []
    for number, one in enumerate(values):
        finite = [min(value, 1e6) for value in peaks(one, span_s)]
        found.append((COLOURS[number % len(COLOURS)], finite))
    return found


def _panel(title: str, lines: list[Line], top: float) -> Iterator[Markup]:
    scale = scale_of(value for _, values in lines for value in values)
    yield element("text", [title], class_="t", x=LEFT, y=top - 8)
    for tick in scale.ticks:
        y = top + HIGH * (1 - scale.share(tick))
        yield element("line", class_="g", x1=LEFT, x2=WIDE - RIGHT, y1=y, y2=y)
        yield element("text", [figure(tick)], x=LEFT - 8, y=y + 4, text_anchor="end")
    for colour, values in lines:
        step = (WIDE - LEFT - RIGHT) / max(len(values) - 1, 1)
        points = " ".join(
            f"{LEFT + place * step:.1f},{top + HIGH * (1 - scale.share(value)):.1f}"
            for place, value in enumerate(values)
        )
        yield element("polyline", points=points, stroke=colour)


def _legend(outcomes: Sequence[Outcome]) -> Iterator[Markup]:
    x = LEFT
    for number, one in enumerate(outcomes):
        colour = COLOURS[number % len(COLOURS)]
        words = f"{one.name}: {one.month_usd:,.0f} USD a month"
        yield element("rect", x=x, y=4, width=12, height=12, fill=colour)
        yield element("text", [words], x=x + 18, y=15)
        x += 40 + 7.4 * len(words)


def _hours(hours: float, y: float) -> Iterator[Markup]:
    for part in range(5):
        x = LEFT + (WIDE - LEFT - RIGHT) * part / 4
        yield element("text", [f"{hours * part / 4:.3g} h"], x=x, y=y, text_anchor="middle")
