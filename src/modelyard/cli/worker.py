"""`modelyard worker`: a process that does runs."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.options import FOLDER
from modelyard.cli.quiet_end import end_quietly_on_signals

if TYPE_CHECKING:
    from modelyard.fleet.pulse import Pulse
    from modelyard.runs.working import Workplace
    from modelyard.wiring import Records, Services
    from modelyard.workspace.config import ScheduleConfig

PATIENCE_S = 86_400.0
"""How long a database that cannot be reached is waited for at the start."""


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--at-once", type=click.IntRange(1, 256), help="Heavy runs at a time.  [default: 2]")
@click.option("--parent", type=int, hidden=True)
def worker(folder: Path | None, at_once: int | None, parent: int | None) -> None:
    """Do runs, beside those workers that `modelyard serve` starts.

    FOLDER is the workspace; by default MODELYARD_WORKSPACE, else this one. On several machines,
    each needs the same workspace and the same MODELYARD_DATABASE_URL and MODELYARD_BLOBS.
    """
    end_quietly_on_signals()
    from modelyard import logs, metrics, traces, wiring
    from modelyard.db.migrate import migrate_when_reachable
    from modelyard.runs.pace import CONNECTIONS
    from modelyard.runs.working import work_until_stopped
    from modelyard.settings import from_environment
    from modelyard.version import VERSION

    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    settings = from_environment()
    logs.set_up(settings.log)
    settings = replace(
        settings,
        workspace=folder or settings.workspace,
        runs_at_once=at_once or settings.runs_at_once,
    )
    traces.start(settings.otlp, VERSION, settings.zone)
    services = wiring.open_folder(settings=settings)
    metrics.start(services.state / "metrics")
    records = wiring.open_records(
        services, lambda: wiring.open_folder(settings=settings), CONNECTIONS
    )
    migrate_when_reachable(records.database, PATIENCE_S, lambda text: click.echo(text, err=True))
    if parent is None:
        click.echo(f"Runs of {services.workspace.title} are done here. Ctrl-C stops the worker.")
    pulse = _pulse(services, records)
    pulse.begin()

    def leave() -> None:
        pulse.stop()
        traces.stop()

    work_until_stopped(records.runs, _workplace(services), parent, leave)


def _pulse(services: "Services", records: "Records") -> "Pulse":
    import socket

    from modelyard.fleet.pulse import Pulse, own_member
    from modelyard.fleet.store import FleetStore
    from modelyard.version import VERSION

    host, zone = socket.gethostname(), services.settings.zone
    return Pulse(
        lambda: FleetStore(records.database),
        own_member("worker", host, host, zone, VERSION),
        beat_s=services.settings.beat_s,
    )


def _workplace(services: "Services") -> "Workplace":
    from modelyard import run_child
    from modelyard.runs.pace import Limits
    from modelyard.runs.working import Workplace
    from modelyard.settings import child_environment

    settings = services.settings
    return Workplace(
        workspace=str(services.workspace.root),
        folder=services.state / "work",
        child=run_child.command(),
        environ=child_environment(settings),
        schedules=WatchedSchedules(services.workspace.root),
        limits=Limits(
            heavy=settings.runs_at_once,
            run_s=settings.run_timeout_s,
            kept_days=settings.runs_kept_days,
        ),
    )


@dataclass
class WatchedSchedules:
    """The schedules as modelyard.toml has them now; it is read again when it changes."""

    root: Path
    _stamp: tuple[int, int, int] | None = None
    _known: Mapping[str, "ScheduleConfig"] = field(default_factory=dict)

    def __call__(self) -> Mapping[str, "ScheduleConfig"]:
        """Give the schedules by name; raises Invalid where the file has a fault."""
        from modelyard.workspace import open_workspace
        from modelyard.workspace.config import FILE_NAME

        try:
            found = (self.root / FILE_NAME).stat()
        except OSError:
            return {}
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._known = open_workspace(self.root).config.schedules
            self._stamp = stamp
        return self._known
