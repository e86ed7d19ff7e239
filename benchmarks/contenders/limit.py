"""What the machine could do at best: cores over the core-seconds that one image costs.

    python contenders/limit.py JOB.json

Each part is measured alone. Reading, decoding and preparing: the steps that the chain runs in its
threads, in as many processes as there are cores, all at work at the same time, none in another's
way. The model: the backend that the chain chose, called with prepared images by as many threads
as it takes, with the batch size that is fastest. No chain over the same steps can be faster than
``cores / (prepare + model)``, both in seconds of one core; where the model does not run on the
cores (a GPU), than the slower of the two.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from job import Job, bound_job, report

if TYPE_CHECKING:
    from towhee.operators.base import Streams

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
GPU_BATCH_SIZES = (32, 64, 128, 256)
_TRIED_SECONDS = 0.6
_MEASURED_SECONDS = 3.0
_ROWS_IN_TASK = 8
_WARM_UP = 4
_PATIENCE = 300  # seconds that one worker waits for the others

_together: Any  # where the processes of prepare_seconds meet; set in each of them


def stages_of(job: Job) -> tuple[Any, Any]:
    """The stage of the chain that threads run, and its model step."""
    from towhee import pipeline
    from towhee.plan.passes import rewrite
    from towhee.plan.stage import stages

    embedding = pipeline(
        "image-embedding-resnet50", **{"checkpoint": job.checkpoint, **job.options}
    )
    threads, model = stages(rewrite(embedding.plan))
    assert (threads.placement, model.placement) == ("threads", "model")
    return threads, model.steps[0]


def prepare_seconds(job: Job) -> float:
    """Core-seconds of reading, decoding and preparing an image while every core does it."""
    shares = [job.images[core :: job.cores] for core in range(min(job.cores, len(job.images)))]
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(len(shares))
    with ProcessPoolExecutor(len(shares), context, _meet_at, (together,)) as pool:
        seconds = list(pool.map(prepare_share, [job] * len(shares), shares))
    return sum(seconds) / len(seconds)


def _meet_at(together: Any) -> None:
    global _together
    _together = together


def prepare_share(job: Job, images: list[str]) -> float:
    """In a process of its own: the seconds of one image, once all processes are ready."""
    program = prepare_program(job)
    program(images[:_WARM_UP])
    _together.wait(_PATIENCE)
    started = time.perf_counter()
    for start in range(0, len(images), _ROWS_IN_TASK):
        program(images[start : start + _ROWS_IN_TASK])
    return (time.perf_counter() - started) / len(images)


def prepare_program(job: Job) -> Any:
    """A function from paths to prepared images, as the engine's threads run it."""
    from towhee.engine.chunk import Chunk
    from towhee.engine.operators import Operators
    from towhee.engine.rows import RowProgram
    from towhee.plan.step import VALUE

    threads, _ = stages_of(job)
    program = RowProgram(threads.steps, Operators(), "raise")

    def prepared(images: list[str]) -> list[Any]:
        outcome = program.run(Chunk({VALUE: images}, range(len(images))))
        if outcome.error is not None:
            raise outcome.error
        return list(outcome.chunk.columns[VALUE])

    return prepared


def model_rate(job: Job) -> tuple[float, int, Streams]:
    """Images a second of the model alone at its best batch size, that size, and how it runs."""
    from towhee.engine.operators import Operators

    _, step = stages_of(job)
    streams = Operators().streams(step.operator)
    prepared = prepare_program(job)(job.images[: max(BATCH_SIZES)])
    sizes = BATCH_SIZES if streams.threads != 0 else GPU_BATCH_SIZES
    batches = {size: (prepared * (size // len(prepared) + 1))[:size] for size in sizes}
    rates = {size: saturated(streams, batches[size], _TRIED_SECONDS) for size in sizes}
    best = max(rates, key=lambda size: rates[size])
    return saturated(streams, batches[best], _MEASURED_SECONDS), best, streams


def saturated(streams: Streams, batch: list[Any], seconds: float) -> float:
    """Images a second, with as many calls under way as the model takes."""
    callers = max(1, streams.parallel)
    ready = threading.Barrier(callers)

    def calls(_: int) -> tuple[int, float]:
        streams.forward(batch)
        ready.wait(_PATIENCE)
        started = time.perf_counter()
        done = 0
        while time.perf_counter() - started < seconds:
            streams.forward(batch)
            done += 1
        return done, time.perf_counter() - started

    with ThreadPoolExecutor(callers) as pool:
        return sum(done * len(batch) / taken for done, taken in pool.map(calls, range(callers)))


def main() -> None:
    """Measure both parts, and print what follows from them."""
    job = bound_job()
    rate, batch_size, streams = model_rate(job)
    prepare = prepare_seconds(job)
    if streams.threads == 0:
        limit, model = min(job.cores / prepare, rate), 1 / rate
    else:
        model = job.cores / rate
        limit = job.cores / (prepare + model)
    figures = {
        "images_per_second": limit,
        "prepare_core_ms": round(1000 * prepare, 3),
        "model_core_ms": round(1000 * model, 3),
        "batch_size": batch_size,
        "on_gpu": streams.threads == 0,
    }
    report(figures, ("towhee",))


if __name__ == "__main__":
    main()
