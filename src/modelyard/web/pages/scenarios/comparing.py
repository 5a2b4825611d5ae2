"""Scenarios side by side: saved ones, states of the form, and variations of one parameter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from modelyard.errors import Invalid, ModelyardError, NotFound
from modelyard.scenarios.record import Saved
from modelyard.web import charts
from modelyard.web.needs import guarded
from modelyard.web.pages.page import led_to
from modelyard.web.pages.paging import Paging
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed
from modelyard.web.pages.scenarios.variations import axes, choices, item_of
from modelyard.web.what_if.offered import saved_of, what_ifs
from modelyard.web.what_if.outputs import chart_of
from modelyard.web.what_if.overruled import kept_of, overruled_words
from modelyard.web.what_if.state import given_of, pairs_of, query_of
from modelyard.web.what_if.written import coordinate, written

MOST = 1_000
"""Scenarios on one page."""
WIDE = 6
"""Up to so many stand beside each other; more stand below each other."""
MOST_CURVES = 8
ROWS = 100
LONGEST_STATE = 8_000
blueprint = Blueprint("scenario_comparison_pages", __name__)


@dataclass(frozen=True)
class Chosen:
    """A scenario that is compared."""

    title: str
    given: dict[str, Any]
    address: str
    token: tuple[str, str]
    """The field of the address that names it."""
    overruled: Mapping[str, Any] = field(default_factory=dict)
    """What it was saved with and the model does not let be chosen any more, by parameter."""


@blueprint.get("/scenarios/<name>/compare")
@guarded("read", "scenario")
def compare(name: str) -> Response:
    """Put scenarios side by side, or offer those that can be compared."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "compare", "scenarios/compare.html")
    if request.args.get("_vary") and request.args.get("_values", "").strip():
        return varied(asked)
    saved = saved_of(name)
    context: dict[str, Any] = {"saved": saved[:MOST], "count_of_saved": len(saved)}
    context |= {"open_parameters": axes(asked), "chosen": []}
    try:
        chosen = chosen_of(asked, saved)
        if not chosen:
            return framed(asked, "compare", "scenarios/compare.html", **context)
        view = compared(asked, chosen)
        context |= {"chosen": chosen, "tokens": tokens_of(chosen), **view}
    except ModelyardError as fault:
        return framed(asked, "compare", "scenarios/compare.html", fault, **context)
    return framed(asked, "compare", "scenarios/compare.html", **context)


def chosen_of(asked: Asked, saved: Sequence[Saved]) -> list[Chosen]:
    """Read which scenarios are compared; raises NotFound for a saved one that is not here."""
    chosen = []
    if request.args.get("_all"):
        find = request.args.get("_find", "").strip().lower()
        fitting = [one for one in saved if find in one.name.lower()]
        chosen += [_saved(asked, one) for one in fitting[:MOST]]
    known = {one.id: one for one in saved}
    for key, value in request.args.items(multi=True):
        if key == "id" and value:
            if value not in known:
                raise NotFound(f"saved scenario '{value[:40]}'", "is not here.")
            chosen.append(_saved(asked, known[value]))
        elif key == "state":
            number = sum(one.token[0] == "state" for one in chosen)
            chosen.append(_state(asked, value[:LONGEST_STATE], number))
    if len(chosen) > MOST:
        raise Invalid("comparison", f"has {len(chosen):,} scenarios; the most is {MOST:,}.")
    return chosen


def _saved(asked: Asked, one: Saved) -> Chosen:
    """Take what was saved; what has been locked since is as the model says."""
    kept, address = kept_of(asked.definition, one.inputs), f"/scenarios/{one.model}/saved/{one.id}"
    return Chosen(one.name, kept.given, address, ("id", one.id), kept.overruled)


def _state(asked: Asked, query: str, number: int) -> Chosen:
    from urllib.parse import parse_qsl

    args = MultiDict(parse_qsl(query, keep_blank_values=True))
    title = args.get("_title", "")[:80] or (
        "These values" if not number else f"Values {number + 1}"
    )
    given = given_of(asked.definition, args)
    address = f"/scenarios/{asked.offered.name}?{iri_to_uri(query)}"
    if not given:
        title, address = args.get("_title", "") or "Defaults", f"/scenarios/{asked.offered.name}"
    return Chosen(title, given, address, ("state", query))


def varied(asked: Asked) -> Response:
    """Add a scenario for each value of one parameter, on top of the first scenario here."""
    parameter = item_of(asked.definition, "parameters", request.args["_vary"][:60])
    values = [part.strip() for part in request.args["_values"].split(",") if part.strip()]
    tokens = [(key, value) for key, value in request.args.items(multi=True)
              if key in {"id", "state"} and value]  # fmt: skip
    base = chosen_of(asked, saved_of(asked.offered.name))[:1]
    given = base[0].given if base else {}
    if not tokens:
        tokens = [("state", query_of([("_title", "Defaults")]))]
    for value in values[:MOST]:
        wanted = {**given, parameter["name"]: value}
        pairs = pairs_of(asked.definition, wanted)
        title = f"{parameter['title']} {value}"
        tokens.append(("state", query_of([*pairs, ("_title", title)])))
    return led_to(f"/scenarios/{asked.offered.name}/compare?{query_of(tokens)}")


def compared(asked: Asked, chosen: Sequence[Chosen]) -> dict[str, Any]:
    """Work the scenarios out: of many, unless they are to be sorted, those of one page."""
    sort, number = request.args.get("_sort", ""), request.args.get("_page", "1")
    paging = Paging(len(chosen), ROWS, max(1, int(number[:9])) if number.isdigit() else 1)
    shown = list(chosen)
    if not sort and paging.pages > 1:
        shown = [*chosen[: 1 if paging.page > 1 else 0], *chosen[paging.slice]]
    pairs = [(one.title, one.given) for one in shown]
    found = what_ifs().compare(asked.offered.name, pairs, **asked.state.asked)
    view = comparison_view(asked, shown, found)
    ordered = in_order(view["columns"], sort)
    view["ordered"] = ordered[paging.slice] if sort else ordered
    return view | {"paging": paging, "sort": sort}


def comparison_view(
    asked: Asked, chosen: Sequence[Chosen], found: Mapping[str, Any]
) -> dict[str, Any]:
    """Shape a comparison: what differs, every output with its distance from the first, charts."""
    definition = asked.definition
    inputs = [item_of(definition, "parameters", name) for name in found["differing"]]
    outputs = [item_of(definition, "outputs", name) for name in found["outputs"]]
    columns = [
        {
            "chosen": one,
            "fault": told["fault"],
            "inputs": [_cell(item, told.get("inputs", {})) for item in inputs],
            "outputs": [
                _with_distance(item, told, found["differences"].get(item["name"]), place)
                for item in outputs
            ],
            "numbers": {item["name"]: coordinate(told.get("outputs", {}).get(item["name"]))
                        for item in outputs},
        }
        for place, (one, told) in enumerate(zip(chosen, found["scenarios"], strict=True))
    ]  # fmt: skip
    wanted = choices(asked, request.args.get("_output", ""))
    shaped = {"columns": columns, "inputs": inputs, "compared": outputs, **wanted}
    shaped["overruled"] = [
        (one.title, overruled_words(definition, one.overruled, told.get("inputs", {})))
        for one, told in zip(chosen, found["scenarios"], strict=True) if one.overruled
    ]  # fmt: skip
    shaped["is_wide"] = len(columns) <= WIDE
    shaped["bar_chart"] = _bars(definition, columns, wanted["output_name"])
    shaped["curves"] = _curves(definition, chosen, found) if len(columns) <= MOST_CURVES else []
    return shaped


def in_order(columns: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Sort the scenarios by an output, those without it last; `-payment` begins with the most."""
    name, is_falling = sort.removeprefix("-"), sort.startswith("-")

    def place(column: dict[str, Any]) -> tuple[bool, float]:
        number = column["numbers"].get(name)
        return number is None, 0.0 if number is None else -number if is_falling else number

    return sorted(columns, key=place) if name else list(columns)


def _cell(item: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return written(item, values[item["name"]]) if item["name"] in values else ""


def _with_distance(
    item: Mapping[str, Any],
    told: Mapping[str, Any],
    differences: Sequence[Any] | None,
    place: int,
) -> tuple[str, str]:
    text = _cell(item, told.get("outputs", {}))
    apart = differences[place] if differences else None
    if not place or apart is None:
        return text, ""
    number = coordinate(apart) or 0.0
    sign = "+" if number > 0 else ""
    return text, f"{sign}{written(item, apart, with_unit=False)}" if number else "same"


def _bars(definition: Mapping[str, Any], columns: Sequence[dict[str, Any]], name: str) -> Any:
    """Draw one output for all scenarios."""
    if not name or len(columns) < 2:
        return None
    item = item_of(definition, "outputs", name)
    values = [column["numbers"].get(name) for column in columns]
    kind = "percent" if item["kind"] == "percent" else "number"
    shown = charts.Plot(
        "bar" if len(columns) <= ROWS else "line",
        f"{item['title']} of each scenario",
        [column["chosen"].title for column in columns],
        [charts.Series(item["title"], values)],
        "" if kind == "percent" else item.get("unit", ""),
    )
    return charts.plot(shown, lambda value: written({"kind": kind}, value))


def _curves(
    definition: Mapping[str, Any], chosen: Sequence[Chosen], found: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    """Draw the tables that have a chart, all scenarios over each other."""
    curves = []
    for item in definition["outputs"]:
        if item["kind"] == "table" and item.get("chart"):
            named = [
                (one.title, told["outputs"][item["name"]])
                for one, told in zip(chosen, found["scenarios"], strict=True)
                if item["name"] in told.get("outputs", {})
            ]
            curves.append((item["title"], chart_of(item, named)))
    return curves


def tokens_of(chosen: Sequence[Chosen]) -> dict[str, Any]:
    """Give the addresses of this comparison: all of it, and without each scenario."""
    if request.args.get("_all"):
        whole = [("_all", "1"), ("_find", request.args.get("_find", ""))]
        return {"all": query_of(whole), "pairs": whole, "without": []}
    pairs = [one.token for one in chosen]
    without = [query_of([*pairs[:place], *pairs[place + 1 :]]) for place in range(len(pairs))]
    return {
        "all": query_of(pairs),
        "pairs": pairs,
        "without": without if len(pairs) <= ROWS else [],
    }
