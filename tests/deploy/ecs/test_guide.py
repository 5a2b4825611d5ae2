"""The guide to ECS is of this product: its settings are read, its commands are there."""

import re
from pathlib import Path

import click

from modelyard.cli.main import modelyard
from modelyard.workspace.deploying.ecs import EcsSettings
from modelyard.workspace.parse import parse

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "deploy" / "ecs.md"


def blocks(kind: str) -> list[str]:
    pattern = rf"^ *```{kind}\n(.*?)^ *```"
    return re.findall(pattern, GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def test_the_settings_of_the_guide_are_valid_and_all_of_them():
    [settings] = blocks("toml")
    assert parse(settings).deploy.ecs.requests_per_instance == 20
    assert set(re.findall(r"^(\w+) = ", settings, re.MULTILINE)) == set(
        EcsSettings.__struct_fields__
    )


def test_every_command_of_the_guide_is_one():
    for line in re.findall(r"modelyard ([^#\n]*)", "".join(blocks("text"))):
        command: click.Command = modelyard
        words = [word for word in line.split() if word not in {"ecs", "github"}]
        options = [word for word in words if word.startswith("-")]
        for word in (word for word in words if not word.startswith("-")):
            command = command.get_command(click.Context(command), word)
            assert command is not None, line
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), "ecs")
        known = {name for option in command.params for name in option.opts}
        assert set(options) <= known, line
