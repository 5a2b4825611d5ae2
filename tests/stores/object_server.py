"""A small store on loopback: plain HTTP with HEAD and Range, and what GCS's XML API adds to that.

No emulator of Google Cloud Storage speaks the XML API that obstore and Polars use, so this is our
own: `GET /bucket?list-type=2&prefix=` lists, everything else is plain HTTP.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

POLL_S = 0.02
CHANGED_AT = 1_700_000_000
LISTED = (
    "<Contents><Key>{key}</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified>"
    '<ETag>"{tag}"</ETag><Size>{size}</Size></Contents>'
)


@dataclass
class ObjectServer:
    """Objects by `bucket/path`, served until the process ends or `serving` is left."""

    objects: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    asked: list[str] = field(default_factory=list)
    """Method, path and range of every request."""
    breaks_after: int | None = None
    """Bytes of a body after which the connection breaks; None sends all."""


@contextmanager
def serving() -> Iterator[ObjectServer]:
    """Serve an empty store on a free port of loopback."""
    store = ObjectServer()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    store.address = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        httpd.shutdown()
        httpd.server_close()


def listing(store: ObjectServer, bucket: str, prefix: str) -> bytes:
    """Write the answer to a list request as the XML API does."""
    rows = [
        LISTED.format(key=escape(name), tag=tag_of(content), size=len(content))
        for name, content in (
            (key.removeprefix(f"{bucket}/"), content)
            for key, content in sorted(store.objects.items())
            if key.startswith(f"{bucket}/{prefix}")
        )
    ]
    body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>"
    return body.encode()


def tag_of(content: bytes) -> str:
    """Name a content."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _handler(store: ObjectServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).strip("/")
            query = parse_qs(parts.query)
            store.asked.append(f"{self.command} {path} {self.headers.get('Range', '')}".strip())
            if "list-type" in query:
                prefix = query.get("prefix", [""])[0]
                self.answer(200, listing(store, path, prefix), {})
            elif path in store.objects:
                self.answer_object(store.objects[path])
            else:
                self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>", {})

        def answer_object(self, content: bytes) -> None:
            headers = {
                "ETag": f'"{tag_of(content)}"',
                "Last-Modified": formatdate(CHANGED_AT, usegmt=True),
                "Accept-Ranges": "bytes",
            }
            asked = self.headers.get("Range", "")
            if not asked:
                self.answer(200, content, headers)
                return
            start, stop = span(asked.removeprefix("bytes="), len(content))
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
            self.answer(206, content[start:stop], headers)

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(body[: store.breaks_after])
            if store.breaks_after is not None and store.breaks_after < len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def span(asked: str, size: int) -> tuple[int, int]:
    """Read `2-5`, `2-` or `-3` as the first byte and the one behind the last."""
    first, _, last = asked.partition("-")
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size
