"""The fastest way to run a model is taken, of those whose every vector is still the model's."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from towhee.errors import MissingExtraError, UsageError, WeightsError
from towhee.models import selection
from towhee.models.candidates import REFERENCE, Candidate
from towhee.models.network import Batch, concatenated
from towhee.models.selection import Decision, decide

ONNX, OPENVINO, LOW = (
    Candidate("onnxruntime"),
    Candidate("openvino"),
    Candidate("openvino", "bfloat16"),
)


class Vectors:
    """A model that gives back what it is given."""

    name, key = "the model", "abc"

    def calibration(self) -> list[Batch]:
        rng = np.random.default_rng(0)
        return [(rng.standard_normal((1, 8)).astype(np.float32),) for _ in range(20)]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        return concatenated(rows)


class Way:
    """One way to run it: how long a row takes, what it gives, or what it raises."""

    def __init__(
        self, row_ms: float = 1.0, *, spoils: float = 0.0, error: Exception | None = None
    ) -> None:
        self.row_ms, self.spoils, self.error = row_ms, spoils, error
        self.threads = self.parallel = 1

    def __call__(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if self.error is not None:
            raise self.error
        time.sleep(self.row_ms * len(values) / 1000)
        given = values.copy()
        given[0, 0] += self.spoils
        return given


def decided(
    monkeypatch: pytest.MonkeyPatch,
    ways: dict[Candidate, Way],
    fidelity: float = 0.999,
    asked: Sequence[Candidate] = (),
) -> Decision:
    class Runner:
        def __init__(self, network: Any, candidate: Candidate, **settings: Any) -> None:
            self.candidate = candidate

        def alone(self) -> Way:
            return self.streaming()

        def streaming(self) -> Way:
            return ways[self.candidate]

    monkeypatch.setattr(selection, "Runner", Runner)
    monkeypatch.setattr(selection, "_SECONDS", 0.02)
    network: Any = Vectors()
    return decide(network, tuple(asked or ways), device="cpu", cores=1, fidelity=fidelity)


def test_the_fastest_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = decided(monkeypatch, {REFERENCE: Way(2), ONNX: Way(0.2), OPENVINO: Way(1)})
    assert found.chosen.candidate == ONNX
    assert [each.candidate for each in found.measurements] == [REFERENCE, ONNX, OPENVINO]
    assert 0 < found.measurements[0].rows_per_second < 500
    assert found.chosen.worst_cosine == pytest.approx(1)


def test_one_vector_of_another_direction_puts_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = decided(monkeypatch, {REFERENCE: Way(2), LOW: Way(0.1, spoils=1.0)})
    assert found.chosen.candidate == REFERENCE
    refused = found.measurements[1]
    assert refused.problem == f"its worst cosine to float32 is {refused.worst_cosine:.4f}"
    assert 0 < refused.worst_cosine < 0.999
    assert refused.rows_per_second == 0


def test_a_lower_bound_lets_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {REFERENCE: Way(2), LOW: Way(0.1, spoils=0.3)}
    assert decided(monkeypatch, ways).chosen.candidate == REFERENCE
    assert decided(monkeypatch, ways, fidelity=0.5).chosen.candidate == LOW


@pytest.mark.parametrize(
    "error", [WeightsError("no such operator"), MissingExtraError("it", "openvino")]
)
def test_a_way_that_does_not_run_is_listed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    found = decided(monkeypatch, {REFERENCE: Way(), ONNX: Way(error=error)})
    assert found.chosen.candidate == REFERENCE
    assert found.measurements[1].problem == str(error)


def test_where_nothing_holds_the_bound_it_is_said_what_each_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ways = {REFERENCE: Way(), ONNX: Way(spoils=2), LOW: Way(spoils=2)}
    with pytest.raises(UsageError, match=r"worst cosine to float32 is .*fidelity= a lower bound"):
        decided(monkeypatch, ways, asked=(ONNX, LOW))


def test_layers_are_kept_in_float32_only_where_int8_fails_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    levels = [Candidate("openvino", "int8", layers) for layers in (0, 2, 4)]
    ways = {REFERENCE: Way(3), levels[0]: Way(0.1, spoils=2), levels[1]: Way(0.2), levels[2]: Way()}
    found = decided(monkeypatch, ways)
    assert found.chosen.candidate == levels[1]
    assert [each.candidate for each in found.measurements] == [REFERENCE, *levels[:2]]


def test_layers_are_not_kept_in_float32_where_int8_does_not_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    levels = [Candidate("openvino", "int8", layers) for layers in (0, 2)]
    ways = {REFERENCE: Way(), levels[0]: Way(error=WeightsError("no")), levels[1]: Way()}
    assert [each.candidate for each in decided(monkeypatch, ways).measurements] == [
        REFERENCE,
        levels[0],
    ]


@pytest.mark.parametrize(
    ("speeds", "expected"),
    [
        ({1: 50, 2: 80, 4: 99, 8: 100, 16: 100.5, 32: 99}, 4),  # the smallest on the plateau
        ({1: 20, 2: 19.9, 4: 19.8, 8: 300}, 1),  # two doublings in vain end the search
        ({1: 100, 2: 99, 4: 98.5, 8: 300}, 4),  # the first whose calls last 25 ms
        (dict.fromkeys((1, 2, 4, 8, 16, 32), 5000), 32),  # as long as a call can be
        ({1: 100, 2: 80, 4: 300}, 1),  # and so does one that makes it much worse
        ({1: 10, 2: 20, 4: 40, 8: 80, 16: 160, 32: 320}, 32),
    ],
)
def test_the_batch_size_is_the_smallest_that_is_as_fast_as_any_with_calls_of_some_length(
    monkeypatch: pytest.MonkeyPatch, speeds: dict[int, float], expected: int
) -> None:
    monkeypatch.setattr(selection, "_rate", lambda backend, batch, pool: speeds[len(batch[0])])
    network: Any = Vectors()
    backend: Any = Way()
    inputs = network.calibration()
    speed, size = selection._speed(network, backend, inputs, None, 0.0)  # type: ignore[arg-type]
    assert size == expected
    assert speed == speeds[expected]


def test_what_is_far_behind_is_not_measured_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Slow(Way):
        def __call__(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
            sizes.append(len(values))
            return super().__call__(values)

    found = decided(monkeypatch, {REFERENCE: Slow(20.0), ONNX: Way(4.0), LOW: Way(1.0)})
    assert found.chosen.candidate == LOW
    assert [each.candidate for each in found.measurements] == [REFERENCE, ONNX, LOW]
    assert set(sizes) == {1}, "a twentieth of the fastest: larger batches will not change that"


def test_batches_that_do_not_fit_the_memory_are_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Small(Way):
        def __call__(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
            if len(values) > fits:
                raise MemoryError("no room")
            time.sleep(0.002)  # however many rows: the largest batch would be the best
            return values.copy()

    fits = 4
    found = decided(monkeypatch, {REFERENCE: Way(2), ONNX: Small()})
    assert (found.chosen.candidate, found.chosen.batch_size) == (ONNX, 4)
    fits = 0
    found = decided(monkeypatch, {REFERENCE: Way(2), ONNX: Small()})
    assert found.chosen.candidate == REFERENCE
    assert found.measurements[1].problem == "memory runs out: no room"
