"""`modelyard deploy ci`: a pipeline that deploys what is pushed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.options import workspace_option
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from modelyard.deploy.pipelines.pipeline import Pipeline, Place
    from modelyard.workspace import Workspace

PLACES = ("github", "gitlab", "cloudbuild")


@click.command()
@click.argument("place", type=click.Choice(PLACES))
@click.option("--target", default="", help="Where to.  [default: the only one in modelyard.toml]")
@click.option("--branch", default="main", show_default=True, help="What is pushed here goes out.")
@click.option("--public", is_flag=True, help="Let everybody ask it. Else it is private.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--dry-run", is_flag=True, help="Only show the pipeline.")
@workspace_option
def ci(  # noqa: PLR0913, PLR0917 (a word of the command line each)
    place: str,
    target: str,
    branch: str,
    public: bool,
    force: bool,
    dry_run: bool,
    workspace: Path | None,
) -> None:
    """Write a pipeline that tests, builds, and deploys by digest, without a key.

    PLACE is where it runs: github, gitlab or cloudbuild.
    """
    from modelyard.deploy.pipelines.pipeline import write
    from modelyard.settings import from_environment
    from modelyard.workspace import open_workspace

    folder = workspace or from_environment().workspace
    pipeline = _pipeline(open_workspace(folder), target, branch, public)
    chosen = _place(place)
    text = chosen.text_of(pipeline)
    if dry_run:
        click.echo(text, nl=False)
        return
    path = folder / chosen.file
    is_new = write(path, text, force)
    click.echo(f"{'Wrote' if is_new else 'Nothing to do:'} {path}")
    click.echo("Set once:")
    for line in chosen.todo_of(pipeline):
        click.echo(f"  {line}")


def _place(name: str) -> "Place":
    from modelyard.deploy.pipelines.cloud_build import CLOUD_BUILD
    from modelyard.deploy.pipelines.github import GITHUB
    from modelyard.deploy.pipelines.gitlab import GITLAB

    return {"github": GITHUB, "gitlab": GITLAB, "cloudbuild": CLOUD_BUILD}[name]


def _pipeline(workspace: "Workspace", target: str, branch: str, public: bool) -> "Pipeline":
    from modelyard.deploy.pipelines.pipeline import Pipeline, refuse_branch, refuse_lost
    from modelyard.deploy.targets import TARGETS, get_target

    refuse_branch(branch)
    deploying = workspace.config.deploy
    named = [
        name for name in TARGETS if getattr(deploying, name) != type(getattr(deploying, name))()
    ]
    if not target and len(named) != 1:
        found = f"has sections for {', '.join(named)}" if named else "has no [deploy.TARGET]"
        raise Invalid("modelyard.toml", f"{found}: which one?", "Name it: --target")
    chosen = target or named[0]
    if chosen not in TARGETS:
        raise Invalid("--target", f"'{chosen[:40]}' is none.", f"Known: {', '.join(TARGETS)}.")
    written = getattr(deploying, chosen)
    refuse_lost(f"deploy.{chosen}", written, get_target(chosen).required)
    return Pipeline(chosen, branch, getattr(written, "region", ""), public)
