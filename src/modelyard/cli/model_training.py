"""`modelyard models train`: train a model again, as a run."""

import json
from typing import Any

import click

from modelyard.cli.options import json_option, workspace_option


@click.command()
@click.argument("name")
@click.argument("parameters", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option("--wait", is_flag=True, help="Wait until it is over; exit code 1 if it fails.")
@workspace_option
@json_option
def train(name: str, parameters: tuple[str, ...], **options: Any) -> None:
    """Train a model again, as [models.NAME.train] in modelyard.toml says.

    The new version becomes @challenger, and @champion where the rule there says so. PARAMETERS are
    taken instead of those in modelyard.toml.
    """
    from modelyard.cli.key_values import pairs
    from modelyard.cli.runs import start

    given = {key: _value(text) for key, text in pairs(parameters).items()}
    fields = (f"model={json.dumps(name)}", f"parameters={json.dumps(given)}")
    click.get_current_context().invoke(start, kind="train", fields=fields, key=None, **options)


def _value(text: str) -> Any:
    """Read a value as JSON; what is no JSON is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
