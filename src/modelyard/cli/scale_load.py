"""`modelyard scale load`: a load on one's own service, and what it showed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.json_document import plain, print_json
from modelyard.cli.options import FOLDER, json_option, workspace_option
from modelyard.cli.time_span import SPAN
from modelyard.errors import Invalid, NotFound

if TYPE_CHECKING:
    from modelyard.scale.load.sending import Sender

OPTIONS = (
    click.argument("address", default="http://127.0.0.1:8080"),
    click.option(
        "--route", "routes", multiple=True, help="'GET /path' or '3x POST /path @body.json'."
    ),
    click.option("--rate", type=float, help="A constant load: requests per second."),
    click.option("--ramp", help="A load that grows: LOW:HIGH requests per second."),
    click.option("--trace", type=FOLDER, help="A recorded load: CSV or Parquet."),
    click.option("--times", default=1.0, show_default=True, help="Multiply a recorded load."),
    click.option("--for", "seconds", type=SPAN, help="How long.  [default: 30s; of a trace, all]"),
    click.option("--even", is_flag=True, help="Even distances instead of those of chance."),
    click.option("--p99", type=SPAN, default="0", help="The bound of the knee, such as 250ms."),
    click.option("--step", default="5s", type=SPAN, help="Of a search, each load.  [default: 5s]"),
    click.option("--start", default="5s", type=SPAN, help="What a start takes.  [default: 5s]"),
    click.option("--timeout", default="10s", type=SPAN, help="Patience.  [default: 10s]"),
    click.option("--token-from", default="", help="The variable that holds an owner's token."),
    click.option("--no-write", is_flag=True, help="Do not write measured.toml."),
)


def load_options(command: Any) -> Any:
    """Add the options."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command()
@load_options
@json_option
@workspace_option
def load(
    address: str, routes: tuple[str, ...], token_from: str, as_json: bool, **given: Any
) -> None:
    """Send a load to your own service at times set before, whatever it answers.

    Without --rate, --ramp and --trace it looks for the knee: the strongest load that is answered
    within the bound. What it finds goes into measured.toml, from which deployments and simulations
    take it.
    """
    from modelyard.scale.load.own_address import own_origin
    from modelyard.scale.load.routes import read_route
    from modelyard.scale.load.sending import open_sender

    if not routes:
        raise Invalid("--route", "says nothing yet: what is to be asked?", "--route 'GET /stats'")
    token = _token(token_from)
    mix = [read_route(text) for text in routes]
    origin = own_origin(address, token)
    with open_sender(origin, mix, token, given["timeout"]) as sender:
        if given["rate"] is None and given["ramp"] is None and given["trace"] is None:
            _find_knee(sender, as_json, given)
        else:
            _send(sender, as_json, given)


def _token(variable: str) -> str:
    from modelyard.settings import find_secret

    if not variable:
        return ""
    found = find_secret(variable)
    if not found:
        raise NotFound(f"variable {variable}", "is not set.", "It is to hold an owner's token.")
    return found


def _send(sender: "Sender", as_json: bool, given: dict[str, Any]) -> None:
    """Send one load, and show it part by part."""
    from modelyard.cli.screen.scale_load import show_load
    from modelyard.scale.load.figures import lateness_s, statuses, step_of, windows_of
    from modelyard.scale.load.knee import refuse_dead
    from modelyard.scale.load.schedule import schedule_of

    per_s = _wanted(given)
    answers = sender.send(schedule_of(per_s, sender.routes, is_even=given["even"]))
    refuse_dead(sender.origin, answers, max(per_s))
    whole, windows = step_of(answers), windows_of(answers)
    if as_json:
        told = {"whole": plain(whole), "windows": [plain(one) for one in windows]}
        print_json(told | {"statuses": statuses(answers), "sender_late_s": lateness_s(answers)})
    else:
        show_load(whole, windows, statuses(answers), lateness_s(answers))


def _wanted(given: dict[str, Any]) -> "list[float]":
    """Give the load that was ordered, in requests per second for each second."""
    from modelyard.scale.trace import ramp
    from modelyard.scale.trace_file import Reading, read_trace

    if sum(given[name] is not None for name in ("rate", "ramp", "trace")) > 1:
        raise Invalid("--rate, --ramp, --trace", "one of them, not several.")
    seconds = max(round(given["seconds"] or 30), 1)
    if given["trace"] is not None:
        recorded = read_trace(given["trace"], Reading(times=given["times"])).per_s
        return list(recorded[:seconds] if given["seconds"] else recorded)
    if given["rate"] is not None:
        low = high = given["rate"]
    else:
        try:
            low, high = (float(part) for part in given["ramp"].split(":"))
        except ValueError:
            raise Invalid("--ramp", "must be LOW:HIGH, such as 10:300.") from None
    if not 0 <= low < float("inf") or not 0 <= high < float("inf"):
        raise Invalid("--rate, --ramp", "must be numbers from 0 on.")
    return list(ramp(low, high, seconds).per_s)


def _find_knee(sender: "Sender", as_json: bool, given: dict[str, Any]) -> None:
    """Look for the knee, show it, and write down what goes with it."""
    from modelyard.cli.screen.scale_load import show_knee, show_step
    from modelyard.scale.load.measuring import measure
    from modelyard.settings import from_environment
    from modelyard.workspace.measured import FILE_NAME, measured_text

    def report(step: Any) -> None:
        show_step(step, is_first=not seen)
        seen.append(step)

    seen: list[Any] = []
    step_s = max(round(given["step"]), 1)
    found = measure(
        sender, step_s, given["p99"], given["start"], (lambda _: None) if as_json else report
    )
    if as_json:
        print_json(plain(found))
    else:
        show_knee(found)
    if not given["no_write"] and not found.measured.sender_was_late:
        path: Path = (given["workspace"] or from_environment().workspace) / FILE_NAME
        path.write_text(measured_text(found), encoding="utf-8")
        click.echo(f"Wrote {path}.", err=as_json)
