"""Write docs/commands.md from the commands themselves. A test holds the two together.

Usage: python scripts/commands_reference.py > docs/commands.md
"""

from collections.abc import Iterator

import click

from modelyard.cli.main import modelyard

HEAD = """# Commands

Written by `scripts/commands_reference.py` from the commands themselves.
"""
WIDTH = 96


def reference() -> str:
    """Give the help of every command, one after the other."""
    parts = [HEAD]
    for path, command in walk("modelyard", modelyard):
        context = click.Context(command, info_name=path, terminal_width=WIDTH)
        parts.append(f"\n## `{path}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "".join(parts)


def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Go through a command and all below it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from walk(f"{path} {name}", below)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
