"""Remote stores, opened by address: s3://, gs://, hf:// and https://."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from modelyard.datasets.source import Source
from modelyard.errors import Invalid

if TYPE_CHECKING:
    from obstore.store import ObjectStore

HUGGING_FACE = "https://huggingface.co"
ANSWER_S = 8
"""How long a store has for one answer; obstore and Polars would wait and retry for minutes."""
CONNECT_S = 3
RETRIES = 1
DOWNLOAD_S = 3600
CLIENT_OPTIONS = frozenset({"timeout", "connect_timeout", "proxy_url"})


def open_store(source: Source, answer_s: float = ANSWER_S) -> "tuple[ObjectStore, str]":
    """Give the store of an address, and the path in it.

    hf:// is reached over Hugging Face's plain file addresses; that mapping could not be tried
    against the real site in our tests. Raises Invalid for an option that the store does not know.
    """
    from obstore.exceptions import BaseError
    from obstore.store import GCSStore, HTTPStore, S3Store

    parts = urlsplit(source.address)
    path = parts.path.lstrip("/")
    settings: Any = _settings(source, answer_s)
    try:
        if parts.scheme == "s3":
            return S3Store(parts.netloc, config=_config(source), **settings), path
        if parts.scheme == "gs":
            return GCSStore(parts.netloc, config=_config(source), **settings), path
        if parts.scheme == "hf":
            return HTTPStore(HUGGING_FACE, **settings), hugging_face_path(source.address)
        return HTTPStore(f"{parts.scheme}://{parts.netloc}", **settings), unquote(path)
    except BaseError as fault:
        why = f"{str(fault).splitlines()[0].rstrip('. ')}."
        raise Invalid(f"modelyard.toml, datasets.{source.name}.storage", why) from None


def hugging_face_path(address: str) -> str:
    """Give the path on huggingface.co of `hf://datasets/OWNER/NAME[@REVISION]/PATH`.

    Raises Invalid for another shape.
    """
    kind, owner, name, *rest = [*address.removeprefix("hf://").split("/"), "", ""]
    rest = [part for part in rest if part]
    if kind not in {"datasets", "spaces"} or not rest:
        raise Invalid(address, "is not hf://datasets/OWNER/NAME/PATH.")
    name, _, revision = name.partition("@")
    return f"{kind}/{owner}/{name}/resolve/{revision or 'main'}/{'/'.join(rest)}"


def addresses(source: Source, paths: Iterable[str]) -> list[str]:
    """Give the addresses of files of the store in the words that Polars knows."""
    if source.address.startswith(("s3://", "gs://")):
        parts = urlsplit(source.address)
        return [f"{parts.scheme}://{parts.netloc}/{path}" for path in paths]
    return [source.address]


def polars_options(source: Source) -> dict[str, Any]:
    """Give the options of the store for Polars: the same names, and limits to its patience."""
    limits = {
        "max_retries": RETRIES,
        "retry_timeout_ms": 1000 * ANSWER_S,
        "connect_timeout": f"{CONNECT_S}s",
    }
    return limits | dict(source.storage)


def _config(source: Source) -> Any:
    return {key: value for key, value in source.storage.items() if key not in CLIENT_OPTIONS}


def _settings(source: Source, answer_s: float) -> dict[str, Any]:
    limits = {"timeout": f"{answer_s:g}s", "connect_timeout": f"{CONNECT_S}s"}
    own = {key: value for key, value in source.storage.items() if key in CLIENT_OPTIONS}
    places = (source.address, *source.storage.values())
    plain = any(place.startswith("http://") for place in places)
    return {
        "client_options": limits | own | {"allow_http": plain},
        "retry_config": {
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=ANSWER_S),
        },
    }
