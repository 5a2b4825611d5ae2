"""`modelyard image`: the workspace as an image, as its Makefile makes it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.options import workspace_option
from modelyard.errors import NotFound

if TYPE_CHECKING:
    from modelyard.deploy.steps import Plan


@click.group()
def image() -> None:
    """Make the image of a workspace. Docker must be installed."""


@image.command()
@click.option("--slim", "is_slim", is_flag=True, help="The small one: statistics, models by ONNX.")
@click.option("--tag", default="", help="Its name.  [default: IMAGE in .env, else the folder's]")
@click.option("--base", default="", help="Another slim image of Python 3.11 or newer.")
@click.option("--dry-run", is_flag=True, help="Only show the commands.")
@workspace_option
def build(is_slim: bool, tag: str, base: str, dry_run: bool, workspace: Path | None) -> None:
    """Build the image."""
    from modelyard.deploy.image import ImageOrder, build_plan, default_tag

    folder = _folder(workspace)
    order = ImageOrder(folder, tag or default_tag(folder), is_slim, base)
    do(build_plan(order, _checkout()), dry_run)
    if not dry_run:
        click.echo(f"Built {order.tag}. Start it with: docker run -p 8080:8080 {order.tag}")


@image.command()
@workspace_option
def wheel(workspace: Path | None) -> None:
    """Put the wheel of this checkout of Modelyard where the image takes it from.

    Only for a Modelyard that is not on the package index.
    """
    from modelyard.deploy.image import wheel_plan

    checkout = _checkout()
    if checkout is None:
        raise NotFound("checkout", "Modelyard runs from a package: the image takes it by itself.")
    do(wheel_plan(_folder(workspace), checkout), dry_run=False)


def do(plan: "Plan", dry_run: bool) -> None:
    """Show a plan step by step, and do each step unless only the plan is wanted."""
    from modelyard.deploy import runner

    def say(step: object) -> None:
        click.echo(f"{click.style('$', fg='cyan')} {step}", err=not dry_run)

    if dry_run:
        for step in plan:
            say(step)
        return
    runner.run(plan, say)


def _folder(workspace: Path | None) -> Path:
    from modelyard.settings import from_environment

    return workspace or from_environment().workspace


def _checkout() -> Path | None:
    import modelyard
    from modelyard.deploy.image import find_checkout

    return find_checkout(Path(modelyard.__file__).parent)
