"""`modelyard serve`: the folder as a web service."""

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli.options import FOLDER
from modelyard.cli.quiet_end import end_quietly_on_signals
from modelyard.cli.uncollected import uncollected

if TYPE_CHECKING:
    from modelyard.cli.first_start import People
    from modelyard.settings import Settings
    from modelyard.wiring import Services

MANY = click.IntRange(1, 256)


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--host", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="The port.  [default: 8080]")
@click.option("--workers", type=MANY, help="Web processes.  [default: 1]")
@click.option("--threads", type=MANY, help="Threads per web process.  [default: 8]")
@click.option("--public", is_flag=True, help="Serve an address that others can reach.")
@click.option(
    "--mock",
    "mocks",
    is_flag=True,
    default=None,
    help="Answer operations without a function from examples.",
)
@click.option("--open/--no-open", "open_browser", default=False, help="Open a browser.")
def serve(folder: Path | None, public: bool, open_browser: bool, **options: Any) -> None:
    """Serve a folder as pages and a REST API.

    FOLDER is a workspace or any folder with Parquet or CSV files; by default
    MODELYARD_WORKSPACE, else this one. The options' defaults can be set in the environment, such
    as MODELYARD_PORT.
    """
    end_quietly_on_signals()
    with uncollected():
        from modelyard import wiring
        from modelyard.cli.address import numeric_address, refuse_taken, url_of
        from modelyard.cli.first_start import open_for_people
        from modelyard.cli.run_workers import run_workers
        from modelyard.cli.server import run_server
        from modelyard.settings import to_environment

        settings = _chosen(folder, public, options)
        services = wiring.open_folder(settings=settings)
        address = numeric_address(settings.host)
        refuse_taken(address, settings.port, folder)
        people = open_for_people(services)
    url = settings.public_url or url_of(settings.host, settings.port)

    def on_start() -> None:
        click.echo(_welcome(services, url, people))
        if open_browser:
            threading.Thread(target=_open_when_ready, args=(settings, url), daemon=True).start()

    environ = dict(os.environ) | to_environment(settings)
    with run_workers(settings.run_workers, environ) as workers:
        run_server(settings, address, on_start, workers.ask_to_end)


def _chosen(folder: Path | None, public: bool, options: dict[str, Any]) -> "Settings":
    """Read the environment, and let the options have their way."""
    from modelyard.settings import from_environment

    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if folder is not None:
        given["workspace"] = folder
    if public:
        given["public"] = True
    return replace(from_environment(), **given)


def _welcome(services: "Services", url: str, people: "People") -> str:
    from modelyard.cli.clean import clean_line
    from modelyard.cli.first_start import invitation, open_to_whom
    from modelyard.cli.screen.numbers import plural

    catalogue = services.datasets
    lines = [
        click.style(clean_line(services.workspace.title), bold=True),
        f"  {plural(len(catalogue), 'dataset')} at {click.style(url, fg='cyan', underline=True)}",
    ]
    if catalogue.faults:
        faults = plural(len(catalogue.faults), "fault")
        lines.append(f"  {faults} in modelyard.toml: see modelyard check")
    if not len(catalogue):
        lines.append("  Put Parquet or CSV files into the folder: they appear without a restart.")
    lines += invitation(people, url, open_to_whom(services.settings))
    return "\n".join([*lines, "  Ctrl-C stops the service."])


def _open_when_ready(settings: "Settings", url: str) -> None:
    """Open a browser once the first worker answers."""
    import socket
    import time
    import webbrowser

    host = settings.host if settings.is_loopback else "localhost"
    for _ in range(100):
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open(url)
            return
