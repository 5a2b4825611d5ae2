"""Plan against actuals: a table of a what-if model beside sums from a dataset."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid, ModelyardError
from modelyard.web import charts, guard, visible
from modelyard.web.live import live, services
from modelyard.web.needs import guarded
from modelyard.web.pages.frame import WAIT_S
from modelyard.web.pages.scenarios.frame import Asked, asked_for, framed
from modelyard.web.pages.scenarios.variations import item_of, own
from modelyard.web.what_if.offered import what_ifs
from modelyard.web.what_if.written import NUMERIC, coordinate, written

if TYPE_CHECKING:
    from modelyard.datasets.dataset import Dataset

TEMPLATE = "scenarios/actuals.html"
MOST_LINES = 400
PARTS = (("", "as it is"), ("month", "its month"), ("year", "its year"))
blueprint = Blueprint("scenario_actuals_pages", __name__)


@blueprint.get("/scenarios/<name>/actuals")
@guarded("read", "scenario")
def actuals(name: str) -> Response:
    """Hold a plan against what a dataset says."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "actuals", TEMPLATE)
    wanted = own("_table", "_x", "_y", "_dataset", "_key", "_value", "_part")
    tables = [item for item in asked.definition["outputs"] if item["kind"] == "table"]
    context: dict[str, Any] = {"wanted": wanted, "tables": tables, "parts": PARTS}
    context["carried"] = asked.state.pairs(asked.definition)
    context["datasets"] = [(key, one.title) for key, one in visible.datasets().datasets.items()]
    if not tables:
        return framed(asked, "actuals", TEMPLATE, **context)
    try:
        table = item_of(asked.definition, "outputs", wanted["_table"] or tables[0]["name"])
        context |= columns_of(table)
        if wanted["_dataset"]:
            context |= joined(asked, table, wanted)
    except ModelyardError as fault:
        return framed(asked, "actuals", TEMPLATE, fault, **context)
    return framed(asked, "actuals", TEMPLATE, **context)


def columns_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of the plan that can be used, and which are by default."""
    columns = table.get("columns") or []
    if not columns:
        raise Invalid(f"output '{table['name']}'", "is no table.")
    hint = table.get("chart") or {}
    numbers = [column for column in columns if column["kind"] in NUMERIC]
    last = numbers[-1]["name"] if numbers else ""
    return {
        "table": table,
        "columns": columns,
        "numbers": numbers,
        "x": hint.get("x", columns[0]["name"]),
        "y": (hint.get("y") or [last])[0],
    }


def joined(asked: Asked, table: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
    """Read the dataset's columns, and join it to the plan where all is chosen."""
    dataset = read_dataset(wanted["_dataset"])
    if dataset is None:
        return {"is_waiting": True}
    from modelyard.datasets.totals import numeric_columns, totals

    names, numbers = dataset.steadily(lambda: numeric_columns(dataset.scan()))
    context: dict[str, Any] = {"keys": names, "values": numbers}
    if not wanted["_key"] or not wanted["_value"]:
        return context
    chosen = columns_of(table)
    x = column_of(table, wanted["_x"] or chosen["x"])
    y = column_of(table, wanted["_y"] or chosen["y"])
    answer = what_ifs().run(asked.offered.name, asked.state.given, **asked.state.asked)
    plan = {str(row[x["name"]]): coordinate(row[y["name"]])
            for row in answer["outputs"][table["name"]]}  # fmt: skip
    real = dataset.steadily(
        lambda: totals(
            dataset.where, dataset.scan(), wanted["_key"], wanted["_value"], wanted["_part"]
        )
    )
    return context | side_by_side(plan, real, x, y)


def read_dataset(name: str) -> "Dataset | None":
    """Give a dataset that the one who asks may see; None while it is being read.

    Raises what `guard.require` raises.
    """
    guard.require("read", Resource("dataset", name))
    dataset = services().datasets.get_dataset(name)
    return dataset if live().answers.prepare(dataset, WAIT_S) is None else None


def side_by_side(
    plan: Mapping[str, float | None],
    real: Mapping[str, float],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
) -> dict[str, Any]:
    """Shape plan and actuals: lines for what is in both, and what is in one alone."""
    item = {**y, "exact": False}
    shared = [key for key in plan if key in real]
    lines = []
    for key in shared[:MOST_LINES]:
        planned, actual = plan[key], real[key]
        apart = None if planned is None else actual - planned
        share = apart / abs(planned) if apart is not None and planned else None
        texts = [written(item, one, with_unit=False) for one in (planned, actual, apart)]
        lines.append((key, *texts, share))
    return {
        "lines": lines,
        "title": y["title"],
        "x_title": x["title"],
        "unit": y.get("unit", ""),
        "picture": drawn(shared, [plan[key] for key in shared], real, y) if shared else None,
        "plan_alone": len(plan) - len(shared),
        "real_alone": len(real) - len(shared),
        "sums": [
            written(item, sum(one or 0.0 for one in some))
            for some in ([plan[key] for key in shared], [real[key] for key in shared])
        ],
        "is_joined": True,
    }


def drawn(
    keys: Sequence[str],
    planned: Sequence[float | None],
    real: Mapping[str, float],
    y: Mapping[str, Any],
) -> Any:
    """Draw both as curves."""
    series = [
        charts.Series("Plan", planned),
        charts.Series("Actual", [real[key] for key in keys]),
    ]
    shown = charts.Plot("line", f"{y['title']}: plan and actual", keys, series, y.get("unit", ""))
    kind = "percent" if y["kind"] == "percent" else "number"
    return charts.plot(shown, lambda value: written({"kind": kind}, value))


def column_of(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a column of a table; raises NotFound."""
    return item_of({"columns": table["columns"]}, "columns", name)
