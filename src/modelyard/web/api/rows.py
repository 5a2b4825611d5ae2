"""Rows in the format that the caller accepts."""

import io
from typing import TYPE_CHECKING, Any

from flask import Response, request

from modelyard.datasets.dataset import Dataset
from modelyard.errors import Invalid
from modelyard.web.live import live, services
from modelyard.web.query import Query
from modelyard.web.replies import as_json, pending

if TYPE_CHECKING:
    import polars as pl

    from modelyard.datasets.rows import RowPage, RowQuery

MOST_JSON_ROWS = 10_000
MOST_FILE_ROWS = 1_000_000
FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
ROW_PARAMETERS = ("filter", "sort", "columns", "page", "size")


def answer_rows(dataset: Dataset) -> Response:
    """Answer with rows; JSON has paging beside them, files have the rows alone."""
    query = Query(request.args, *ROW_PARAMETERS, "format", "wait")
    kind = chosen_format(query)
    wait_s = query.number("wait", services().settings.wait_s, 0, 60)
    waiting = live().answers.prepare(dataset, wait_s)
    if waiting is not None:
        return pending(waiting)
    wanted = row_query(query, MOST_JSON_ROWS if kind == "json" else MOST_FILE_ROWS)
    page = dataset.rows(wanted)
    if kind == "json":
        return as_json(page_content(page, wanted), rows_tag(dataset))
    return as_file(page.table, kind, dataset.name)


def row_query(query: Query, most: int) -> "RowQuery":
    """Read which rows are asked for."""
    from modelyard.datasets.rows import RowQuery, parse_filter

    size = query.integer("size", 100, 1, most)
    page = query.integer("page", 1, 1, 10**9)
    return RowQuery(
        filters=tuple(parse_filter(text) for text in query.many("filter")),
        sort=query.names("sort"),
        columns=query.names("columns"),
        offset=(page - 1) * size,
        limit=size,
    )


def chosen_format(query: Query) -> str:
    """Tell the format by `?format=`, else by the Accept header, else JSON.

    Raises Invalid for a format that is not known.
    """
    asked = query.text("format")
    if asked:
        if asked not in FORMATS:
            known = ", ".join(FORMATS)
            raise Invalid("parameter 'format'", f"'{asked}' is not known.", f"Known: {known}.")
        return asked
    best = request.accept_mimetypes.best_match(list(FORMATS.values()), default=FORMATS["json"])
    return next(name for name, mimetype in FORMATS.items() if mimetype == best)


def page_content(page: "RowPage", wanted: "RowQuery") -> dict[str, Any]:
    """Give a page of rows and where it stands among all."""
    from modelyard.datasets.plain import plain_rows

    return {
        "matching": page.matching,
        "page": wanted.offset // wanted.limit + 1,
        "size": wanted.limit,
        "pages": -(-page.matching // wanted.limit),
        "columns": page.table.columns,
        "rows": plain_rows(page.table),
    }


def as_file(table: "pl.DataFrame", kind: str, name: str) -> Response:
    """Answer with rows as a file."""
    buffer = io.BytesIO()
    if kind == "csv":
        table.write_csv(buffer)
    elif kind == "parquet":
        table.write_parquet(buffer)
    else:
        table.write_ipc_stream(buffer)
    answer = Response(buffer.getvalue(), mimetype=FORMATS[kind])
    ending = "arrows" if kind == "arrow" else kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer


def rows_tag(dataset: Dataset) -> str:
    """Name the answer to this question on the present content."""
    import hashlib

    asked = hashlib.sha256(request.full_path.encode()).hexdigest()[:16]
    return f"{dataset.fingerprint()}-{asked}"
