"""`modelyard scenarios`: what-if models of a workspace from the terminal."""

from pathlib import Path
from typing import Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.key_values import named_values, pairs
from modelyard.cli.options import json_option, workspace_option
from modelyard.cli.progress_bar import progress_bar
from modelyard.cli.scenario_actuals import actuals
from modelyard.cli.scenario_models import open_model, open_models, read_day
from modelyard.cli.scenario_records import COMMANDS, as_of_option, kept_as

VALUES = "[PARAMETER=VALUE]..."


@click.group()
def scenarios() -> None:
    """Run what-if models, compare, vary, search, simulate."""


@scenarios.command("list")
@workspace_option
@json_option
def list_scenarios(workspace: Path | None, as_json: bool) -> None:
    """List the what-if models, and what is wrong with those that cannot be used."""
    from modelyard.cli.inventory import fault_as_json

    found = open_models(workspace)
    if as_json:
        from modelyard.scenarios.definition import definition_of

        models = [definition_of(what_if) for what_if in found.values()]
        faults = [{"file": file} | fault_as_json(fault) for file, fault in found.faults.items()]
        print_json({"models": models, "faults": faults})
        return
    from modelyard.cli.screen.scenarios import show_models

    show_models(found)


@scenarios.command()
@click.argument("name")
@workspace_option
@json_option
def show(name: str, workspace: Path | None, as_json: bool) -> None:
    """Show the parameters and outputs of a model."""
    what_if = open_model(workspace, name)
    if as_json:
        from modelyard.scenarios.definition import definition_of

        print_json(definition_of(what_if))
        return
    from modelyard.cli.screen.scenarios import show_model

    show_model(what_if)


@scenarios.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar=VALUES)
@click.option(
    "--excel",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write inputs, outputs and passport as .xlsx.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take the inputs of an .xlsx that was filled in.",
)
@click.option("--timeout", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True)
@click.option("--version", type=int, default=0, help="Of a managed model.  [default: that in use]")
@as_of_option
@click.option("--save", metavar="NAME", help="Save the values and figures under a name.")
@workspace_option
@json_option
def run(name: str, values: tuple[str, ...], workspace: Path | None, **options: Any) -> None:
    """Work a model out: `run loan rate=6.5% months=240`.

    A table is written as 2026:5%,2027:4%, or as JSON.
    """
    from modelyard.scenarios.execute import execute
    from modelyard.scenarios.passport import passport_of

    day = read_day(options["as_of"])
    what_if = open_model(workspace, name, options["version"], day)
    given = pairs(values)
    if options["inputs"] is not None:
        from modelyard.scenarios.exchange.filled_in import read_excel

        file = options["inputs"]
        given = read_excel(what_if, file.read_bytes(), file.name) | given
    answer = execute(what_if, given, timeout_s=options["timeout"])
    passport = passport_of(answer)
    if options["excel"] is not None:
        from modelyard.scenarios.exchange.excel import write_excel

        options["excel"].write_bytes(write_excel(what_if, answer, passport))
    kept = kept_as(workspace, name, given, options) if options["save"] else {}
    if options["as_json"]:
        print_json(answer.as_json() | {"passport": passport.as_json()} | kept)
        return
    from modelyard.cli.screen.scenarios import show_answer

    show_answer(what_if, answer)
    if kept:
        click.echo(f"Saved as {kept['saved']}; its figures are {kept['figure']}.")


@scenarios.command()
@click.argument("name")
@click.option(
    "--scenario",
    "-s",
    "wanted",
    multiple=True,
    required=True,
    metavar="'NAME: PARAMETER=VALUE ...'",
    help="A scenario; may be repeated.",
)
@workspace_option
@json_option
def compare(name: str, wanted: tuple[str, ...], workspace: Path | None, as_json: bool) -> None:
    """Put scenarios side by side: `compare loan -s 'now:' -s 'later: rate=8%'`."""
    from modelyard.scenarios.comparison import compare as compared

    what_if = open_model(workspace, name)
    with progress_bar() as progress:
        comparison = compared(what_if, [named_values(text) for text in wanted], progress)
    if as_json:
        print_json(comparison.as_json())
        return
    from modelyard.cli.screen.what_if_answers import show_comparison

    show_comparison(what_if, comparison)


@scenarios.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar=VALUES)
@click.option("--output", default="", help="Which output. Default: the first that is a number.")
@click.option("--swing", default="10%", show_default=True, help="How far each number is moved.")
@workspace_option
@json_option
def sensitivity(name: str, values: tuple[str, ...], workspace: Path | None, **options: Any) -> None:
    """Show how far each parameter moves an output (a tornado)."""
    from modelyard.scenarios.sensitivity import read_swing, tornado

    what_if = open_model(workspace, name)
    swing = read_swing(options["swing"])
    found = tornado(what_if, pairs(values), output=options["output"], swing=swing)
    if options["as_json"]:
        print_json(found.as_json())
        return
    from modelyard.cli.screen.what_if_answers import show_tornado

    show_tornado(what_if, found)


@scenarios.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar=VALUES)
@click.option(
    "--by",
    multiple=True,
    required=True,
    metavar="PARAMETER=VALUES",
    help="`rate=4%..8% in 5` or `months=180,360`; once or twice.",
)
@click.option("--output", default="", help="Which output. Default: the first that is a number.")
@workspace_option
@json_option
def grid(name: str, values: tuple[str, ...], workspace: Path | None, **options: Any) -> None:
    """Work a model out for all combinations of one or two parameters."""
    from modelyard.scenarios.grid import make_grid
    from modelyard.scenarios.varied import numeric_output

    what_if = open_model(workspace, name)
    output = numeric_output(what_if, options["output"])
    with progress_bar() as progress:
        found = make_grid(what_if, pairs(values), pairs(options["by"]), progress)
    if options["as_json"]:
        print_json(found.as_json())
        return
    from modelyard.cli.screen.what_if_answers import show_grid

    show_grid(what_if, found, output)


@scenarios.command("goal-seek")
@click.argument("name")
@click.argument("goal", metavar="OUTPUT=TARGET")
@click.argument("values", nargs=-1, metavar=VALUES)
@click.option("--by", required=True, help="The parameter that is searched.")
@workspace_option
@json_option
def goal_seek(
    name: str, goal: str, values: tuple[str, ...], workspace: Path | None, **options: Any
) -> None:
    """Find the value of a parameter that brings an output to a target.

    `goal-seek loan payment=1800 --by rate`. The exit code is 1 where there is none.
    """
    from modelyard.scenarios.goal_seek import seek

    what_if = open_model(workspace, name)
    ((output, target),) = pairs((goal,)).items()
    found = seek(what_if, pairs(values), output=output, target=target, by=options["by"])
    if options["as_json"]:
        print_json(found.as_json())
    else:
        click.echo(found.words)
    raise SystemExit(0 if found.is_found else 1)


@scenarios.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar=VALUES)
@click.option(
    "--draw",
    "drawn",
    multiple=True,
    required=True,
    metavar="PARAMETER=DISTRIBUTION",
    help="`rate=normal(7%,1%)`: normal, lognormal, uniform, triangular, pert, choice.",
)
@click.option("--draws", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@workspace_option
@json_option
def montecarlo(name: str, values: tuple[str, ...], workspace: Path | None, **options: Any) -> None:
    """Draw parameters by chance, and show how the outputs are spread."""
    from modelyard.scenarios.monte_carlo import Effort, Experiment, simulate

    what_if = open_model(workspace, name)
    experiment = Experiment(pairs(options["drawn"]), options["draws"], options["seed"])
    with progress_bar() as progress:
        found = simulate(what_if, pairs(values), experiment, Effort(progress))
    if options["as_json"]:
        print_json(found.as_json())
        return
    from modelyard.cli.screen.what_if_answers import show_simulation

    show_simulation(what_if, found)


for _command in (*COMMANDS, actuals):
    scenarios.add_command(_command)
