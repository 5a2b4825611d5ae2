"""A matrix of correlations as coloured cells."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from modelyard.web.charts.svg import element, picture

CELL = 38.0
ROW = 26.0
MOST_LETTERS = 18
LETTER = 6.6
"""About the width of a letter of a label."""
STEPS = 8

Matrix = Sequence[Sequence[float | None]]


def heat_map(names: Sequence[str], values: Matrix, title: str, description: str) -> Markup:
    """Draw each pair's correlation: its sign by colour, its size by strength, its value as text.

    A column that goes with none, not even itself, is constant and left out; fewer than two columns
    make no picture.
    """
    names, values = _without_constant(names, values)
    if len(names) < 2:
        return Markup()
    longest = max((len(_label(name)) for name in names), default=0)
    left = longest * LETTER + 10
    top = longest * LETTER * 0.72 + 14
    content = (*_labels(names, left, top), *_cells(names, values, left, top))
    wide, high = left + len(names) * CELL + top * 0.6, top + len(names) * ROW + 2
    return picture(
        content,
        title,
        description,
        class_="heat-map",
        width=wide,
        height=high,
        viewBox=f"0 0 {wide:.0f} {high:.0f}",
    )


def written(value: float | None) -> str:
    """Write a correlation with two digits, and a true minus sign."""
    if value is None:
        return ""
    text = f"{value:.2f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _without_constant(names: Sequence[str], values: Matrix) -> tuple[Sequence[str], Matrix]:
    kept = [place for place, line in enumerate(values) if any(one is not None for one in line)]
    return [names[place] for place in kept], [[values[row][at] for at in kept] for row in kept]


def _labels(names: Sequence[str], left: float, top: float) -> Iterator[Markup]:
    for place, name in enumerate(names):
        content = [element("title", [name]), _label(name)]
        middle = top + place * ROW + ROW / 2 + 4
        yield element("text", content, x=left - 8, y=middle, text_anchor="end")
        x, y = left + place * CELL + CELL / 2, top - 8
        yield element("text", content, x=x, y=y, transform=f"rotate(-45 {x:.1f} {y:.1f})")


def _cells(names: Sequence[str], values: Matrix, left: float, top: float) -> Iterator[Markup]:
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            x, y = left + column * CELL, top + row * ROW
            words = f"{names[row]} and {names[column]}: {written(value) or 'not defined'}"
            box = element("rect", x=x, y=y, width=CELL - 2, height=ROW - 2, class_=_class(value))
            place = {"x": x + CELL / 2 - 1, "y": y + ROW / 2 + 3}
            number = element("text", [written(value)], text_anchor="middle", **place)
            tone = "strong" if value is not None and abs(value) > 0.6 else "weak"
            yield element("g", [element("title", [words]), box, number], class_=tone)


def _class(value: float | None) -> str:
    if value is None:
        return "unknown"
    if written(value) == "0":
        return "nil"
    step = min(round(abs(value) * STEPS), STEPS)
    return f"{'minus' if value < 0 else 'plus'} step-{step}"


def _label(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"
