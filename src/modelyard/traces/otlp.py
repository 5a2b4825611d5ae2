"""Spans sent by OTLP over HTTP: the only file that knows OpenTelemetry.

What else is to be said (headers, sampling, attributes, sizes of batches) the library takes from its
own variables, `OTEL_...`.
"""

import atexit
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Values = Mapping[str, str | int]
PATIENCE_S = 5.0
"""How long a collector may take to answer; the service does not wait for it."""
LEAVE_S = 3.0
"""How long a process that ends goes on sending."""
_HEADERS = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class RequestSpan:
    """What a request does, until it is answered."""

    span: Any
    token: Any

    @property
    def ids(self) -> tuple[str, str, str]:
        """The ids of trace and span, and whether it is kept, as in a traceparent."""
        known = self.span.get_span_context()
        return f"{known.trace_id:032x}", f"{known.span_id:016x}", f"{int(known.trace_flags):02x}"

    def leave(self) -> None:
        """Let what this thread does next belong elsewhere; the span goes on."""
        contexts.detach(self.token)

    def end(self, name: str, status: int, values: Values) -> None:
        """Say how the request was answered."""
        self.span.update_name(name)
        self.span.set_attributes({"http.response.status_code": status, **values})
        if status >= 500:
            self.span.set_status(trace.StatusCode.ERROR)
        self.span.end()


class Spans:
    """Begins spans, and hands them to a thread that sends them."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("modelyard")

    def of_request(self, method: str, headers: Mapping[str, str], values: Values) -> RequestSpan:
        """Begin the span of a request, in the caller's trace where they sent one."""
        parent = _HEADERS.extract(headers, context=contexts.Context())
        span = self._tracer.start_span(
            method, parent, trace.SpanKind.SERVER, {"http.request.method": method, **values}
        )
        return RequestSpan(span, contexts.attach(trace.set_span_in_context(span)))

    @contextmanager
    def of_run(self, kind: str, parent: str, values: Values) -> Iterator[str]:
        """Begin the span of a run; gives its traceparent."""
        asked = _HEADERS.extract({"traceparent": parent}, context=contexts.Context())
        with self._tracer.start_as_current_span(
            f"run {kind}", asked, trace.SpanKind.CONSUMER, dict(values)
        ):
            given: dict[str, str] = {}
            _HEADERS.inject(given)
            yield given.get("traceparent", parent)

    def note(self, name: str, value: str | int, is_fault: bool) -> None:
        """Write something down at the present span."""
        span = trace.get_current_span()
        span.set_attribute(name, value)
        if is_fault:
            span.set_status(trace.StatusCode.ERROR)

    def flush(self) -> None:
        """Send what has ended, now."""
        self._provider.force_flush()

    def close(self) -> None:
        """Send what has ended; a collector that does not answer is not waited for."""
        atexit.unregister(self.close)
        thread = threading.Thread(target=self._provider.shutdown, daemon=True)
        thread.start()
        thread.join(LEAVE_S)


def open_spans(address: str, version: str, zone: str) -> Spans:
    """Make what sends spans to the collector at an address, such as `http://localhost:4318`."""
    known = {
        "service.name": "modelyard",
        "service.version": version,
        "cloud.availability_zone": zone,
    }
    provider = TracerProvider(
        resource=_resource({name: value for name, value in known.items() if value}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces", timeout=PATIENCE_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    spans = Spans(provider)
    atexit.register(spans.close)
    return spans


def _resource(known: Mapping[str, str]) -> Resource:
    """Say what sends; what the environment says of it (`OTEL_SERVICE_NAME`) goes first."""
    given = Resource.create().attributes
    named = {name: value for name, value in known.items() if name not in given}
    if str(given.get("service.name", "")).startswith("unknown_service"):
        named["service.name"] = known["service.name"]
    return Resource({**given, **named})
