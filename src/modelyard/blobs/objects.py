"""Blobs in S3 or Google Cloud Storage, by obstore."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from modelyard.blobs.blobs import SETTING, refuse_name
from modelyard.errors import Invalid, ModelyardError, NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PIECE_BYTES = 1024 * 1024
PATIENCE_S = 20
CLIENT: Any = {"timeout": "60s", "connect_timeout": "5s", "allow_http": True}


@dataclass(frozen=True)
class ObjectBlobs:
    """Keeps each content as an object below a prefix of a bucket."""

    store: "ObjectStore"
    prefix: str

    def write(self, name: str, content: bytes) -> None:
        """Keep a content."""
        with self._words(name):
            self.store.put(self._path(name), content)

    def write_file(self, name: str, path: Path) -> None:
        """Keep the content of a file; a large one goes in parts."""
        with self._words(name):
            self.store.put(self._path(name), path)

    def add(self, name: str, content: bytes) -> bool:
        """Keep a content unless the name is taken; tells whether it is ours."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        with self._words(name):
            try:
                self.store.put(self._path(name), content, mode="create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError, FileExistsError):
                return False
        return True

    def read(self, name: str) -> bytes:
        """Give a content; raises NotFound."""
        with self._words(name):
            return bytes(self.store.get(self._path(name)).bytes())

    def stream(self, name: str) -> Iterator[bytes]:
        """Give a content in pieces; raises NotFound before the first of them."""
        with self._words(name):
            found = self.store.get(self._path(name))

        def pieces() -> Iterator[bytes]:
            with self._words(name):
                for piece in found.stream(min_chunk_size=PIECE_BYTES):
                    yield bytes(piece)

        return pieces()

    def delete(self, name: str) -> None:
        """Remove a content."""
        try:
            with self._words(name):
                self.store.delete(self._path(name))
        except NotFound:
            return

    def names(self, prefix: str = "") -> list[str]:
        """List the names below `prefix`, in order."""
        start = self._path(prefix) if prefix else self.prefix.rstrip("/")
        with self._words(prefix):
            found = [entry["path"] for part in self.store.list(start or None) for entry in part]
        return sorted(path.removeprefix(self.prefix) for path in found)

    def _path(self, name: str) -> str:
        return self.prefix + refuse_name(name)

    @contextmanager
    def _words(self, name: str) -> Iterator[None]:
        from obstore.exceptions import BaseError
        from obstore.exceptions import NotFoundError as Missing

        try:
            yield
        except ModelyardError:
            raise
        except (Missing, FileNotFoundError):
            raise NotFound(f"blob {name}", "is not here.") from None
        except (BaseError, OSError) as fault:
            said = (str(fault).splitlines() or ["no more was said"])[0].rstrip(". ")
            raise Unavailable(
                f"blob {name}",
                f"the store cannot be used: {said[:200]}.",
                f"Is it the one that {SETTING} names, and do its credentials hold?",
            ) from None


def open_objects(address: str) -> ObjectBlobs:
    """Open `s3://BUCKET/PREFIX?option=value` or `gs://...`; secrets come from the environment.

    The options are obstore's, such as `aws_endpoint_url` and `aws_region`. Raises Invalid.
    """
    from obstore.exceptions import BaseError
    from obstore.store import GCSStore, S3Store

    parts = urlsplit(address)
    options: Any = dict(parse_qsl(parts.query))
    retries: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=PATIENCE_S)}
    if not parts.netloc:
        raise Invalid(SETTING, "names no bucket.", "Such as s3://bucket/modelyard")
    open_store: Any = S3Store if parts.scheme == "s3" else GCSStore
    try:
        store = open_store(
            parts.netloc, config=options, client_options=CLIENT, retry_config=retries
        )
    except BaseError as fault:
        raise Invalid(SETTING, f"{str(fault).splitlines()[0].rstrip('. ')}.") from None
    prefix = parts.path.strip("/")
    return ObjectBlobs(store, f"{prefix}/" if prefix else "")
