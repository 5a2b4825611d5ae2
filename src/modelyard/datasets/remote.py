"""Tables on other machines: asked for their files, read in place, or fetched."""

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.datasets import stores
from modelyard.datasets.faults import first_line
from modelyard.datasets.listing import Listing, RemoteFile
from modelyard.datasets.source import Source
from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable
from modelyard.private import private_folder
from modelyard.progress import Progress

if TYPE_CHECKING:
    import polars as pl
    from obstore.store import ObjectStore

CHUNK_BYTES = 8 * 1024 * 1024
LISTED_AT_ONCE = 1000
STALE_S = 86_400.0
NO_CREDENTIALS = ("token request", "credential", "/latest/api/token", "/computemetadata/")
"""What stands in a fault where nobody gave any: a machine of the cloud is asked for its own."""


def ask(where: str, source: Source) -> tuple[RemoteFile, ...]:
    """Ask the store for the file, or the files that a `*` in the address matches.

    Raises NotFound where there are none, and Unavailable where the store cannot be asked.
    """
    import obstore

    store, path = stores.open_store(source)
    with asking(where):
        if "*" in path:
            files = tuple(_remote_file(meta) for meta in _matching(store, path))
        else:
            files = (_remote_file(obstore.head(store, path)),)
    if not files:
        raise NotFound(where, "no file in the store fits the address.")
    return files


def scan(listing: Listing) -> "pl.LazyFrame":
    """Open a remote Parquet or Arrow table with Polars' own reader."""
    from modelyard.datasets.columnar import scan_columnar

    source = listing.source
    paths = [file.path for file in listing.files()]
    return scan_columnar(
        listing.where,
        stores.addresses(source, paths),
        source.format == "arrow",
        stores.polars_options(source),
        hive=any("=" in path for path in paths),
    )


def fetch_to(listing: Listing, target: Path, progress: Progress) -> Path:
    """Copy a remote table to the Parquet file `target`, which appears whole or not at all.

    Raises Invalid for a local table.
    """
    if not listing.source.is_remote:
        why = "the table is on this machine already."
        raise Invalid(listing.where, why, "There is nothing to fetch.")
    try:
        private_folder(target.parent)
        _remove_stale(target.parent)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
            whole = Path(folder, target.name)
            fetch(listing, whole, progress)
            whole.replace(target)
    except OSError as fault:
        raise Unavailable(listing.where, f"cannot be kept: {first_line(fault)}.") from None
    return target


def fetch(listing: Listing, target: Path, progress: Progress) -> None:
    """Download the files and write them as one Parquet file at `target`."""
    files = listing.files()
    total = sum(file.size for file in files) or 1
    done = 0
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
        parts = []
        for number, file in enumerate(files):
            part = Path(folder, f"{number:05d}-{Path(file.path).name}")
            for size in _download(listing, file, part):
                done = min(done + size, total)
                progress(0.95 * done / total, f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB")
            parts.append(part)
        progress(0.95, "checking and writing")
        _write(listing, parts, target)
    progress(1.0, "done")


@contextlib.contextmanager
def asking(where: str) -> Iterator[None]:
    """Turn what obstore raises into NotFound or Unavailable, in one sentence."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise NotFound(where, "there is no such file in the store.") from None
    except BaseError as fault:
        raise _in_words(where, fault) from None


def _in_words(where: str, fault: Exception) -> ModelyardError:
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    text = str(fault)
    if isinstance(fault, PermissionDeniedError | UnauthenticatedError):
        return Unavailable(where, "the store does not let this service read it.")
    if any(sign in text.lower() for sign in NO_CREDENTIALS):
        cure = "Set them in the environment, or the storage option for unsigned requests."
        return Unavailable(where, "there are no credentials for the store.", cure)
    if "HTTP error" in text or "error sending request" in text or "timed out" in text:
        return Unavailable(where, "the store cannot be reached at the moment.")
    return Unavailable(where, f"the store answered: {first_line(fault)}.")


def _matching(store: "ObjectStore", pattern: str) -> Iterator[Any]:
    """List what fits a pattern, in the order of names: `*` stays within a folder, `**` does not."""
    import obstore

    prefix = pattern.split("*", maxsplit=1)[0].rpartition("/")[0]
    fits = re.compile(
        re.escape(pattern)
        .replace(r"\*\*/", "(.*/)?")
        .replace(r"\*\*", ".*")
        .replace(r"\*", "[^/]*")
    )
    listed = obstore.list(store, prefix=prefix or None, chunk_size=LISTED_AT_ONCE).collect()
    found = (meta for meta in listed if fits.fullmatch(meta["path"]) and meta["size"])
    return iter(sorted(found, key=lambda meta: meta["path"]))


def _remote_file(meta: Any) -> RemoteFile:
    return RemoteFile(meta["path"], meta["size"], str(meta.get("e_tag") or meta["last_modified"]))


def _download(listing: Listing, file: RemoteFile, part: Path) -> Iterator[int]:
    """Write one file of the store, and say how many bytes came each time.

    Raises Unavailable where it breaks off.
    """
    import obstore

    store, _ = stores.open_store(listing.source, stores.DOWNLOAD_S)
    with asking(listing.where), part.open("wb") as target:
        for chunk in obstore.get(store, file.path).stream(min_chunk_size=CHUNK_BYTES):
            target.write(chunk)
            yield len(chunk)
    if part.stat().st_size != file.size:
        why = f"the download of {part.name[6:]} broke off, or the file changed meanwhile."
        raise Unavailable(listing.where, why, "Fetch it again.")


def _write(listing: Listing, parts: "list[Path]", target: Path) -> None:
    from modelyard.datasets import columnar, faults
    from modelyard.datasets.formats import COLUMNAR

    where, source = listing.where, listing.source
    if source.format not in COLUMNAR:
        columnar.copy_to_parquet(where, source, parts, target)
        return
    arrow = source.format == "arrow"
    columnar.refuse_different_parts(where, parts, arrow)
    with faults.reading(where):
        frame = columnar.scan_local(where, parts, arrow)
        frame.sink_parquet(target, compression="zstd", compression_level=1)


def _remove_stale(folder: Path) -> None:
    """Remove what a fetch that was killed has left behind."""
    for path in folder.glob(".fetch-*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_S:
                shutil.rmtree(path)
