"""`modelyard scale simulate` and `optimise`: traces played under policies."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.options import FOLDER, json_option, workspace_option
from modelyard.cli.time_span import SPAN
from modelyard.errors import NotFound

if TYPE_CHECKING:
    from modelyard.scale.policy import Policy
    from modelyard.scale.simulating import Outcome
    from modelyard.scale.trace import Trace
    from modelyard.workspace.measured import Measured

Command = TypeVar("Command", bound=Callable[..., Any])
MEANINGS = ("per-row", "per-second", "per-minute")


def trace_options(command: Command) -> Command:
    """Add what says which trace is played, and on what curve."""
    options = (
        click.option("--trace", "file", required=True, type=FOLDER, help="CSV or Parquet."),
        click.option("--column", default="", help="The column that counts requests."),
        click.option(
            "--as", "meaning", type=click.Choice(MEANINGS), help="What its numbers are per."
        ),
        click.option(
            "--gaps",
            type=click.Choice(("refuse", "zero", "hold")),
            default="refuse",
            show_default=True,
            help="What is taken for rows that are missing.",
        ),
        click.option("--times", default=1.0, show_default=True, help="Multiply the load."),
        click.option(
            "--days",
            default=14.0,
            show_default=True,
            help="Of a longer trace, its busiest so many days.",
        ),
        click.option(
            "--curve", type=FOLDER, help="Another file than the workspace's measured.toml."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@trace_options
@click.option(
    "--policy", "policies", multiple=True, type=FOLDER, help="A TOML file of [policies.NAME]."
)
@click.option("--picture", type=FOLDER, help="Write a picture of it all, as SVG.")
@json_option
@workspace_option
def simulate(
    policies: tuple[Path, ...],
    picture: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Play a trace under policies, second by second, and compare them.

    It takes the service as `modelyard scale load` has measured it. Without --policy, each platform
    is played as it comes.
    """
    from modelyard.cli.screen.scale import show_outcomes
    from modelyard.cli.screen.scale_json import outcomes_json
    from modelyard.scale.simulating import simulate as play

    measured, played = _given(**given)
    chosen = _policies(policies, measured, played)
    outcomes = [play(played, measured.curve, policy, name) for name, policy in chosen.items()]
    if picture is not None:
        from modelyard.cli.screen.scale_picture import write_picture

        write_picture(picture, played, outcomes)
    if as_json:
        print_json(outcomes_json(played, outcomes))
    else:
        show_outcomes(played, outcomes)
        if picture is not None:
            click.echo(f"Wrote {picture}.")


@click.command()
@trace_options
@click.option(
    "--platform",
    type=click.Choice(("cloud_run", "compute_engine", "ecs")),
    default="cloud_run",
    show_default=True,
)
@click.option("--p99", required=True, type=SPAN, help="The bound to keep, such as 250ms.")
@click.option("--failed", default=0.001, show_default=True, help="The share that may fail.")
@json_option
@workspace_option
def optimise(
    platform: str,
    p99: float,
    failed: float,
    as_json: bool,
    **given: Any,
) -> None:
    """Find the cheapest policy of a platform that keeps a bound on p99."""
    from modelyard.cli.screen.scale import show_best
    from modelyard.cli.screen.scale_json import outcomes_json
    from modelyard.scale.optimising import Goal
    from modelyard.scale.optimising import optimise as search
    from modelyard.scale.policy_file import usual_policies

    measured, played = _given(**given)
    start = usual_policies(measured, played)[platform]
    tried: list[Outcome] = []
    best = search(played, measured.curve, start, Goal(p99, failed), tried.append)
    if as_json:
        print_json(outcomes_json(played, [best]) | {"tried": len(tried)})
    else:
        show_best(best, len(tried))


def _measured(curve: Path | None, workspace: Path | None) -> "Measured":
    from modelyard.settings import from_environment
    from modelyard.workspace.measured import FILE_NAME, find_measured, read_measured

    if curve is not None:
        if not curve.is_file():
            raise NotFound(str(curve), "there is no such file.")
        return read_measured(curve)
    found = find_measured(workspace or from_environment().workspace)
    if found is None:
        raise NotFound(
            FILE_NAME,
            "is not in the workspace: nobody has measured the service.",
            "Start it, and run: modelyard scale load http://localhost:8080",
        )
    return found


def _given(
    workspace: Path | None, curve: Path | None, file: Path, days: float, **reading: Any
) -> "tuple[Measured, Trace]":
    """Read what is played, and for which service."""
    from modelyard.scale.trace_file import Reading, read_trace

    measured = _measured(curve, workspace)
    return measured, read_trace(file, Reading(most_days=days, **reading))


def _policies(files: tuple[Path, ...], measured: "Measured", trace: "Trace") -> "dict[str, Policy]":
    from modelyard.scale.policy_file import read_policies, usual_policies

    if not files:
        return usual_policies(measured, trace)
    return {name: one for file in files for name, one in read_policies(file).items()}
