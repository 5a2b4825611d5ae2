"""The one JSON document that `--json` prints."""

from typing import Any

import click


def print_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    from modelyard.datasets.tasks import encode_json

    click.echo(encode_json(value))


def plain(value: object) -> dict[str, Any]:
    """Give a structure's parts as JSON values; integers of any size stay exact."""
    import msgspec

    parts: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(int,))
    return parts
