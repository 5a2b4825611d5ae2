"""`modelyard scenarios`: what is kept of what-if models: versions, saved scenarios, figures."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import print_json
from modelyard.cli.key_values import pairs
from modelyard.cli.options import json_option, workspace_option
from modelyard.cli.scenario_models import open_what_ifs, read_day

if TYPE_CHECKING:
    from modelyard.scenarios.setting import Content

FIGURE, SAVED = "fg", "sc"
"""How the ids of figures and of saved scenarios begin."""
as_of_option = click.option("--as-of", metavar="DAY", help="Take the values of that day.")


@click.command()
@click.argument("model", required=False, default="")
@workspace_option
@json_option
def saved(model: str, workspace: Path | None, as_json: bool) -> None:
    """List saved scenarios, of one model or all."""
    with open_what_ifs(workspace) as (what_ifs, actor):
        found = what_ifs.saved.list_of(model, by=actor)
    if as_json:
        print_json({"saved": found})
        return
    from modelyard.cli.screen.scenario_records import show_saved

    show_saved(found)


@click.command()
@click.argument("model")
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option("--note", default="", help="What others should know.")
@as_of_option
@workspace_option
@json_option
def save(model: str, name: str, values: tuple[str, ...], **options: Any) -> None:
    """Save values under a name, for all who may see the model, and work them out."""
    kept = kept_as(options["workspace"], model, pairs(values), options | {"save": name})
    if options["as_json"]:
        print_json(kept)
        return
    click.echo(f"Saved as {kept['saved']}; its figures are {kept['figure']}.")


@click.command()
@click.argument("name")
@click.option("--compare", type=(int, int), help="Show what differs between two versions.")
@workspace_option
@json_option
def versions(name: str, workspace: Path | None, as_json: bool, **options: Any) -> None:
    """List the versions of a managed model: who changed it, when and why."""
    with open_what_ifs(workspace) as (what_ifs, _):
        found = what_ifs.versions.list_versions(name)
        record = what_ifs.versions.get_record(name)
        pair = options["compare"]
        changes = what_ifs.versions.differences(name, *pair) if pair else []
    if as_json:
        print_json({"record": record, "versions": found, "changes": changes})
        return
    from modelyard.cli.screen.scenario_records import show_changes, show_versions

    if pair:
        show_changes(changes)
    else:
        show_versions(record, found)


@click.command()
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--why", default="", help="Why it is changed; kept for ever.")
@click.option(
    "--made-from", type=int, help="The version you had before you; by default the latest."
)
@workspace_option
@json_option
def manage(name: str, file: Path, workspace: Path | None, as_json: bool, **options: Any) -> None:
    """Make a managed model, or its next version, from a TOML file of settings.

    `based_on` names a model of the folder; without it, outputs are formulas.
    """
    content = _content(file)
    with open_what_ifs(workspace) as (what_ifs, actor):
        record = what_ifs.versions.find_record(name)
        if record is None:
            made = what_ifs.versions.create(name, content, why=options["why"], by=actor)
        else:
            before = options["made_from"] or record.served
            made = what_ifs.versions.change(
                name, content, made_from=before, why=options["why"], by=actor
            )
    if as_json:
        print_json(made)
        return
    click.echo(f"Version {made.number} of {name} is {made.state}.")


@click.command()
@click.argument("name")
@click.argument("number", type=int)
@click.option("--why", default="")
@workspace_option
def approve(name: str, number: int, why: str, workspace: Path | None) -> None:
    """Let a proposed version be used."""
    with open_what_ifs(workspace) as (what_ifs, actor):
        what_ifs.versions.approve(name, number, why=why, by=actor)
    click.echo(f"Version {number} of {name} is used from now on.")


@click.command()
@click.argument("name")
@click.argument("number", type=int)
@click.option("--why", required=True)
@workspace_option
def reject(name: str, number: int, why: str, workspace: Path | None) -> None:
    """Refuse a proposed version."""
    with open_what_ifs(workspace) as (what_ifs, actor):
        what_ifs.versions.reject(name, number, why=why, by=actor)
    click.echo(f"Version {number} of {name} is rejected.")


@click.command()
@click.argument("kept_id", metavar="ID")
@workspace_option
@json_option
def replay(kept_id: str, workspace: Path | None, as_json: bool) -> None:
    """Work kept figures out again: identical, or the first difference.

    ID is that of figures (fg...), of a saved scenario (sc...: its latest figures), or of a run. The
    exit code is 1 where there is a difference.
    """
    if not kept_id.startswith((FIGURE, SAVED)):
        from modelyard.cli.runs import replay as replay_run

        click.get_current_context().invoke(
            replay_run, run_id=kept_id, workspace=workspace, as_json=as_json
        )
        return
    with open_what_ifs(workspace) as (what_ifs, actor):
        figure_id = kept_id
        if kept_id.startswith(SAVED):
            what_ifs.saved.get(kept_id, by=actor)
            figure_id = what_ifs.figures.latest_of(kept_id, by=actor).id
        found = what_ifs.figures.replay(figure_id, by=actor)
    if as_json:
        print_json(found)
    else:
        click.echo(found["words"])
    raise SystemExit(0 if found["identical"] else 1)


def kept_as(
    workspace: Path | None, model: str, given: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, str]:
    """Save values under the name `save`, and their figures; gives both ids."""
    with open_what_ifs(workspace) as (what_ifs, actor):
        saved = what_ifs.saved.save(
            model,
            options["save"],
            given,
            note=options.get("note", ""),
            as_of=read_day(options["as_of"]),
            level="signed-in",
            by=actor,
        )
        figure = what_ifs.saved.work_out(saved.id, by=actor)
    return {"saved": saved.id, "figure": figure.id}


def _content(file: Path) -> "Content":
    from modelyard.errors import Invalid
    from modelyard.scenarios.given_content import read_content

    try:
        raw = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Invalid(file.name, f"{fault}.") from None
    return read_content(raw, file.name)


COMMANDS = (saved, save, versions, manage, approve, reject, replay)
