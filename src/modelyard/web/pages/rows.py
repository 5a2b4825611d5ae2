"""Looking at the rows of a dataset: filter, sort, page, take away."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, redirect, request

from modelyard.datasets.dataset import Dataset
from modelyard.errors import ModelyardError
from modelyard.runs.child_state import ChildState
from modelyard.web.api.rows import MOST_FILE_ROWS, ROW_PARAMETERS, row_query
from modelyard.web.needs import guarded
from modelyard.web.pages.frame import WAIT_S, View, api_of, framed, pending, status_of
from modelyard.web.pages.paging import Paging
from modelyard.web.pages.row_address import SIZE, RowAddress
from modelyard.web.query import Query
from modelyard.web.row_pages import row_page

MOST_SIZE = 500
SIZES = (25, 50, 100, 250, 500)
MOST_COLUMNS = 40
"""Columns side by side; a table with more is gone through from left to right."""
OPERATORS = {
    "eq": "=",
    "ne": "≠",
    "gt": ">",
    "ge": "≥",
    "lt": "<",
    "le": "≤",
    "contains": "contains",
    "starts": "starts with",
    "null": "is empty",
    "notnull": "is not empty",
}
FORMATS = ("csv", "parquet", "arrow", "json")
blueprint = Blueprint("row_pages", __name__)


@blueprint.get("/datasets/<name>/rows")
@guarded("read", "dataset")
def rows(name: str) -> Response:
    """Show rows."""
    return framed(name, "rows", show_rows)


def show_rows(dataset: Dataset) -> View | Response:
    """Show the rows that the address names, or lead to the address that a form means."""
    query = Query(request.args, *ROW_PARAMETERS, "start", "column", "operator", "value")
    address = address_of(dataset, query)
    if query.text("column"):
        return _led_to(address.at(filters=(*address.filters, _new_filter(query))))
    names = [field.name for field in dataset.shape().columns]
    context: dict[str, Any] = {
        "address": address,
        "files": [(kind, address.as_of(api_of(dataset, "rows")).file(kind)) for kind in FORMATS],
        "names": names,
        "operators": OPERATORS,
        "sizes": SIZES,
        "most_file_rows": MOST_FILE_ROWS,
    }
    try:
        table = _table(dataset, query, address, names)
    except ModelyardError as fault:
        status, title = status_of(fault)
        broken = {"fault": fault, "fault_title": title, "chips": _chips(address)}
        return View("datasets/rows.html", context | broken, status)
    if isinstance(table, ChildState):
        return pending(table, str(address.as_of(api_of(dataset, "rows"))))
    if isinstance(table, Response):
        return table
    return View("datasets/rows.html", context | table | {"chips": _chips(address)})


def address_of(dataset: Dataset, query: Query) -> RowAddress:
    """Read the address of the rows that are asked for."""
    return RowAddress(
        path=f"/datasets/{dataset.name}/rows",
        filters=query.many("filter"),
        sort=query.names("sort"),
        columns=query.names("columns"),
        size=query.integer("size", SIZE, 1, MOST_SIZE),
        page=query.integer("page", 1, 1, 10**9),
        start=query.integer("start", 1, 1, 10**6),
    )


def _new_filter(query: Query) -> str:
    column, operator = query.text("column"), query.text("operator", "eq")
    if operator in {"null", "notnull"}:
        return f"{column}:{operator}"
    return f"{column}:{operator}:{query.text('value').strip()}"


def _table(
    dataset: Dataset, query: Query, address: RowAddress, names: list[str]
) -> dict[str, Any] | Response | ChildState:
    """Read the rows; a page beyond the last one leads to the last."""
    from modelyard.web.pages.row_cells import cell_columns, cell_rows

    chosen = address.columns or tuple(names)
    shown = chosen[address.start - 1 : address.start - 1 + MOST_COLUMNS] or chosen[-MOST_COLUMNS:]
    wanted = dataclasses.replace(
        row_query(query, MOST_SIZE),
        columns=shown,
        offset=(address.page - 1) * address.size,
        limit=address.size,
    )
    page = row_page(dataset, wanted, WAIT_S)
    if isinstance(page, ChildState):
        return page
    paging = Paging(page.matching, address.size, address.page)
    if address.page > paging.pages:
        return _led_to(address.at(page=paging.pages))
    return {
        "paging": paging,
        "columns": cell_columns(page.table),
        "rows": cell_rows(page.table),
        "sort": dict(_order(key) for key in address.sort),
        "start": min(address.start, len(chosen)),
        "column_count": len(chosen),
        "most_columns": MOST_COLUMNS,
    }


def _order(key: str) -> tuple[str, str]:
    return (key[1:], "descending") if key.startswith("-") else (key, "ascending")


def _chips(address: RowAddress) -> list[tuple[str, str]]:
    """Give each filter in words, and the address without it."""
    return [
        (_in_words(text), str(address.without(place))) for place, text in enumerate(address.filters)
    ]


def _in_words(text: str) -> str:
    from modelyard.datasets.rows import parse_filter

    try:
        condition = parse_filter(text)
    except ModelyardError:
        return text
    sign = OPERATORS[condition.operator]
    if condition.operator in {"null", "notnull"}:
        return f"{condition.column} {sign}"
    return f"{condition.column} {sign} {condition.value or '“”'}"


def _led_to(address: RowAddress) -> Response:
    answer = redirect(str(address))
    return Response(answer.get_data(), answer.status_code, answer.headers)
