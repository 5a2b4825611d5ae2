"""The whole audit log as a file, written while it is read."""

from datetime import UTC, datetime
from typing import cast

from flask import Response, stream_with_context

from modelyard.errors import Invalid
from modelyard.web.live import live

FORMATS = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


def audit_file(kind: str) -> Response:
    """Answer with every entry, oldest first; raises Invalid for an unknown format."""
    from modelyard.accounts.audit_file import Format, audit_lines

    if kind not in FORMATS:
        known = ", ".join(FORMATS)
        raise Invalid("parameter 'format'", f"'{kind[:40]}' is not known.", f"Known: {known}.")
    lines = audit_lines(live().records.accounts.audit, cast("Format", kind))
    answer = Response(stream_with_context(lines), mimetype=FORMATS[kind])
    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
