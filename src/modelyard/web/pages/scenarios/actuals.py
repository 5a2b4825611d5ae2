"""Plan against actuals: a table of a what-if model beside sums from a dataset."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from flask import Blueprint, Response

from modelyard.accounts.resource import Resource
from modelyard.errors import Invalid, ModelyardError
from modelyard.scenarios.actuals import How
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
    from modelyard.scenarios.actuals import Against, Deviation

TEMPLATE = "scenarios/actuals.html"
MOST_LINES = 400
HOWS = (("sum", "the sum of"), ("mean", "the mean of"), ("last", "the last"))
blueprint = Blueprint("scenario_actuals_pages", __name__)


@blueprint.get("/scenarios/<name>/actuals")
@guarded("read", "scenario")
def actuals(name: str) -> Response:
    """Hold a plan against what a dataset says."""
    asked = asked_for(name)
    if asked.offered.fault:
        return framed(asked, "actuals", TEMPLATE)
    wanted = own("_table", "_x", "_y", "_dataset", "_key", "_value", "_how")
    tables = [item for item in asked.definition["outputs"] if item["kind"] == "table"]
    context: dict[str, Any] = {"wanted": wanted, "tables": tables, "hows": HOWS}
    context["carried"] = asked.state.pairs(asked.definition)
    context["datasets"] = [(key, one.title) for key, one in visible.datasets().datasets.items()]
    if not tables:
        return framed(asked, "actuals", TEMPLATE, **context)
    try:
        table = item_of(asked.definition, "outputs", wanted["_table"] or tables[0]["name"])
        context |= columns_of(table)
        if wanted["_dataset"]:
            dataset = read_dataset(wanted["_dataset"])
            context |= {"is_waiting": True} if dataset is None else choices_of(dataset)
            if dataset is not None and wanted["_key"] and wanted["_value"]:
                context |= joined(asked, table, dataset, wanted)
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


def choices_of(dataset: "Dataset") -> dict[str, Any]:
    """Give the columns of a dataset, and those of them that are numbers."""
    schema = dataset.steadily(lambda: dataset.scan().collect_schema())
    numbers = [name for name, dtype in schema.items() if dtype.is_numeric()]
    return {"keys": schema.names(), "values": numbers}


def joined(
    asked: Asked, table: Mapping[str, Any], dataset: "Dataset", wanted: Mapping[str, str]
) -> dict[str, Any]:
    """Join the plan to the dataset, as it was chosen."""
    from modelyard.scenarios.actuals import Join, plan_against_actuals

    chosen = columns_of(table)
    x = column_of(table, wanted["_x"] or chosen["x"])
    y = column_of(table, wanted["_y"] or chosen["y"])
    how: How = next((one for one in get_args(How) if one == wanted["_how"]), "sum")
    join = Join(
        key=x["name"], plan=y["name"], actual=wanted["_value"], actual_key=wanted["_key"], how=how
    )
    answer = what_ifs().run(asked.offered.name, asked.state.given, **asked.state.asked)
    rows = answer["outputs"][table["name"]]
    found = dataset.steadily(lambda: plan_against_actuals(rows, dataset.scan(), join))
    return side_by_side(found, x, y)


def read_dataset(name: str) -> "Dataset | None":
    """Give a dataset that the one who asks may see; None while it is being read.

    Raises what `guard.require` raises.
    """
    guard.require("read", Resource("dataset", name))
    dataset = services().datasets.get_dataset(name)
    return dataset if live().answers.prepare(dataset, WAIT_S) is None else None


def side_by_side(found: "Against", x: Mapping[str, Any], y: Mapping[str, Any]) -> dict[str, Any]:
    """Shape plan and actuals: lines for what is in both, and how much is in one alone."""
    item = {**y, "exact": False}
    both = [row for row in found.rows if row.plan is not None and row.actual is not None]
    together = found.together
    lines = [
        (str(row.key), *(written(item, one, with_unit=False)
                         for one in (row.plan, row.actual, row.difference)), row.share)
        for row in both[:MOST_LINES]
    ]  # fmt: skip
    return {
        "lines": lines,
        "title": y["title"],
        "x_title": x["title"],
        "unit": y.get("unit", ""),
        "picture": drawn(both, y),
        "plan_alone": sum(row.actual is None for row in found.rows),
        "real_alone": sum(row.plan is None for row in found.rows),
        "sums": [written(item, one) for one in (together.plan, together.actual)],
    }


def drawn(rows: "Sequence[Deviation]", y: Mapping[str, Any]) -> Any:
    """Draw both as curves."""
    series = [
        charts.Series("Plan", [coordinate(row.plan) for row in rows]),
        charts.Series("Actual", [coordinate(row.actual) for row in rows]),
    ]
    places = [str(row.key) for row in rows]
    shown = charts.Plot("line", f"{y['title']}: plan and actual", places, series, y.get("unit", ""))
    kind = "percent" if y["kind"] == "percent" else "number"
    return charts.plot(shown, lambda value: written({"kind": kind}, value))


def column_of(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give a column of a table; raises NotFound."""
    return item_of({"columns": table["columns"]}, "columns", name)
