"""`modelyard scenarios actuals`: a scenario's table beside a dataset's column."""

from pathlib import Path
from typing import Any, cast

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.key_values import pairs
from modelyard.cli.options import json_option, workspace_option
from modelyard.cli.scenario_models import open_model, read_day


@click.command()
@click.argument("name")
@click.argument("output")
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option("--dataset", required=True, help="Where the actuals are.")
@click.option("--key", required=True, help="The column that both share, such as year.")
@click.option("--plan", required=True, help="The column of the output with planned figures.")
@click.option("--actual", required=True, help="The column of the dataset.")
@click.option(
    "--actual-key", default="", help="The dataset's key column, where it has another name."
)
@click.option(
    "--how",
    type=click.Choice(["sum", "mean", "last"]),
    default="sum",
    show_default=True,
    help="What is made of several rows with one key.",
)
@click.option("--as-of", metavar="DAY", help="Take the values of that day.")
@workspace_option
@json_option
def actuals(
    name: str, output: str, values: tuple[str, ...], workspace: Path | None, **options: Any
) -> None:
    """Hold a scenario's table against what happened: difference and percent.

    `actuals subscription months --dataset sales --key month --plan mrr --actual amount`
    """
    from modelyard import wiring
    from modelyard.errors import Invalid
    from modelyard.scenarios.actuals import How, Join, plan_against_actuals
    from modelyard.scenarios.execute import execute

    what_if = open_model(workspace, name, as_of=read_day(options["as_of"]))
    promised = what_if.get_output(output)
    if promised.kind != "table":
        raise Invalid(f"{what_if.where}/{output}", "is no table.", "Name an output with rows.")
    table = wiring.open_folder(workspace).datasets.get_dataset(options["dataset"])
    join = Join(
        key=options["key"],
        plan=options["plan"],
        actual=options["actual"],
        actual_key=options["actual_key"],
        how=cast("How", options["how"]),
    )
    rows = execute(what_if, pairs(values)).outputs[output]
    found = plan_against_actuals(rows, table.scan(), join)
    if options["as_json"]:
        print_json(found.as_json())
        return
    from modelyard.cli.screen.scenario_records import show_against

    show_against(found)
