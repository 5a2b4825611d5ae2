"""Rows in the format that the caller accepts."""

import hashlib
import tempfile
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

from modelyard.datasets.dataset import Dataset
from modelyard.errors import LONGEST_ECHO, Invalid
from modelyard.runs.child_state import ChildState
from modelyard.version import VERSION
from modelyard.web.live import live, services
from modelyard.web.query import Query
from modelyard.web.replies import as_json, pending
from modelyard.web.row_pages import row_page

if TYPE_CHECKING:
    import polars as pl

    from modelyard.datasets.rows import RowPage, RowQuery

MOST_JSON_ROWS = 10_000
MOST_FILE_ROWS = 1_000_000
MOST_CELLS = 20_000_000
"""Of one answer: some hundred megabytes while it is written."""
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
    shape = dataset.shape()
    refuse_too_much(min(wanted.limit, shape.rows), len(wanted.columns or shape.columns))
    tag = rows_tag(dataset, kind)
    page = row_page(dataset, wanted, wait_s)
    if isinstance(page, ChildState):
        return pending(page)
    if kind == "json":
        is_steady = tag == rows_tag(dataset, kind)
        return as_json(page_content(dataset.where, page, wanted), tag if is_steady else None)
    return as_file(dataset.where, page.table, kind, dataset.name)


def refuse_too_much(rows: int, columns: int) -> None:
    """Raise Invalid for more cells than one answer may hold in memory."""
    if rows * columns > MOST_CELLS:
        raise Invalid(
            "size",
            f"{rows:,} rows of {columns:,} columns are more than one answer holds.",
            f"Ask for {MOST_CELLS // columns:,} rows at a time, or for fewer columns.",
        )


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
            raise Invalid(
                "parameter 'format'", f"'{asked[:LONGEST_ECHO]}' is not known.", f"Known: {known}."
            )
        return asked
    best = request.accept_mimetypes.best_match(list(FORMATS.values()), default=FORMATS["json"])
    return next(name for name, mimetype in FORMATS.items() if mimetype == best)


def page_content(where: str, page: "RowPage", wanted: "RowQuery") -> dict[str, Any]:
    """Give a page of rows and where it stands among all."""
    from modelyard.datasets.plain import plain_rows

    return {
        "matching": page.matching,
        "page": wanted.offset // wanted.limit + 1,
        "size": wanted.limit,
        "pages": -(-page.matching // wanted.limit),
        "columns": page.table.columns,
        "rows": plain_rows(where, page.table),
    }


def as_file(where: str, table: "pl.DataFrame", kind: str, name: str) -> Response:
    """Answer with rows as a file, which is written to disk and sent from there.

    Raises Invalid where the format cannot hold the table.
    """
    from modelyard.datasets.faults import reading
    from modelyard.datasets.plain import flat

    file = tempfile.TemporaryFile()  # noqa: SIM115 (it is closed when the answer is sent)
    with reading(where):
        if kind == "csv":
            flat(where, table).write_csv(file)
        elif kind == "parquet":
            table.write_parquet(file)
        else:
            table.write_ipc_stream(file)
    length = file.tell()
    file.seek(0)
    answer = Response(wrap_file(request.environ, file), mimetype=FORMATS[kind])
    answer.direct_passthrough = True
    answer.content_length = length
    ending = "arrows" if kind == "arrow" else kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer


def rows_tag(dataset: Dataset, kind: str) -> str:
    """Name the answer to this question on the present content.

    It is asked before and after reading: rows of a file that changed meanwhile get no name.
    """
    asked = hashlib.sha256(f"{VERSION} {kind} {request.full_path}".encode()).hexdigest()[:16]
    return f"{dataset.fingerprint()}-{asked}"
