"""The fleet in the browser, for owners: who is there, and what all of them do."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from modelyard.fleet.timeline import SPANS, History, Point
from modelyard.web import fleet
from modelyard.web.charts import Plot, Series, plot
from modelyard.web.needs import guarded
from modelyard.web.numerals import integer
from modelyard.web.pages.page import led_to, page
from modelyard.web.query import Query

blueprint = Blueprint("fleet", __name__, url_prefix="/fleet")
SIZE = 50
WORDS = {"minutes": "%H:%M:%S", "hour": "%H:%M", "day": "%H:%M", "week": "%a %H:%M"}


@blueprint.app_template_filter("lasting")
def lasting(seconds: float) -> str:
    """Write how long something has lasted, in the unit that fits it."""
    for limit, unit_s, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // unit_s:.0f} {unit}"
    return f"{seconds // 86_400:,.0f} days"


@blueprint.app_template_filter("rate")
def rate(value: float) -> str:
    """Write how often something happens, with three digits that count."""
    return integer(round(value)) if value >= 100 else f"{value:.3g}"


@blueprint.get("")
@guarded("admin")
def show() -> Response:
    """Show the processes, what they do, and how many there were."""
    query = Query(request.args, "state", "find", "page", "span")
    state, text = query.text("state"), query.text("find")
    seen = fleet.overview(state, text)
    number = query.integer("page", 1, 1, 10_000_000)
    shown = seen.members[(number - 1) * SIZE : number * SIZE]
    told = fleet.told_history(fleet.read_span(query.text("span", "hour")))

    def address(**more: Any) -> str:
        asked = {"state": state, "find": text, "span": query.text("span")} | more
        kept = urlencode({name: value for name, value in asked.items() if value})
        return "/fleet" + (f"?{kept}" if kept else "")

    return page(
        "fleet/fleet.html",
        seen=seen,
        shown=[(member, member.state(seen.now), member.doing) for member in shown],
        states=fleet.STATES,
        state=state,
        find=text,
        told=told,
        spans=SPANS,
        plots=_fleet_plots(told),
        address=address,
        page_number=number,
        pages=max(1, -(-len(seen.members) // SIZE)),
    )


@blueprint.get("/load")
@guarded("admin")
def show_load() -> Response:
    """Show rates, errors and percentiles, per endpoint and per model."""
    span = fleet.read_span(Query(request.args, "span").text("span", "hour"))
    told = fleet.told_history(span)
    return page("fleet/load.html", told=told, spans=SPANS, plots=_load_plots(told))


@blueprint.get("/groups")
@guarded("admin")
def show_groups() -> Response:
    """Show what the clouds say of the groups that the workspace is deployed to."""
    return page("fleet/groups.html", seen=fleet.cloud_groups())


@blueprint.post("/draining")
@guarded("admin")
def set_draining() -> Response:
    """Have a process and those beside it take no more requests, or again."""
    given = Query(request.form, "member", "draining")
    fleet.drain(given.text("member"), given.flag("draining"))
    return led_to("/fleet")


def _fleet_plots(told: History) -> list[Any]:
    return [
        _plot(told, "Processes", "", {"processes": lambda one: one.members}, "area"),
        _plot(told, "Requests", "per second", {"requests": lambda one: one.requests_per_s}, "area"),
    ]


def _load_plots(told: History) -> list[Any]:
    rates = {
        "requests": lambda one: one.requests_per_s,
        "errors": lambda one: one.errors_per_s,
    }
    times = {
        "p50": lambda one: None if one.p50_s is None else one.p50_s * 1000,
        "p99": lambda one: None if one.p99_s is None else one.p99_s * 1000,
    }
    return [
        _plot(told, "Requests and errors", "per second", rates, "line"),
        _plot(told, "Time to answer", "milliseconds", times, "line"),
    ]


def _plot(
    told: History,
    title: str,
    unit: str,
    values: dict[str, Callable[[Point], float | None]],
    kind: Any,
) -> Any:
    series = [
        Series(name, [value(point) for point in told.points]) for name, value in values.items()
    ]
    places = [point.at.strftime(WORDS[told.span]) for point in told.points]
    return plot(Plot(kind, title, places, series, f"{title}, {unit}" if unit else title))
