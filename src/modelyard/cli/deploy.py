"""`modelyard deploy`: the workspace on a cloud. What is shown first is what is done."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.deploy_ci import ci
from modelyard.cli.options import workspace_option

if TYPE_CHECKING:
    from modelyard.deploy.life import Deployment, Planner
    from modelyard.deploy.plan import Change, DeployPlan
    from modelyard.deploy.steps import Step
    from modelyard.deploy.target import Order, Target
    from modelyard.workspace.deploying import TargetSettings

TITLES = {
    "cloud_run": "Cloud Run",
    "compute_engine": "Compute Engine",
    "vertex_ai": "Vertex AI",
    "ecs": "ECS",
}
TARGET = click.argument("target", type=click.Choice(list(TITLES)))
Command = Callable[..., Any]


@click.group()
def deploy() -> None:
    """Put the workspace on a cloud: plan, deploy, look, roll back, remove.

    \b
    Start with:
      modelyard deploy cloud_run --dry-run
    """


def acting_options(command: Command) -> Command:
    """Add what all commands have that change something."""
    for option in (
        workspace_option,
        click.option("--break-lock", is_flag=True, help="Take the lock from who holds it."),
        click.option("--yes", "-y", is_flag=True, help="Do it without asking."),
        click.option("--dry-run", is_flag=True, help="Only show the plan."),
    ):
        command = option(command)
    return command


def up_command(name: str, title: str) -> click.Command:
    """Make `modelyard deploy NAME`."""

    @acting_options
    @click.option("--public", is_flag=True, help="Let everybody ask it. Else it is private.")
    @click.option("--image", default="", help="Deploy this image, pushed before: HOST/PATH@sha256:")
    def up(  # noqa: PLR0913, PLR0917 (a word of the command line each)
        image: str, public: bool, dry_run: bool, yes: bool, break_lock: bool, workspace: Path | None
    ) -> None:
        from modelyard.deploy.ordering import image_source, order_for
        from modelyard.deploy.targets import get_target

        target, folder = get_target(name), folder_of(workspace)
        source = image_source(target, folder, image, checkout())
        order = order_for(target, folder, source, public)
        say_measured(name, folder, order.settings)
        deployment = _deployment(
            target, order, lambda seen: target.plan_up(order, seen), break_lock
        )
        act(deployment, dry_run, yes)

    text = f"Deploy to {title}, or bring what runs there up to date."
    return click.command(name, help=text)(up)


def say_measured(name: str, folder: Path, settings: "TargetSettings") -> None:
    """Say which settings come from what `modelyard scale load` measured."""
    from modelyard.deploy.measured import told
    from modelyard.workspace import open_workspace

    if note := told(name, open_workspace(folder), settings):
        click.echo(note)


for _name, _title in TITLES.items():
    deploy.add_command(up_command(_name, _title))
deploy.add_command(ci)


@deploy.command()
@TARGET
@acting_options
def rollback(
    target: str, dry_run: bool, yes: bool, break_lock: bool, workspace: Path | None
) -> None:
    """Go back to the image that ran before."""
    place, order = _order(target, workspace)
    planner: Planner = lambda seen: place.plan_rollback(order, seen)  # noqa: E731
    act(_deployment(place, order, planner, break_lock), dry_run, yes)


@deploy.command()
@TARGET
@click.option("--with-data", is_flag=True, help="Remove the database and the files of runs too.")
@acting_options
def destroy(  # noqa: PLR0913, PLR0917 (a word of the command line each)
    target: str, with_data: bool, dry_run: bool, yes: bool, break_lock: bool, workspace: Path | None
) -> None:
    """Remove all that is labelled as this deployment's; the database stays unless told."""
    place, order = _order(target, workspace)
    planner: Planner = lambda seen: place.plan_destroy(order, seen, with_data)  # noqa: E731
    act(_deployment(place, order, planner, break_lock), dry_run, yes)


@deploy.command()
@TARGET
@workspace_option
def status(target: str, workspace: Path | None) -> None:
    """Say what runs, where, by which image, and who may ask it."""
    place, order = _order(target, workspace)
    seen = _deployment(place, order, lambda seen: place.plan_up(order, seen)).look()
    for line in place.status(order, seen):
        click.echo(f"{line.label + ':':<14} {line.value}")


@deploy.command()
@TARGET
@click.option("--lines", default=100, show_default=True, help="How many.")
@click.option("--follow", "-f", is_flag=True, help="Go on as more comes.")
@workspace_option
def logs(target: str, lines: int, follow: bool, workspace: Path | None) -> None:
    """Show what the service says."""
    from modelyard.deploy import runner

    place, order = _order(target, workspace)
    runner.run((place.logs(order, lines, follow),))


@deploy.command()
@TARGET
@click.option("--image", default="", help="Examine this image in a container, by docker.")
@workspace_option
@click.pass_context
def doctor(context: click.Context, target: str, image: str, workspace: Path | None) -> None:
    """Run the service as the platform would, and check its contract line by line."""
    from modelyard.cli.doctor import doctor as examination
    from modelyard.deploy.targets import get_target

    platform = get_target(target).platform
    context.invoke(examination, target=platform, image=image, workspace=workspace, as_json=False)


@deploy.command("app_engine")
@workspace_option
def app_engine(workspace: Path | None) -> None:
    """Write app.yaml, by which App Engine (flexible) runs the image that Cloud Run runs."""
    from modelyard.deploy import runner
    from modelyard.deploy.targets.cloud_run.app_engine import write_step
    from modelyard.deploy.targets.cloud_run.names import Names

    place, order = _order("cloud_run", workspace)
    seen = _deployment(place, order, lambda seen: place.plan_up(order, seen)).look()
    step = write_step(Names(order), seen)
    runner.run((step,))
    click.echo(f"Wrote {step.path}: its first lines say how it is deployed.")


def act(deployment: "Deployment", dry_run: bool, yes: bool) -> None:
    """Show a plan; do it when the person says so."""
    from modelyard.deploy.shown import plan_text

    plan = deployment.plan()
    click.echo(plan_text(plan, with_documents=dry_run), nl=False)
    if dry_run or plan.is_idle:
        return
    if not yes:
        click.confirm("Do this?", abort=True)
    deployment.carry_out(plan, _say)
    click.echo(_ending(plan))


def folder_of(workspace: Path | None) -> Path:
    """Give the workspace's folder."""
    from modelyard.settings import from_environment

    return workspace or from_environment().workspace


def checkout() -> Path | None:
    """Give the checkout from which Modelyard runs; None where it was installed."""
    import modelyard
    from modelyard.deploy.image import find_checkout

    return find_checkout(Path(modelyard.__file__).parent)


def _order(name: str, workspace: Path | None) -> "tuple[Target, Order[Any]]":
    from modelyard.deploy.ordering import order_for
    from modelyard.deploy.targets import get_target

    target = get_target(name)
    return target, order_for(target, folder_of(workspace))


def _deployment(
    target: "Target", order: "Order[Any]", planner: "Planner", break_lock: bool = False
) -> "Deployment":
    from modelyard.deploy.life import Deployment
    from modelyard.deploy.runner import Programs

    return Deployment(Programs(), target, order, planner, break_lock)


def _say(change: "Change", step: "Step") -> None:
    click.echo(f"{click.style('$', fg='cyan')} {step}   # {change.what}: {step.why}", err=True)


def _ending(plan: "DeployPlan") -> str:
    done = sum(change.acts for change in plan.changes)
    return f"Done: {plan.title[:1].lower()}{plan.title[1:]}; {done} changes."
