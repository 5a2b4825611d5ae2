"""`modelyard models`: publish, look at, ask and promote models from the terminal."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.model_shelf import PIECE_BYTES, open_shelf
from modelyard.cli.model_training import train
from modelyard.cli.options import json_option, names_in, workspace_option
from modelyard.errors import Conflict

if TYPE_CHECKING:
    from modelyard.models.version import Version

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
VERSION = "[VERSION]"


@click.group()
def models() -> None:
    """Publish models, ask them, promote and roll back versions."""


models.add_command(train)


@models.command("list")
@workspace_option
@json_option
def list_models(workspace: Path | None, as_json: bool) -> None:
    """List the models; files in the folder models are taken in first."""
    with open_shelf(workspace, looks=True) as shelf:
        entries = [(model, shelf.served(model)) for model in shelf.registry.list_models()]
        faults = list(shelf.folder.faults.values())
    if as_json:
        from modelyard.cli.inventory import fault_as_json
        from modelyard.models.model_json import model_as_json

        listed = [model_as_json(model, version) for model, version in entries]
        print_json({"models": listed, "faults": [fault_as_json(fault) for fault in faults]})
        return
    from modelyard.cli.screen.models import show_models

    show_models(entries, faults)


@models.command()
@click.argument("name")
@click.argument("version", required=False, default="", metavar=VERSION)
@workspace_option
@json_option
def show(name: str, version: str, workspace: Path | None, as_json: bool) -> None:
    """Show what a model takes and gives, and how it is served.

    VERSION is a number or an alias such as @champion; by default it is the one that is served.
    """
    with open_shelf(workspace, looks=True) as shelf:
        found = shelf.registry.get_version(name, version)
    _show(found, as_json)


@models.command()
@click.argument("name")
@workspace_option
@json_option
def versions(name: str, workspace: Path | None, as_json: bool) -> None:
    """List the versions of a model, newest first, and which names point to them."""
    with open_shelf(workspace, looks=True) as shelf:
        found = shelf.registry.list_versions(name)
        model = shelf.registry.get_model(name)
    if as_json:
        from modelyard.models.model_json import version_as_json

        print_json({"model": name, "versions": [version_as_json(one, model) for one in found]})
        return
    from modelyard.cli.screen.models import show_versions

    show_versions(model, found)


@models.command()
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What is new in this version.")
@click.option("--sidecar", type=FILE, help="The TOML file of it.  [default: the one beside FILE]")
@workspace_option
@json_option
def publish(name: str, file: Path, workspace: Path | None, as_json: bool, **options: Any) -> None:
    """Publish a file as the next version of a model.

    A running service answers with it within two seconds, unless @champion points elsewhere. The
    exit code is 1 where the file is refused, or breaks a golden row.
    """
    from modelyard.models.files import ModelFile
    from modelyard.models.offer import Offer

    beside = file.with_suffix(".toml")
    chosen = options["sidecar"] or (beside if beside.is_file() else None)
    text = ModelFile(name, file, chosen).sidecar_text()
    offer = Offer(model=name, file_name=file.name, note=options["note"], sidecar=text)
    with open_shelf(workspace) as shelf, file.open("rb") as opened:
        pieces = iter(lambda: opened.read(PIECE_BYTES), b"")
        version = shelf.registry.publish(offer, pieces, by=shelf.actor)
    if version.fault is not None:
        raise version.fault.to_error()
    _show(version, as_json)
    if version.held_back:
        cure = "It is kept, and served to who asks for its number."
        raise Conflict(version.where, f"{version.held_back}.", cure)


@models.command()
@click.argument("name")
@click.argument("alias")
@click.argument("version")
@workspace_option
def alias(name: str, alias: str, version: str, workspace: Path | None) -> None:
    """Let an alias (champion, challenger, ...) point to a version.

    @champion answers who asks for no version. Golden rows are checked first.
    """
    with open_shelf(workspace) as shelf:
        moved = shelf.registry.move_alias(name, alias, version, by=shelf.actor)
    click.echo(f"@{alias.removeprefix('@')} of {name} is now version {moved.number}.")


@models.command()
@click.argument("name")
@click.argument("alias", default="champion")
@workspace_option
def rollback(name: str, alias: str, workspace: Path | None) -> None:
    """Let an alias (@champion by default) point to the version before."""
    with open_shelf(workspace) as shelf:
        moved = shelf.registry.rollback(name, alias, by=shelf.actor)
    click.echo(f"@{alias.removeprefix('@')} of {name} is now version {moved.number}.")


@models.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[INPUT=VALUE]...")
@click.option("--file", "table", type=FILE, help="A CSV, Parquet or NDJSON file of rows.")
@click.option("--version", default="", help="A number or an alias.  [default: what is served]")
@workspace_option
@json_option
def predict(name: str, values: tuple[str, ...], workspace: Path | None, **options: Any) -> None:
    """Ask a model for one row, or for a file of rows (the answer is CSV)."""
    from modelyard.cli.model_rows import predict_file, predict_values

    with open_shelf(workspace, looks=True) as shelf:
        served = shelf.registry.predictors.get(name, options["version"])
        if options["table"] is not None:
            click.echo(predict_file(served, options["table"], options["as_json"]), nl=False)
            return
        answer = predict_values(served, values)
    if options["as_json"]:
        print_json(answer)
        return
    from modelyard.cli.screen.models import show_answer

    show_answer(answer)


@models.command()
@click.argument("name")
@click.argument("dataset")
@click.option("--version", default="", help="A number or an alias.  [default: what is served]")
@click.option("--keep", multiple=True, metavar="A,B", help="Columns to put beside the answers.")
@click.option("--wait", is_flag=True, help="Wait until it is over; exit code 1 if it fails.")
@workspace_option
@json_option
def score(name: str, dataset: str, **options: Any) -> None:
    """Put a whole dataset through a model, as a run; its file is predictions.parquet."""
    from modelyard.cli.runs import start

    kept = list(names_in(options.pop("keep")))
    request = {"dataset": dataset, "model": name, "version": options.pop("version"), "keep": kept}
    fields = tuple(f"{field}={json.dumps(value)}" for field, value in request.items())
    click.get_current_context().invoke(start, kind="score", fields=fields, key=None, **options)


@models.command()
@click.argument("name")
@click.option("--record", "rows", type=FILE, help="Record what is predicted for these rows (JSON).")
@click.option("--tolerance", default=1e-5, show_default=True, help="How far numbers may be off.")
@click.option("--forget", is_flag=True, help="Demand nothing of this model any more.")
@workspace_option
def golden(name: str, rows: Path | None, workspace: Path | None, **options: Any) -> None:
    """Record, show or forget golden rows: what every later version must predict too."""
    from modelyard.cli.model_rows import read_records

    with open_shelf(workspace, looks=True) as shelf:
        if options["forget"]:
            shelf.registry.drop_golden(name, by=shelf.actor)
        elif rows is not None:
            shelf.registry.record_golden(
                name, read_records(rows), by=shelf.actor, tolerance=options["tolerance"]
            )
        found = shelf.registry.find_golden(name)
    print_json({"model": name, "golden": found})


@models.command()
@click.argument("module", required=False)
@click.option("--remove", is_flag=True, help="Trust it no more.")
@workspace_option
def trust(module: str | None, remove: bool, workspace: Path | None) -> None:
    """Let model files import what is defined in MODULE, by its full name; or list what may be.

    It runs with the model, in the locked-down process; trust only what you have read.
    """
    with open_shelf(workspace) as shelf:
        if module and remove:
            shelf.registry.distrust(module, by=shelf.actor)
        elif module:
            shelf.registry.trust(module, by=shelf.actor)
        print_json({"trusted": shelf.registry.list_trusted()})


@models.command()
@click.argument("name")
@click.argument("version", required=False, metavar=VERSION)
@click.option("--yes", is_flag=True, help="Do not ask.")
@workspace_option
def delete(name: str, version: str | None, yes: bool, workspace: Path | None) -> None:
    """Remove a version, or a model with all its versions, for good."""
    what = f"version {version} of {name}" if version else f"{name} with all its versions"
    if not yes:
        click.confirm(f"Remove {what} for good?", abort=True, err=True)
    with open_shelf(workspace) as shelf:
        if version:
            shelf.registry.delete_version(name, version, by=shelf.actor)
        else:
            shelf.delete(name)
    click.echo(f"Removed {what}.")


def _show(version: "Version", as_json: bool) -> None:
    if as_json:
        from modelyard.models.model_json import version_as_json

        print_json(version_as_json(version))
        return
    from modelyard.cli.screen.models import show_version

    show_version(version)
