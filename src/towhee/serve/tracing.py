"""Traces by OpenTelemetry, where it is installed and configured; else nothing."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextlib.contextmanager
def span_of(scope: Scope, request_id: str) -> Iterator[Callable[[str, Any], None]]:
    """A span for a request, within the trace that its client began.

    Yields:
        A function that sets an attribute of the span.
    """
    if not _is_configured():
        yield lambda name, value: None
        return
    from opentelemetry import propagate, trace

    context = propagate.extract(dict(Headers(scope=scope)))
    tracer = trace.get_tracer_provider().get_tracer("towhee.serve")
    name = f"{scope['method']} {scope['path']}"
    with tracer.start_as_current_span(name, context, kind=trace.SpanKind.SERVER) as span:
        span.set_attribute("http.request.method", scope["method"])
        span.set_attribute("url.path", scope["path"])
        span.set_attribute("towhee.request_id", request_id)
        yield span.set_attribute


def _is_configured() -> bool:
    """Whether somebody in this process takes spans; nothing is imported to find out."""
    trace = sys.modules.get("opentelemetry.trace")
    return trace is not None and not isinstance(
        trace.get_tracer_provider(), trace.ProxyTracerProvider
    )


def start_tracing() -> bool:
    """Send spans to the collector that the variables of OpenTelemetry name, if they name one.

    Raises:
        MissingExtraError: if they do, and the packages are not installed.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return False
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        from towhee.errors import MissingExtraError

        raise MissingExtraError(f"tracing ({_ENDPOINTS[0]} is set)", "tracing") from error
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True
