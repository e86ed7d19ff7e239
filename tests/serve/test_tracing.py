"""Requests are spans of the traces that their clients began."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from live_server import running, whole
from towhee.serve.logs import JsonLines
from towhee.serve.served import served
from towhee.serve.service import Service

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Takes the spans, in place of a collector."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


def test_a_request_is_a_span_within_the_trace_of_its_client(spans: InMemorySpanExporter) -> None:
    service = Service()
    service.add(served(len, "length"))
    with running(whole(service)) as address:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "one"}
        url = f"{address}/v1/pipelines/length"
        httpx.post(url, json={"input": "abc"}, headers=headers)
    finished = spans.get_finished_spans()  # FastAPI has some of its own within
    (span,) = [each for each in finished if each.name == "POST /v1/pipelines/length"]
    assert format(span.context.trace_id, "032x") == TRACE
    assert span.parent is not None
    assert format(span.parent.span_id, "016x") == PARENT
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "url.path": "/v1/pipelines/length",
        "towhee.request_id": "one",
        "towhee.status": 200,
        "towhee.model": "length",
        "towhee.inputs": 1,
    }


def test_a_line_of_the_log_is_an_object_with_what_became_of_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Service()
    service.add(served(len, "length"))
    with caplog.at_level(logging.INFO, "towhee.serve.requests"), running(whole(service)) as a:
        headers = {"X-Request-Id": "one"}
        httpx.post(f"{a}/v1/pipelines/length", json={"input": 1}, headers=headers)
    (record,) = [each for each in caplog.records if each.name == "towhee.serve.requests"]
    line = json.loads(JsonLines().format(record))
    assert line["ms"] >= 0
    expected = {"request_id": "one", "status": 422, "model": "length", "error": "unusable_input"}
    assert {name: line[name] for name in expected} == expected
    assert line["level"] == "info"
    assert line["time"].endswith("+00:00")
