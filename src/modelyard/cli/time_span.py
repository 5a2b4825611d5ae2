"""Spans of time on the command line: `250ms`, `30s`, `5m`, `1h`."""

import re
from typing import Any

import click

UNITS_S = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|)")


class TimeSpan(click.ParamType[float]):
    """Reads a span of time, and gives seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read what was typed."""
        if isinstance(value, int | float):
            return float(value)
        match = WRITTEN.fullmatch(value.strip())
        if match is None:
            self.fail(f"'{value[:40]}' is no time: write 250ms, 30s, 5m or 1h.", param, ctx)
        return float(match[1]) * UNITS_S[match[2]]


SPAN = TimeSpan()
