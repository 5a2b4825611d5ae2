"""What came of runs of what-if models, shaped for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelyard.errors import ModelyardError
from modelyard.web import charts
from modelyard.web.what_if.offered import what_ifs
from modelyard.web.what_if.written import written

MOST_SHOWN = 100
MOST_PICTURES = 6
SHOWN = ("5", "25", "50", "75", "95")


@dataclass(frozen=True)
class Bins:
    """A histogram of an output."""

    edges: list[float]
    counts: list[int]


def scenarios_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Shape scenarios that were worked out in bulk: one line for each."""
    items = described(result["what_if"], result["version"])
    told = result["scenarios"]
    given: dict[str, Any] = next((one["outputs"] for one in told if not one["fault"]), {})
    names = [name for name in items if name in given] or list(given)
    lines = [
        (one["name"] or one["id"], one["fault"],
         [written(items.get(name, {}), one.get("outputs", {}).get(name)) for name in names])
        for one in told[:MOST_SHOWN]
    ]  # fmt: skip
    return {
        "what_if": result["what_if"],
        "titles": [items.get(name, {}).get("title", name) for name in names],
        "lines": lines,
        "count": len(told),
        "failed": result["failed"],
        "tables": result["tables"],
    }


def chance_view(result: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a simulation: percentiles of all outputs, and their histograms."""
    items = described(result["model"], result.get("version", 0))
    lines, pictures = [], []
    order = [name for name in items if name in result["outputs"]] or list(result["outputs"])
    for name in order:
        spread = result["outputs"][name]
        if not spread:
            continue
        item = _loose(items.get(name, {"title": name}))
        figures = [spread["mean"], spread["std"], *(spread["percentiles"][p] for p in SHOWN)]
        lines.append((item["title"], [written(item, value) for value in figures]))
        bins = Bins(spread["histogram"]["edges"], spread["histogram"]["counts"])
        title = f"{item['title']}: how often which value came"
        marker = spread["percentiles"]["50"]
        ends = [written(item, bins.edges[at]) for at in (0, -1)]
        picture = charts.histogram(bins, title, marker=marker, noun="draw")
        pictures.append((item["title"], picture, ends))
    return {
        "what_if": result["model"],
        "draws": result["draws"],
        "seed": result["seed"],
        "failed": result["failed"],
        "percentiles": SHOWN,
        "lines": lines,
        "pictures": pictures[:MOST_PICTURES],
    }


def described(name: str, version: int) -> dict[str, dict[str, Any]]:
    """Give the outputs of a model by name; none where it is not there any more."""
    try:
        offered = what_ifs().get_model(name, version)
    except ModelyardError:
        return {}
    return {item["name"]: item for item in offered.definition.get("outputs", [])}


def _loose(item: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a figure of a simulation: none is exact, whatever the output is otherwise."""
    kind = item.get("kind", "number")
    return {**item, "exact": False, "kind": "number" if kind == "integer" else kind}
