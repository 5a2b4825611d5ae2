"""`modelyard backup` and `modelyard restore`: database, blobs and warehouse as one file."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli.options import workspace_option
from modelyard.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from modelyard.backup import Kept

STREAM = "-"


@click.command()
@click.argument("file", type=click.Path())
@workspace_option
def backup(file: str, workspace: Path | None) -> None:
    """Write the database, all blobs and the warehouse to FILE (- for standard output).

    The service may go on meanwhile. The file holds secrets: only you may read it.
    """
    from modelyard.backup import write_backup

    with _kept(workspace) as kept:
        if file == STREAM:
            contained = write_backup(kept, sys.stdout.buffer)
        else:
            with _private_draft(Path(file)) as draft, draft.open("wb") as stream:
                contained = write_backup(kept, stream)
    parts = f"{contained.blobs} blobs, {contained.warehouse_files} files of the warehouse"
    click.echo(f"Wrote the database, {parts}.", err=file == STREAM)


@click.command()
@click.argument("file", type=click.Path())
@click.option("--replace", is_flag=True, help="Also where people, runs or models would be lost.")
@workspace_option
def restore(file: str, replace: bool, workspace: Path | None) -> None:
    """Put the backup FILE (- for standard input) in the place of all that is kept.

    Stop the service and its workers before. A file that is not whole changes nothing.
    """
    from modelyard.backup import restore_backup

    with _kept(workspace) as kept, _as_file(file, kept.work) as path:
        contained = restore_backup(kept, path, replace)
    parts = f"{contained.blobs} blobs, {contained.warehouse_files} files of the warehouse"
    click.echo(f"Restored the database, {parts}.")


@contextmanager
def _kept(workspace: Path | None) -> "Iterator[Kept]":
    from modelyard import wiring
    from modelyard.backup import Kept

    services = wiring.open_folder(workspace)
    records = wiring.open_records(services)
    data = services.settings.data_for(services.workspace.root, services.workspace.has_file)
    try:
        yield Kept(records.database, records.blobs, data / "warehouse", services.state / "work")
    finally:
        records.database.close()


@contextmanager
def _private_draft(path: Path) -> Iterator[Path]:
    """Give a file beside the wanted one that takes its place when the block ends well."""
    try:
        number, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    except OSError as fault:
        raise Unavailable(str(path), f"cannot be written: {fault.strerror}.") from None
    os.close(number)
    draft = Path(name)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _as_file(name: str, work: Path) -> Iterator[Path]:
    """Give the backup as a file: one that comes through a pipe is kept first."""
    if name != STREAM:
        if not Path(name).is_file():
            raise NotFound(name, "there is no such file.")
        yield Path(name)
        return
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=work) as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)
