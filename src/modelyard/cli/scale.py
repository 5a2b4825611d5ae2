"""`modelyard scale`: how large a service must be, and what that costs."""

import click

from modelyard.cli.scale_load import load
from modelyard.cli.scale_simulate import optimise, simulate


@click.group()
def scale() -> None:
    """Send a load, play a trace, compare policies, find the cheapest.

    \b
      modelyard scale load http://localhost:8080 --route "GET /predict?age=41"
      modelyard scale simulate --trace requests.csv
      modelyard scale optimise --trace requests.csv --platform cloud_run --p99 250ms
    """


scale.add_command(load)
scale.add_command(simulate)
scale.add_command(optimise)
