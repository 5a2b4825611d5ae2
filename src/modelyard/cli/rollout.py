"""`modelyard rollout`: a new image for what runs by docker compose, without a gap."""

from pathlib import Path

import click

from modelyard.cli.image import do
from modelyard.cli.options import workspace_option


@click.command()
@click.option(
    "--file", "-f", "files", multiple=True, help="Compose files.  [default: compose.yaml]"
)
@click.option("--patience", default=60, show_default=True, help="Seconds for one to be healthy.")
@click.option("--dry-run", is_flag=True, help="Only show the steps.")
@workspace_option
def rollout(files: tuple[str, ...], patience: int, dry_run: bool, workspace: Path | None) -> None:
    """Replace the replicas one by one with the present image, without a failed request.

    nginx is told before and after each. Where one does not become healthy it stops there: the
    others go on serving, and a second rollout begins anew.
    """
    from modelyard.deploy.rollout import Project, rollout_plan
    from modelyard.settings import from_environment

    folder = workspace or from_environment().workspace
    do(rollout_plan(Project(folder, files, patience)), dry_run)
