"""The guide is of this product: its settings are read, its commands are there."""

import re
from pathlib import Path

import click
import pytest

from modelyard.cli.main import modelyard
from modelyard.deploy.targets import TARGETS
from modelyard.workspace.deploying.cloud_run import CloudRunSettings
from modelyard.workspace.parse import parse

DOCS = Path(__file__).resolve().parents[3] / "docs" / "deploy"
GUIDE = DOCS / "cloud-run.md"


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^ *```{kind}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)


def test_the_settings_of_the_guide_are_valid_and_all_of_them():
    [settings] = blocks(GUIDE.read_text(), "toml")
    config = parse(settings)
    assert config.deploy.cloud_run.concurrency == 8
    named = set(re.findall(r"^(\w+) = ", settings, re.MULTILINE))
    assert set(CloudRunSettings.__struct_fields__) - named == {"database_secret"}


@pytest.mark.parametrize("path", [DOCS / "index.md", GUIDE], ids=lambda path: path.stem)
def test_every_command_of_the_guide_is_one(path):
    text = "".join(blocks(path.read_text(), "text"))
    for line in re.findall(r"modelyard ([^#\n]*)", text):
        command: click.Command = modelyard
        for word in line.split():
            if word in {"TARGET", "|"} or word.startswith("-"):
                continue
            if not isinstance(command, click.Group):
                assert word in {*TARGETS, "github"}, line
                continue
            found = command.get_command(click.Context(command), word)
            assert found is not None, line
            command = found


def test_what_each_platform_is_called_has_a_guide():
    text = (DOCS / "index.md").read_text()
    for target in TARGETS:
        assert f"`{target}`" in text
