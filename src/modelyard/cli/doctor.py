"""`modelyard doctor`: would the service run as a platform runs it?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.options import json_option, workspace_option

if TYPE_CHECKING:
    from modelyard.deploy.doctor import Finding

TARGETS = ("vertex", "sagemaker", "kserve", "cloud_run", "compute_engine", "ecs")


@click.command()
@click.option("--target", type=click.Choice(TARGETS), required=True, help="The platform.")
@click.option("--image", default="", help="Examine this image in a container, by docker.")
@workspace_option
@json_option
def doctor(target: str, image: str, workspace: Path | None, as_json: bool) -> None:
    """Start the service as a platform would, and check its contract line by line.

    The exit code is 1 where a line is not kept. Nothing that the workspace keeps is touched.
    """
    from dataclasses import asdict

    from modelyard.deploy.doctor import PLATFORMS, examine
    from modelyard.settings import from_environment

    platform = PLATFORMS[target]
    folder = workspace or from_environment().workspace
    findings = []
    for finding in examine(platform, folder, image):
        findings.append(finding)
        if not as_json:
            click.echo(_line(finding))
    is_kept = all(finding.is_kept for finding in findings)
    if as_json:
        listed = [asdict(finding) for finding in findings]
        print_json({"target": target, "is_kept": is_kept, "findings": listed})
    else:
        for note in platform.notes:
            click.echo(f"        {note}")
        verdict = "keeps the contract" if is_kept else "does not keep the contract"
        click.echo(f"The service {verdict} of {platform.title}.")
    if not is_kept:
        raise click.exceptions.Exit(1)


def _line(finding: "Finding") -> str:
    from modelyard.cli.clean import clean_line

    mark = (
        click.style("  ok    ", fg="green")
        if finding.is_kept
        else click.style("  fails ", fg="red")
    )
    line = f"{mark}{finding.line}  ({clean_line(finding.seen)})"
    return line if finding.is_kept else f"{line}\n        {finding.cure}"
