"""The whole audit log as a file, written while it is read."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response, stream_with_context

from modelyard.errors import Invalid
from modelyard.web.live import live

FORMATS = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
COLUMNS = ("id", "at", "actor", "via", "address", "action", "subject", "detail")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""


def audit_file(kind: str) -> Response:
    """Answer with every entry, oldest first; raises Invalid for an unknown format."""
    if kind not in FORMATS:
        known = ", ".join(FORMATS)
        raise Invalid("parameter 'format'", f"'{kind[:40]}' is not known.", f"Known: {known}.")
    lines = _csv_lines() if kind == "csv" else _json_lines()
    answer = Response(stream_with_context(lines), mimetype=FORMATS[kind])
    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json_lines() -> Iterator[str]:
    for entry in live().records.accounts.audit.export():
        yield json.dumps(entry, ensure_ascii=False) + "\n"


def _csv_lines() -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for entry in live().records.accounts.audit.export():
        detail = json.dumps(entry["detail"], ensure_ascii=False) if entry["detail"] else ""
        yield _csv_line([_cell((entry | {"detail": detail})[name]) for name in COLUMNS])


def _csv_line(cells: list[str] | tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
