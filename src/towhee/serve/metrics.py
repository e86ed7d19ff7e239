"""What Prometheus reads: requests, queues, batches, errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The measures of one service.

    Args:
        queued: gives the inputs that wait, by models.
    """

    def __init__(self, queued: Callable[[], dict[str, int]]) -> None:
        self._registry = CollectorRegistry()
        self._queued = queued
        self._requests = Counter(
            "towhee_requests",
            "Requests by route and status.",
            ["route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "towhee_request_seconds",
            "Seconds from a request to its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._errors = Counter(
            "towhee_errors", "Refusals by kind.", ["kind"], registry=self._registry
        )
        self._inputs = Counter(
            "towhee_inputs", "Inputs that ran.", ["model"], registry=self._registry
        )
        self._waits = Histogram(
            "towhee_queue_seconds",
            "Seconds that an input waited for its batch.",
            ["model"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._sizes = Histogram(
            "towhee_batch_inputs",
            "Inputs of a batch.",
            ["model"],
            buckets=_SIZES,
            registry=self._registry,
        )
        self._batches = Histogram(
            "towhee_batch_seconds",
            "Seconds of a batch.",
            ["model"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._live = Gauge(
            "towhee_queue_inputs",
            "Inputs that wait.",
            ["model"],
            multiprocess_mode="livesum",
            registry=None,
        )
        self._registry.register(_Queues(queued))

    def request(self, route: str, status: int, seconds: float) -> None:
        """Note a request that was answered."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def error(self, kind: str) -> None:
        """Note a refusal."""
        self._errors.labels(kind).inc()

    def of_model(self, model: str) -> ModelMetrics:
        """The measures of one model's batches."""
        return ModelMetrics(
            self._inputs.labels(model),
            self._waits.labels(model),
            self._sizes.labels(model),
            self._batches.labels(model),
        )

    def text(self) -> bytes:
        """All measures as Prometheus reads them; those of all processes, if there are several."""
        if os.environ.get(_SEVERAL_PROCESSES):
            for model, inputs in self._queued().items():
                self._live.labels(model).set(inputs)
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package's own
            return generate_latest(registry)
        return generate_latest(self._registry)


class ModelMetrics:
    """The measures of one model, which its lane reports to."""

    def __init__(
        self, inputs: Counter, waits: Histogram, sizes: Histogram, batches: Histogram
    ) -> None:
        self._inputs, self._waits, self._sizes, self._batches = inputs, waits, sizes, batches

    def began(self, waited: Sequence[float]) -> None:
        """A batch began, whose inputs waited so many seconds."""
        for seconds in waited:
            self._waits.observe(seconds)

    def ended(self, inputs: int, seconds: float) -> None:
        """A batch of so many inputs took so many seconds."""
        self._inputs.inc(inputs)
        self._sizes.observe(inputs)
        self._batches.observe(seconds)


class _Queues:
    """The lengths of the queues, asked for when they are read."""

    def __init__(self, queued: Callable[[], dict[str, int]]) -> None:
        self._queued = queued

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauge of all models."""
        gauge = GaugeMetricFamily("towhee_queue_inputs", "Inputs that wait.", labels=["model"])
        for model, inputs in self._queued().items():
            gauge.add_metric([model], inputs)
        yield gauge
