"""Monte Carlo for a what-if model: what is drawn by chance, and how the outputs are spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from modelyard.errors import Invalid, ModelyardError
from modelyard.web import charts
from modelyard.web.needs import guarded
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed, numeric
from modelyard.web.pages.scenarios.variations import choices, item_of
from modelyard.web.what_if.offered import what_ifs
from modelyard.web.what_if.rights import require_draws
from modelyard.web.what_if.state import Args
from modelyard.web.what_if.written import coordinate, percent_text, written

DRAW = "_draw."
USUAL_DRAWS, MOST_AT_ONCE, MOST_DRAWS = 2_000, 100_000, 10_000_000
LARGEST_SEED = 2**31 - 1
SHOWN = ("5", "25", "50", "75", "95")
SURE = 1.96
"""Standard errors that hold the true mean 95 times of 100."""
blueprint = Blueprint("scenario_chance_pages", __name__)


@dataclass(frozen=True)
class Bins:
    """A histogram of an output."""

    edges: list[float]
    counts: list[int]


@blueprint.get("/scenarios/<name>/montecarlo")
@guarded("read", "scenario")
def chance(name: str) -> Response:
    """Draw parameters by chance and show how the outputs are spread."""
    asked = asked_for(name)
    return simulation_page(asked, request.args)


def simulation_page(asked: Asked, sent: Args, fault: ModelyardError | None = None) -> Response:
    """Show the form as it was sent, and what came of it; nothing is drawn where it has a fault."""
    if asked.offered.fault:
        return framed(asked, "chance", "scenarios/chance.html")
    name, drawn = asked.offered.name, drawn_of(asked, sent)
    context = choices(asked, sent.get("_output", ""))
    context |= {"drawn": drawn, "draws": sent.get("_draws", ""), "usual": USUAL_DRAWS}
    context |= {"seed": sent.get("_seed", "0"), "rows": rows_of(asked, drawn)}
    if fault is not None or not any(drawn.values()):
        return framed(asked, "chance", "scenarios/chance.html", fault, **context)
    try:
        draws = whole("_draws", USUAL_DRAWS, 1, MOST_DRAWS, sent)
        seed = whole("_seed", 0, 0, LARGEST_SEED, sent)
        output = item_of(asked.definition, "outputs", context["output_name"])
        context |= {"is_large": draws > MOST_AT_ONCE, "draws": draws, "seed": seed}
        if draws > MOST_AT_ONCE:
            return framed(asked, "chance", "scenarios/chance.html", **context)
        require_draws(draws)
        found = what_ifs().monte_carlo(
            name, asked.state.given, {key: text for key, text in drawn.items() if text},
            draws=draws, seed=seed, **asked.state.asked,
        )  # fmt: skip
    except ModelyardError as wrong:
        return framed(asked, "chance", "scenarios/chance.html", wrong, **context)
    context |= simulation_view(asked.definition, found, output)
    return framed(asked, "chance", "scenarios/chance.html", **context)


def simulation_view(
    definition: Mapping[str, Any], found: Mapping[str, Any], output: Mapping[str, Any]
) -> dict[str, Any]:
    """Shape a simulation: the spread of one output as pictures, percentiles of all."""
    spread = found["outputs"].get(output["name"])
    lines = []
    for item in definition["outputs"]:
        told = found["outputs"].get(item["name"])
        if told:
            figures = [told["mean"], told["std"], *(told["percentiles"][p] for p in SHOWN)]
            lines.append((item["title"], [_rounded(item, value) for value in figures]))
    return {
        "found": found,
        "output": output,
        "spread": spread,
        "percentiles": SHOWN,
        "lines": lines,
        "words": spread and words_of(output, spread),
        "ends": spread and [_rounded(output, spread["histogram"]["edges"][at]) for at in (0, -1)],
        "histogram": spread and histogram_of(output, spread),
        "convergence": spread and convergence_of(output, spread),
    }


def words_of(output: Mapping[str, Any], spread: Mapping[str, Any]) -> dict[str, str]:
    """Write the figures that come first."""
    known = spread["percentiles"]
    return {
        "median": _rounded(output, known["50"]),
        "low": _rounded(output, known["5"]),
        "high": _rounded(output, known["95"]),
        "mean": _rounded(output, spread["mean"]),
        "error": _rounded(output, spread["standard_error"] * SURE),
    }


def histogram_of(output: Mapping[str, Any], spread: Mapping[str, Any]) -> Markup:
    """Draw the histogram, with a line at the median."""
    bins = Bins(**{key: list(spread["histogram"][key]) for key in ("edges", "counts")})
    title = f"{output['title']}: how often which value came"
    return charts.histogram(bins, title, marker=spread["percentiles"]["50"], noun="draw")


def convergence_of(output: Mapping[str, Any], spread: Mapping[str, Any]) -> Markup:
    """Draw how the mean settles as draws are added."""
    steps = spread["convergence"]
    means = [step["mean"] for step in steps]
    low = [step["mean"] - SURE * step["error"] for step in steps]
    high = [step["mean"] + SURE * step["error"] for step in steps]
    places = [written({"kind": "integer"}, step["draws"]) for step in steps]
    shown = charts.Plot(
        "line", f"{output['title']}: the mean after so many draws", places,
        [charts.Series("Mean", means, low, high)], output.get("unit", ""),
    )  # fmt: skip
    kind = "percent" if output["kind"] == "percent" else "number"
    return charts.plot(shown, lambda value: written({"kind": kind}, value))


def drawn_of(asked: Asked, sent: Args) -> dict[str, str]:
    """Read what is to be drawn: by parameter, a distribution as text; empty for none."""
    names = [item["name"] for item in numeric(asked.definition, "parameters")]
    if sent.get("_suggest"):
        parameters = numeric(asked.definition, "parameters")
        return {item["name"]: suggestion(item, asked) for item in parameters}
    texts = {name: sent.get(DRAW + name, "").strip()[:300] for name in names}
    for key in sent:
        if key.startswith(DRAW) and key.removeprefix(DRAW) not in texts and sent[key]:
            texts[key.removeprefix(DRAW)[:60]] = sent[key][:300]
    return texts


def suggestion(parameter: Mapping[str, Any], asked: Asked) -> str:
    """Suggest a tenth around a parameter's present value, the present one the likeliest."""
    value = asked.state.given.get(parameter["name"], parameter.get("default"))
    text = str(value).strip() if value is not None else ""
    share = text.endswith("%")
    middle = coordinate(text.removesuffix("%"))
    if middle is None or middle == 0:
        return ""
    middle = middle / 100 if share else middle
    low, high = sorted((middle * 0.9, middle * 1.1))
    ends = [max(low, _bound(parameter, "minimum", low)), middle,
            min(high, _bound(parameter, "maximum", high))]  # fmt: skip
    if not ends[0] <= middle <= ends[2] or ends[0] == ends[2]:
        return ""
    if parameter["kind"] == "percent":
        return f"triangular({', '.join(f'{percent_text(round(end, 8))}%' for end in ends)})"
    return f"triangular({', '.join(f'{end:.10g}' for end in ends)})"


def rows_of(asked: Asked, drawn: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the lines of the form: each open number with its present value and its distribution."""
    rows = []
    for item in numeric(asked.definition, "parameters"):
        value = asked.state.given.get(item["name"], item.get("default"))
        is_plain = not (isinstance(value, str) and coordinate(value) is None)
        rows.append(
            {
                "field": DRAW + item["name"],
                "title": item["title"],
                "now": written(item, value) if is_plain else str(value),
                "text": drawn.get(item["name"], ""),
                "example": suggestion(item, asked),
            }
        )
    return rows


def whole(name: str, usual: int, least: int, most: int, sent: Args) -> int:
    """Read a whole number of the form; raises Invalid."""
    text = sent.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
        label = name.strip("_")
        raise Invalid(label, f"'{text[:40]}' is no whole number from {least} to {most:,}.")
    return int(text)


def _bound(parameter: Mapping[str, Any], side: str, otherwise: float) -> float:
    found = coordinate(parameter.get(side)) if isinstance(parameter.get(side), str) else None
    return otherwise if found is None else found


def _rounded(item: Mapping[str, Any], value: float) -> str:
    """Write a figure of a simulation: none is exact, whatever the output is otherwise."""
    kind = "number" if item["kind"] == "integer" else item["kind"]
    return written({**item, "exact": False, "kind": kind}, value)
