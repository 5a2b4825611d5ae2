"""Tables on other machines: s3://, gs://, hf:// and https:// addresses."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelyard.datasets.faults import first_line
from modelyard.datasets.source import Source
from modelyard.errors import Invalid, NotFound, Unavailable
from modelyard.progress import Progress

if TYPE_CHECKING:
    import polars as pl
    from obstore.store import ObjectStore

CHUNK_BYTES = 8 * 1024 * 1024
ASK_AGAIN_S = 15.0
"""How long what a store said of its files is taken as true."""
HUGGING_FACE = "https://huggingface.co"


@dataclass(frozen=True)
class RemoteFile:
    """One object in a store."""

    path: str
    size: int
    version: str
    """The entity tag, else the time of change."""


_seen: dict[str, tuple[float, tuple[RemoteFile, ...]]] = {}


def list_files(where: str, source: Source) -> tuple[RemoteFile, ...]:
    """Ask the store for the file, or the files that a `*` in the address matches.

    Raises NotFound where there are none, and Unavailable where the store cannot be asked.
    """
    known = _seen.get(source.address)
    if known is not None and time.monotonic() - known[0] < ASK_AGAIN_S:
        return known[1]
    import obstore

    store, path = open_store(source)
    try:
        if "*" in path:
            files = tuple(_remote_file(meta) for meta in _matching(store, path))
        else:
            files = (_remote_file(obstore.head(store, path)),)
    except FileNotFoundError:
        files = ()
    except Exception as fault:  # noqa: BLE001 (obstore's errors share no narrower class)
        raise Unavailable(where, f"the store did not answer: {first_line(fault)}.") from None
    if not files:
        raise NotFound(where, "there is no such file in the store.")
    _seen[source.address] = (time.monotonic(), files)
    return files


def fingerprint_of(where: str, source: Source) -> str:
    """Name the present content by the store's own entity tags and sizes."""
    digest = hashlib.sha256(f"{source.address}\n{source.csv}\n{source.format}".encode())
    for file in list_files(where, source):
        digest.update(f"{file.path}:{file.size}:{file.version}\n".encode())
    return digest.hexdigest()[:32]


def size_of(where: str, source: Source) -> int:
    """Give the bytes that the files take in the store."""
    return sum(file.size for file in list_files(where, source))


def scan(where: str, source: Source) -> "pl.LazyFrame":
    """Open a remote Parquet or Arrow table with Polars' own reader."""
    from modelyard.datasets.columnar import scan_columnar

    return scan_columnar(
        where, [source.address], source.format == "arrow", **polars_options(source)
    )


def fetch_to(where: str, source: Source, target: Path, progress: Progress) -> Path:
    """Copy a remote table to the Parquet file `target`, which appears whole or not at all.

    Raises Invalid for a local table.
    """
    if not source.is_remote:
        raise Invalid(where, "the table is on this machine already.", "There is nothing to fetch.")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".fetching")
    try:
        fetch(where, source, temporary, progress)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def fetch(where: str, source: Source, target: Path, progress: Progress) -> None:
    """Download the files and write them as one Parquet file at `target`."""
    import tempfile

    files = list_files(where, source)
    total = sum(file.size for file in files) or 1
    done = 0
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
        parts = []
        for number, file in enumerate(files):
            part = Path(folder, f"{number:05d}-{Path(file.path).name}")
            for size in _download(where, source, file, part):
                done += size
                progress(0.95 * done / total, f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB")
            parts.append(part)
        progress(0.95, "checking and writing")
        _write(where, source, parts, target)
    progress(1.0, "done")


def open_store(source: Source) -> "tuple[ObjectStore, str]":
    """Give the store of an address, and the path in it."""
    from obstore.store import GCSStore, HTTPStore, S3Store

    parts = urlsplit(source.address)
    path = parts.path.lstrip("/")
    options = dict(source.storage)
    if parts.scheme == "s3":
        config = {key.removeprefix("aws_"): value for key, value in options.items()}
        client = {"allow_http": config.get("endpoint_url", "").startswith("http://")}
        return S3Store(parts.netloc, config=_typed(config), client_options=_typed(client)), path
    if parts.scheme == "gs":
        config = {key.removeprefix("google_"): value for key, value in options.items()}
        client = {"allow_http": config.get("base_url", "").startswith("http://")}
        return GCSStore(parts.netloc, config=_typed(config), client_options=_typed(client)), path
    if parts.scheme == "hf":
        kind, owner, repository, *rest = f"{parts.netloc}/{path}".split("/")
        return HTTPStore(HUGGING_FACE), f"{kind}/{owner}/{repository}/resolve/main/{'/'.join(rest)}"
    root = f"{parts.scheme}://{parts.netloc}"
    return HTTPStore(root, client_options={"allow_http": parts.scheme == "http"}), path


def polars_options(source: Source) -> dict[str, str]:
    """Give the options of the store in the words that Polars knows."""
    return dict(source.storage)


def _typed(config: Mapping[str, object]) -> Any:
    """Pass options on as they are: obstore checks their names itself."""
    return dict(config)


def _matching(store: "ObjectStore", pattern: str) -> "list[Any]":
    import fnmatch

    import obstore

    prefix = pattern.split("*", maxsplit=1)[0].rpartition("/")[0]
    listed = obstore.list(store, prefix=prefix or None).collect()
    return [meta for meta in listed if fnmatch.fnmatchcase(meta["path"], pattern)]


def _remote_file(meta: Any) -> RemoteFile:
    return RemoteFile(meta["path"], meta["size"], str(meta.get("e_tag") or meta["last_modified"]))


def _download(where: str, source: Source, file: RemoteFile, part: Path) -> "list[int]":
    import obstore

    store, _ = open_store(source)
    sizes = []
    try:
        with part.open("wb") as target:
            for chunk in obstore.get(store, file.path).stream(min_chunk_size=CHUNK_BYTES):
                target.write(chunk)
                sizes.append(len(chunk))
    except Exception as fault:  # noqa: BLE001 (obstore's errors share no narrower class)
        raise Unavailable(where, f"the download broke off: {first_line(fault)}.") from None
    return sizes


def _write(where: str, source: Source, parts: "list[Path]", target: Path) -> None:
    from modelyard.datasets import columnar, faults

    if source.format in {"parquet", "arrow"}:
        frame = columnar.scan_columnar(where, parts, source.format == "arrow")
        with faults.reading(where):
            frame.sink_parquet(target, compression="zstd", compression_level=1)
    else:
        columnar.copy_to_parquet(where, source, parts, target)
