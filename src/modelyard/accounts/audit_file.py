"""The whole audit log as lines of a file, written while it is read."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Literal

from modelyard.accounts.audit import AuditLog

Format = Literal["ndjson", "csv"]
FORMATS: tuple[Format, ...] = ("ndjson", "csv")
COLUMNS = ("id", "at", "actor", "via", "address", "action", "subject", "detail")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet would take for the beginning of a formula."""


def audit_lines(audit: AuditLog, format: Format) -> Iterator[str]:
    """Give every entry, oldest first, each with the end of its line; CSV begins with a heading."""
    if format == "ndjson":
        for entry in audit.export():
            yield json.dumps(entry, ensure_ascii=False) + "\n"
        return
    yield _csv_line(COLUMNS)
    for entry in audit.export():
        detail = json.dumps(entry["detail"], ensure_ascii=False) if entry["detail"] else ""
        yield _csv_line([cell((entry | {"detail": detail})[name]) for name in COLUMNS])


def cell(value: object) -> str:
    """Give a value as a spreadsheet may show it: never as a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
