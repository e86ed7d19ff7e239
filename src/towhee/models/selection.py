"""Find the fastest way to run a model whose vectors are still the model's own."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError, TowheeError, UsageError, WeightsError
from towhee.models.backends.base import Backend
from towhee.models.candidates import BACKENDS, REFERENCE, Candidate
from towhee.models.fidelity import worst_cosine
from towhee.models.network import Batch, Network
from towhee.models.progress import progress
from towhee.models.runner import Runner

logger = logging.getLogger(__name__)

_SECONDS = 0.4  # of one measurement, once it is warm
_REFERENCE_SECONDS = 6.0  # after which the reference has seen enough inputs
_FEWEST_INPUTS = 16
_BATCH_SIZES = (1, 2, 4, 8, 16, 32)
_GPU_BATCH_SIZES = (16, 32, 64, 128, 256)
_PLATEAU = 0.98  # of the best speed; a batch that reaches it is taken
_PATIENCE = 2  # doublings in a row that bring nothing, after which no larger batch is tried
_HOPE, _LEAST_HOPE = 8.0, 2.0
"""How many times as fast larger batches may make a candidate: so many at the smallest, where what a
call costs may be most of it, half as many at twice that size, and no fewer than the second.
"""
_PROMISING = ("bfloat16", "int8", "float16", "float32")
"""In which order precisions are measured: the fastest first, as others are given up sooner then."""
_CALL_SECONDS = 0.025  # a shorter call costs the run more than it tells when measured alone


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was seen of one candidate.

    Attributes:
        candidate: the backend and its precision.
        rows_per_second: with the best batch size and all cores, 0 if it was not measured. One that
            is far behind the fastest is not measured with all batch sizes.
        batch_size: that batch size, 0 if it was not measured.
        worst_cosine: the least of all cosines between its vectors and the reference's.
        problem: why it is out of the question, empty if it is not.
    """

    candidate: Candidate
    rows_per_second: float = 0.0
    batch_size: int = 0
    worst_cosine: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The candidate to run, and what was measured of all.

    Attributes:
        chosen: the fastest that agrees with the reference.
        fidelity: the bound on the cosine that it had to hold.
        measurements: of every candidate, in the order of the candidates.
    """

    chosen: Measurement
    fidelity: float
    measurements: tuple[Measurement, ...]


def decide(
    network: Network,
    candidates: Sequence[Candidate],
    *,
    device: str,
    cores: int,
    fidelity: float,
) -> Decision:
    """Measure the candidates on this machine, on real inputs, and choose.

    Args:
        network: the model.
        candidates: the ways to run it.
        device: where it runs.
        cores: how many it may use.
        fidelity: the least cosine of every vector to that of torch in float32.

    Raises:
        UsageError: if none of the candidates holds the bound; the message says what each reached.
        WeightsError: if the model cannot be loaded at all.
    """
    started = time.perf_counter()
    what = f"measuring how {network.name} runs best here, once"
    with progress(what, total=1 + len(candidates)) as advance:
        reference = Runner(network, REFERENCE, device=device, threads=cores)
        inputs, expected = _reference(reference.alone(), network.calibration())
        advance()
        measured: list[Measurement] = []
        for candidate in sorted(candidates, key=_promise):
            if not _is_needless(candidate, measured):
                runner = reference
                if candidate != REFERENCE:
                    runner = Runner(network, candidate, device=device, threads=cores)
                to_beat = max((each.rows_per_second for each in measured), default=0.0)
                measured.append(_measured(network, runner, inputs, expected, fidelity, to_beat))
            advance()
    measurements = sorted(measured, key=lambda each: candidates.index(each.candidate))
    sound = [each for each in measurements if not each.problem]
    if not sound:
        raise _none_holds(network, measurements, fidelity)
    chosen = max(sound, key=lambda each: each.rows_per_second)
    logger.info(
        "%s runs on %s, measured in %.0f s",
        network.name,
        chosen.candidate,
        time.perf_counter() - started,
    )
    return Decision(chosen, fidelity, tuple(measurements))


def _promise(candidate: Candidate) -> tuple[int, int]:
    return _PROMISING.index(candidate.precision), -BACKENDS.index(candidate.backend)


def _reference(
    backend: Backend, inputs: Sequence[Batch]
) -> tuple[list[Batch], npt.NDArray[np.float32]]:
    """As many of the inputs as fit the time, and the reference's vectors for them."""
    vectors = []
    started = time.perf_counter()
    for number, batch in enumerate(inputs, 1):
        vectors.append(backend(*batch))
        if number >= _FEWEST_INPUTS and time.perf_counter() - started > _REFERENCE_SECONDS:
            break
    return list(inputs[: len(vectors)]), np.concatenate(vectors)


def _is_needless(candidate: Candidate, measurements: Sequence[Measurement]) -> bool:
    """Whether it leaves layers in float32 although int8 does without, or does not run at all."""
    same = (candidate.backend, candidate.precision)
    others = [
        each for each in measurements if (each.candidate.backend, each.candidate.precision) == same
    ]
    return bool(others) and (not others[-1].problem or not others[-1].worst_cosine)


def _measured(
    network: Network,
    runner: Runner,
    inputs: list[Batch],
    expected: npt.NDArray[np.float32],
    fidelity: float,
    to_beat: float,
) -> Measurement:
    candidate = runner.candidate
    try:
        backend = runner.streaming()
        with ThreadPoolExecutor(max(1, backend.parallel)) as pool:
            cosine = 1.0  # of the reference to itself
            if candidate != REFERENCE:
                vectors = np.concatenate(list(pool.map(lambda batch: backend(*batch), inputs)))
                cosine = worst_cosine(vectors, expected)
            if not cosine >= fidelity:
                problem = f"its worst cosine to float32 is {cosine:.4f}"
                return Measurement(candidate, worst_cosine=cosine, problem=problem)
            speed, batch_size = _speed(network, backend, inputs, pool, to_beat)
    except (MissingExtraError, WeightsError, UsageError) as error:
        return Measurement(candidate, problem=str(error))
    except MemoryError as error:
        return Measurement(candidate, problem=f"memory runs out: {error}")
    return Measurement(candidate, speed, batch_size, cosine)


def _speed(
    network: Network,
    backend: Backend,
    inputs: list[Batch],
    pool: ThreadPoolExecutor,
    to_beat: float,
) -> tuple[float, int]:
    """Rows a second on the plateau, and the batch size.

    It is the smallest on the plateau whose calls are long enough: in a run, each call wakes
    threads that take a core from the others for a moment. What cannot come near ``to_beat`` rows a
    second any more is not measured to the end.
    """
    sizes = _BATCH_SIZES if backend.threads else _GPU_BATCH_SIZES
    speeds: dict[int, float] = {}
    seconds: dict[int, float] = {}
    in_vain = 0
    for size in sizes:
        best = max(speeds.values(), default=0.0)
        batch = network.joined(list(islice(cycle(_of_usual_length(inputs)), size)))
        try:
            speeds[size] = _rate(backend, batch, pool)
        except MemoryError:
            if not speeds:
                raise
            break  # the sizes that fit are what there is to choose from
        seconds[size] = size * max(1, backend.parallel) / speeds[size]
        in_vain = in_vain + 1 if speeds[size] < best / _PLATEAU else 0
        is_long = seconds[size] >= _CALL_SECONDS
        if speeds[size] < 0.9 * best or (in_vain >= _PATIENCE and is_long):
            break  # it only gets worse from here
        if max(_LEAST_HOPE, _HOPE * sizes[0] / size) * max(speeds.values()) < to_beat:
            break
    enough = _PLATEAU * max(speeds.values())
    plateau = [size for size, speed in speeds.items() if speed >= enough]
    long = [size for size in plateau if seconds[size] >= _CALL_SECONDS]
    size = min(long, default=max(plateau))
    return speeds[size], size


def _of_usual_length(inputs: list[Batch]) -> list[Batch]:
    """Those about the median of all lengths, as rows of like length share a batch in a run."""
    by_length = sorted(inputs, key=lambda batch: batch[0].shape[-1])
    middle = len(inputs) // 2
    return by_length[max(0, middle - 2) : middle + 2]


def _rate(backend: Backend, batch: Batch, pool: ThreadPoolExecutor) -> float:
    """Rows a second with as many calls at once as the backend takes."""

    def calls_until(deadline: float) -> int:
        calls = 0
        while time.perf_counter() < deadline:
            backend(*batch)
            calls += 1
        return calls

    workers = max(1, backend.parallel)
    list(pool.map(lambda _: backend(*batch), range(workers)))  # warms up
    started = time.perf_counter()
    calls = sum(pool.map(calls_until, [started + _SECONDS] * workers))
    return calls * len(batch[0]) / (time.perf_counter() - started)


def _none_holds(
    network: Network, measurements: Sequence[Measurement], fidelity: float
) -> TowheeError:
    seen = "; ".join(f"{each.candidate}: {each.problem}" for each in measurements)
    if all(not each.worst_cosine for each in measurements):
        return WeightsError(f"{network.name} cannot be run as asked for ({seen})")
    return UsageError(
        f"no way to run {network.name} as asked for keeps a cosine of {fidelity} to its float32 "
        f'vectors ({seen}); pass fidelity= a lower bound, or precision="auto"'
    )
