"""Answers of what-if models as files: Excel, CSV, Parquet."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response

from modelyard.scenarios.what_ifs import TableForm
from modelyard.web.what_if.offered import what_ifs

FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}


def file_answer(  # noqa: PLR0913 (what is asked)
    name: str,
    form: str,
    given: Mapping[str, Any],
    *,
    output: str = "",
    title: str = "",
    version: int = 0,
    as_of: date | None = None,
) -> Response:
    """Work a model out and answer with a file; `output` is the table that CSV and Parquet give."""
    asked: dict[str, Any] = {"version": version, "as_of": as_of}
    if form == "xlsx":
        content = what_ifs().excel(name, given, title=title, **asked)
    else:
        table: TableForm = "csv" if form == "csv" else "parquet"
        content = what_ifs().table(name, given, table, output=output, **asked)
    stem = f"{name}-{output}" if output and form != "xlsx" else name
    answer = Response(content, mimetype=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{stem}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
