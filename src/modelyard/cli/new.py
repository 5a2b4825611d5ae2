"""`modelyard new`: a folder to start with."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.options import FOLDER
from modelyard.cli.progress_bar import progress_bar

if TYPE_CHECKING:
    from modelyard.workspace.starter import Made


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--example", is_flag=True, help="Put real tables in: flights and penguins.")
def new(folder: Path, example: bool) -> None:
    """Make a workspace in FOLDER.

    Files that are there already are kept as they are.
    """
    from modelyard.workspace.starter import make_workspace

    with progress_bar() as progress:
        made = make_workspace(folder, example, progress)
    click.echo(_words(folder, made))


def _words(folder: Path, made: "Made") -> str:
    from modelyard.cli.clean import clean_line
    from modelyard.cli.screen.numbers import bytes_text

    lines = [f"Made the workspace {clean_line(str(folder))}:"]
    lines += [f"  {file.name:<30}{bytes_text(file.size):>8}" for file in made.files]
    lines += [f"  {name:<30}    kept as it was" for name in made.kept]
    if made.had_files:
        lines.append(
            "modelyard.toml now says what is served: move your tables into datasets, "
            "or list them in it."
        )
    return "\n".join([*lines, f"Serve it with: modelyard serve {clean_line(str(folder))}"])
