"""The command `modelyard`."""

import click

from modelyard.cli.audit import audit
from modelyard.cli.backup import backup, restore
from modelyard.cli.check import check
from modelyard.cli.datasets import datasets
from modelyard.cli.deploy import deploy
from modelyard.cli.doctor import doctor
from modelyard.cli.edge import EdgeGroup
from modelyard.cli.functions import functions
from modelyard.cli.image import image
from modelyard.cli.migrate import migrate
from modelyard.cli.model_training import train
from modelyard.cli.models import models
from modelyard.cli.new import new
from modelyard.cli.rollout import rollout
from modelyard.cli.runs import runs
from modelyard.cli.scale import scale
from modelyard.cli.scenarios import scenarios
from modelyard.cli.serve import serve
from modelyard.cli.tokens import tokens
from modelyard.cli.users import users
from modelyard.cli.worker import worker
from modelyard.version import VERSION


@click.group(cls=EdgeGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="modelyard", message="%(prog)s %(version)s")
def modelyard() -> None:
    """Turn a folder of Parquet and CSV files into one web service.

    \b
    Start with:
      modelyard new demo --example
      modelyard serve demo
    """


ROOMS = (datasets, models, functions, scenarios, users, tokens, audit, runs)
RUNNING = (serve, worker, migrate, train, image, rollout, deploy, backup, restore, doctor, scale)
for command in (new, check, *ROOMS, *RUNNING):
    modelyard.add_command(command)


def main() -> None:
    """Run the command line and end the process."""
    modelyard.main(prog_name="modelyard")
