"""A collector of spans: takes OTLP over HTTP as any other does, and keeps what was sent."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 60


@dataclass(frozen=True)
class Sent:
    """A span as it was sent."""

    name: str
    kind: int
    trace: str
    id: str
    parent: str
    is_fault: bool
    values: dict[str, Any]
    resource: dict[str, Any]


@dataclass
class Collector:
    """What was sent so far."""

    address: str = ""
    spans: list[Sent] = field(default_factory=list)

    def wait(self, holds: Callable[[list[Sent]], bool]) -> list[Sent]:
        """Wait until what was sent is as it should be."""
        until = time.monotonic() + PATIENCE_S
        while not holds(list(self.spans)):
            assert time.monotonic() < until, [span.name for span in self.spans]
            time.sleep(0.05)
        return list(self.spans)

    def take(self, content: bytes) -> None:
        """Take what an exporter has sent."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
        )

        sent = ExportTraceServiceRequest.FromString(content)
        for of_resource in sent.resource_spans:
            resource = values_of(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                self.spans += [
                    Sent(
                        name=span.name,
                        kind=span.kind,
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        is_fault=span.status.code == 2,
                        values=values_of(span.attributes),
                        resource=resource,
                    )
                    for span in of_scope.spans
                ]


def values_of(attributes: Any) -> dict[str, Any]:
    """Read attributes: texts and whole numbers."""
    return {one.key: one.value.string_value or one.value.int_value for one in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    collector = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            if self.path == "/v1/traces":
                collector.take(content)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    collector.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
