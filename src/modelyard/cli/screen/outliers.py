"""Rows that stand out, and why."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelyard.cli.screen.console import say
from modelyard.cli.screen.numbers import count_text, number_text, plural
from modelyard.cli.screen.table import Column, show_table

if TYPE_CHECKING:
    from rich.console import Console

    from modelyard.datasets.outliers import OutlierScan, Threshold, WorstRow


def show_outliers(
    console: "Console", title: str, scan: "OutlierScan", threshold: "Threshold", limit: int
) -> None:
    """Write the flagged count and the worst rows with their reasons."""
    flagged = plural(threshold.flagged, "row")
    verb = "stands" if threshold.flagged == 1 else "stand"
    say(console, f"{title}: {flagged} of {count_text(scan.rows)} {verb} out", "bold")
    say(console, _method(scan, threshold), "dim")
    flagged_rows = set(threshold.flagged_worst)
    rows = [row for row in scan.worst if row.row in flagged_rows][:limit]
    if rows:
        say(console, "")
        show_table(console, worst_columns(rows))
    say(console, "")
    for skipped in scan.skipped:
        say(console, f"Not used: {skipped.name} ({skipped.type}): {skipped.reason}", "yellow")
    used = ", ".join(column.name for column in scan.used)
    say(console, f"Used: {used}. Rows count from 0.", "dim")


def worst_columns(rows: Sequence["WorstRow"]) -> list[Column]:
    """Lay out the worst rows."""
    return [
        Column("row", tuple(count_text(row.row) for row in rows), is_number=True),
        Column("percentile", tuple(f"{row.percentile:.3f}" for row in rows), is_number=True),
        Column("score", tuple(number_text(row.score) for row in rows), is_number=True, rank=1),
        Column("why it stands out", tuple(map(why_text, rows)), most=100, least=40, wraps=True),
    ]


def why_text(row: "WorstRow") -> str:
    """Write the reasons in one line, the strongest first."""
    reasons = (f"{reason.column}: {reason.phrase}" for reason in row.reasons)
    return "; ".join(reasons) or "no single column is to blame"


def _method(scan: "OutlierScan", threshold: "Threshold") -> str:
    seed = "" if scan.seed is None else f", seed {scan.seed}"
    line = f"score above {number_text(threshold.score)}, percentile {threshold.percentile:g}"
    return f"{scan.title} ({scan.library} {scan.version}{seed}); {line}."
