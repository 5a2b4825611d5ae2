"""Pages that vary a what-if model: sensitivity, grids, goal seeking."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.web import charts
from modelyard.web.charts.scale import scale_of
from modelyard.web.needs import guarded
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed, numeric
from modelyard.web.what_if.offered import what_ifs
from modelyard.web.what_if.written import coordinate, worded, written

SWING = "10%"
STEPS = 8
"""Shades of a two-way grid."""
blueprint = Blueprint("scenario_variation_pages", __name__)


@blueprint.get("/scenarios/<name>/sensitivity")
@guarded("read", "scenario")
def sensitivity(name: str) -> Response:
    """Show how far each parameter moves an output: a tornado."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "sensitivity", "scenarios/sensitivity.html")
    wanted = own("_output", "_swing")
    swing = wanted["_swing"] or SWING
    context = choices(asked, wanted["_output"]) | {"swing": swing}
    try:
        found = what_ifs().sensitivity(
            name, asked.state.given, output=wanted["_output"], swing=swing, **asked.state.asked
        )
    except ModelyardError as fault:
        return framed(asked, "sensitivity", "scenarios/sensitivity.html", fault, **context)
    context |= {"bars": bars_of(asked.definition, found), "found": found}
    output = item_of(asked.definition, "outputs", found["output"])
    context |= {"output": output, "middle": written(output, found["middle"])}
    return framed(asked, "sensitivity", "scenarios/sensitivity.html", **context)


def bars_of(definition: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Shape the bars of a tornado: numbers in words, and each as a picture."""
    output = item_of(definition, "outputs", found["output"])
    ends = [bar[side] for bar in found["bars"] for side in ("low", "high")]
    scale = scale_of([*ends, found["middle"]], has_zero=False)
    bars = []
    for bar in found["bars"]:
        parameter = item_of(definition, "parameters", bar["parameter"])
        bars.append(
            {
                "title": parameter["title"],
                "sides": [
                    (written(parameter, bar[f"{side}_value"]), written(output, bar[side]))
                    for side in ("low", "high")
                ],
                "is_table": parameter["kind"] == "table",
                "picture": charts.span_bar(bar["low"], bar["high"], found["middle"], scale),
                "swing": written(output, bar["swing"]),
                "faults": bar["faults"],
            }
        )
    return bars


@blueprint.get("/scenarios/<name>/grid")
@guarded("read", "scenario")
def grid(name: str) -> Response:
    """Show an output for all combinations of one or two parameters' values."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "grid", "scenarios/grid.html")
    wanted = own("_output", "_by", "_values", "_by2", "_values2")
    context = choices(asked, wanted["_output"]) | {"wanted": wanted, "axes": axes(asked)}
    if not wanted["_by"]:
        return framed(asked, "grid", "scenarios/grid.html", **context)
    try:
        chosen = {wanted["_by"]: wanted["_values"]}
        if wanted["_by2"] and wanted["_by2"] == wanted["_by"]:
            raise Invalid("_by2", "is the same parameter twice.", "Choose another, or none.")
        if wanted["_by2"]:
            chosen[wanted["_by2"]] = wanted["_values2"]
        for axis, values in chosen.items():
            if not values.strip():
                raise Invalid(f"scenarios/{name}/{axis}", "has no values.", "Write 4%..8% in 5")
        found = what_ifs().grid(name, asked.state.given, chosen, **asked.state.asked)
        output = item_of(asked.definition, "outputs", context["output_name"])
    except ModelyardError as fault:
        return framed(asked, "grid", "scenarios/grid.html", fault, **context)
    context |= grid_of(asked.definition, found, output)
    return framed(asked, "grid", "scenarios/grid.html", **context)


def grid_of(
    definition: Mapping[str, Any], found: Mapping[str, Any], output: Mapping[str, Any]
) -> dict[str, Any]:
    """Shape a grid: one axis as a curve and a table, two as a table with shades."""
    names = list(found["axes"])
    items = [item_of(definition, "parameters", name) for name in names]
    labels = [[written(item, value) for value in found["axes"][item["name"]]] for item in items]
    cells = [cell["outputs"].get(output["name"]) for cell in found["cells"]]
    faults = [cell["fault"] for cell in found["cells"] if cell["fault"]]
    numbers = [coordinate(value) for value in cells]
    shaped: dict[str, Any] = {"output": output, "labels": labels, "faults": faults[:1]}
    shaped |= {"count_of_faults": len(faults), "titles": [item["title"] for item in items]}
    if len(names) == 1:
        unit = "" if output["kind"] == "percent" else output.get("unit", "")
        kind = "percent" if output["kind"] == "percent" else "number"
        drawn = charts.Plot(
            "line", f"{output['title']} by {items[0]['title']}", labels[0],
            [charts.Series(output["title"], numbers)], unit,
        )  # fmt: skip
        rows = [(label, [(written(output, cell), "")])
                for label, cell in zip(labels[0], cells, strict=True)]  # fmt: skip
        picture = charts.plot(drawn, lambda value: written({"kind": kind}, value))
        return shaped | {"picture": picture, "rows": rows}
    wide = len(labels[1])
    shades = shades_of(numbers)
    parts = [(written(output, cell, with_unit=False), shade)
             for cell, shade in zip(cells, shades, strict=True)]  # fmt: skip
    rows = [(label, parts[row * wide : (row + 1) * wide]) for row, label in enumerate(labels[0])]
    return shaped | {"rows": rows}


def shades_of(numbers: Sequence[float | None]) -> list[str]:
    """Give each number the class of its shade, from the least to the greatest."""
    present = [number for number in numbers if number is not None]
    low, high = (min(present), max(present)) if present else (0.0, 0.0)
    if low == high:
        return ["" for _ in numbers]
    return [
        "" if number is None else f"shade-{round((number - low) / (high - low) * STEPS)}"
        for number in numbers
    ]


@blueprint.get("/scenarios/<name>/goal-seek")
@guarded("read", "scenario")
def goal_seek(name: str) -> Response:
    """Find the value of a parameter that brings an output to a target, or say plainly why none."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "goal-seek", "scenarios/goal_seek.html")
    wanted = own("_output", "_target", "_by")
    context = choices(asked, wanted["_output"])
    context |= {"wanted": wanted, "open_numbers": numeric(asked.definition, "parameters")}
    if not wanted["_target"].strip() or not wanted["_by"]:
        return framed(asked, "goal-seek", "scenarios/goal_seek.html", **context)
    try:
        found = what_ifs().goal_seek(
            name, asked.state.given, output=context["output_name"],
            target=wanted["_target"], by=wanted["_by"], **asked.state.asked,
        )  # fmt: skip
    except ModelyardError as fault:
        return framed(asked, "goal-seek", "scenarios/goal_seek.html", fault, **context)
    parameter = item_of(asked.definition, "parameters", found["by"])
    output = item_of(asked.definition, "outputs", found["output"])
    there = Asked(asked.offered, state_with(asked, {found["by"]: found["value"]}))
    context |= {
        "found": found,
        "words": goal_words(found["words"], parameter, output),
        "title": parameter["title"],
        "value": written(parameter, found["value"]),
        "reached": written(output, found["reached"]),
        "there": there.permalink,
    }
    return framed(asked, "goal-seek", "scenarios/goal_seek.html", **context)


def goal_words(sentence: str, parameter: Mapping[str, Any], output: Mapping[str, Any]) -> str:
    """Write what a search found as pages write numbers, with titles where names are no words."""
    titles = {item["name"]: item["title"] for item in (parameter, output) if "_" in item["name"]}
    words = re.split(r"(\b\w+\b)", sentence)
    return worded("".join(str(titles.get(word, word)) for word in words))


def state_with(asked: Asked, values: Mapping[str, Any]) -> Any:
    """Give the state with some values changed."""
    from dataclasses import replace

    return replace(asked.state, given={**asked.state.given, **values})


def own(*names: str) -> dict[str, str]:
    """Read the fields that belong to the page; those that were not sent are empty."""
    return {name: request.args.get(name, "")[:2000] for name in names}


def choices(asked: Asked, output: str) -> dict[str, Any]:
    """Give the outputs that can be looked at, and which one is."""
    outputs = numeric(asked.definition, "outputs")
    names = [item["name"] for item in outputs]
    chosen = output or (names[0] if names else "")
    return {
        "outputs": outputs,
        "output_name": chosen,
        "carried": asked.state.pairs(asked.definition),
    }


def axes(asked: Asked) -> list[dict[str, Any]]:
    """Give the parameters that can be an axis of a grid."""
    return [
        item
        for item in asked.definition["parameters"]
        if item.get("access", "open") == "open" and item["kind"] != "table"
    ]


def item_of(definition: Mapping[str, Any], what: str, name: str) -> dict[str, Any]:
    """Give a parameter or output by its name; raises NotFound."""
    found: dict[str, Any] | None = next(
        (item for item in definition[what] if item["name"] == name), None
    )
    if found is None:
        known = ", ".join(item["name"] for item in definition[what])
        raise NotFound(f"{what[:-1]} '{name[:60]}'", "is not there.", f"Known: {known}.")
    return found
