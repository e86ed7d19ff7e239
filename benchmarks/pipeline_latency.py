"""What calling a pipeline costs beside calling what it wraps: a function, and a real model.

    python benchmarks/pipeline_latency.py [--calls 20000] [--images FOLDER] [--checkpoint FOLDER]

The first table: a pipeline of one trivial operator, and that operator called directly. The claim:
less than 50 microseconds a call.

The second: ``pipeline(path)`` for real image models, and the same done by hand with the same
objects: decode the file, prepare the picture, call the backend. Each file is embedded both ways
before the next, in turn the one and the other first. The claim: at most 5 % and 0.2 ms more.
The models: the one inside the package, a ResNet-50 with random weights, each ``--checkpoint``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from harness.image_models import image_model
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.table import table

from towhee import pipeline, register
from towhee.engine.operators import Operators
from towhee.pipelines import Pipeline, register_pipeline

_SHARE, _MORE_MS = 0.05, 0.2  # what a pipeline may add to a direct call
_WARM_UP = 5


@register("benchmark.increase")
def increase(value: int) -> int:
    return value + 1


def of_function(calls: int, runs: int) -> dict[str, Any]:
    """Microseconds a call of a trivial function, and of the pipeline around it, run in turn."""
    register_pipeline("increasing", ["benchmark.increase"])
    increasing = pipeline("increasing").preload()
    assert increasing(1) == 2
    direct: list[float] = []
    wrapped: list[float] = []
    for _ in range(runs):
        direct.append(_microseconds(increase, calls))
        wrapped.append(_microseconds(increasing, calls))
    overhead = statistics.median(wrapped) - statistics.median(direct)
    return {
        "calls": calls,
        "runs": runs,
        "function_us": round(statistics.median(direct), 3),
        "pipeline_us": round(statistics.median(wrapped), 3),
        "overhead_us": round(overhead, 3),
        "ratio": round(statistics.median(wrapped) / statistics.median(direct), 1),
    }


def _microseconds(function: Callable[[int], int], calls: int) -> float:
    started = time.perf_counter()
    for value in range(calls):
        function(value)
    return 1e6 * (time.perf_counter() - started) / calls


def of_model(name: str, embed: Pipeline, files: list[str]) -> dict[str, Any]:
    """Milliseconds of embedding a file by the pipeline, and by hand with the same objects."""
    by_hand = _by_hand(embed)
    for path in files[:_WARM_UP]:
        ours, theirs = embed(path), by_hand(path)
        assert np.allclose(ours, theirs / np.linalg.norm(theirs), atol=1e-5)
    ways: tuple[Callable[[str], Any], ...] = (by_hand, embed)
    taken: tuple[list[float], list[float]] = ([], [])
    for number, path in enumerate(files):
        for way in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            ways[way](path)
            taken[way].append(1000 * (time.perf_counter() - started))
    direct, wrapped = (statistics.median(each) for each in taken)
    return {
        "model": name,
        "calls": len(files),
        "direct_ms": round(direct, 3),
        "pipeline_ms": round(wrapped, 3),
        "overhead_ms": round(wrapped - direct, 3),
        "allowed_ms": round(_SHARE * direct + _MORE_MS, 3),
        "ratio": round(wrapped / direct, 3),
    }


def _by_hand(embed: Pipeline) -> Callable[[str], Any]:
    """Decode, prepare and run, with the objects that the pipeline calls."""
    operators = Operators()
    decode, model = (operators.get(step.operator) for step in embed.plan.steps)  # type: ignore[attr-defined]
    embed.preload()
    backend = model.running.alone()  # type: ignore[attr-defined]
    return lambda path: backend(model.prepare(decode(path))[None])[0]  # type: ignore[attr-defined]


def models(options: argparse.Namespace, folder: Path) -> dict[str, Pipeline]:
    """The pipelines to time, by what the table calls them."""
    found = {"the model inside the package": pipeline("image-embedding")}
    if not options.quick:
        images = jpeg_files(options.images)
        made = image_model(folder, None, images)
        named = "resnet50 (random weights)"
        found[named] = pipeline("image-embedding-resnet50", checkpoint=made.checkpoint)
    for checkpoint in options.checkpoint:
        found[checkpoint.name] = pipeline("image-embedding-resnet50", checkpoint=checkpoint)
    return found


def shown(function: dict[str, Any], models: list[dict[str, Any]]) -> str:
    """Both tables."""
    names = ("function_us", "pipeline_us", "overhead_us", "ratio")
    rows = [tuple(each for each in row.values()) for row in models]
    header = ("model", "calls", "by hand ms", "pipeline ms", "more ms", "allowed ms", "ratio")
    return "\n".join(
        [
            table(
                ("", "function us", "pipeline us", "more us", "ratio"),
                [("a trivial function", *(function[name] for name in names))],
            ),
            "",
            table(header, rows),
        ]
    )


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--calls", type=int, help="of the function, in each run")
    made.add_argument("--runs", type=int)
    made.add_argument("--images", type=Path, default=GALLERY, help="a folder of JPEG files")
    made.add_argument("--files", type=int, help="how many to embed both ways")
    made.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a folder of timm; repeatable"
    )
    options = made.parse_args()
    options.calls = options.calls or (200 if options.quick else 20_000)
    options.runs = options.runs or (3 if options.quick else 11)
    options.files = options.files or (10 if options.quick else 300)
    return options


def main() -> None:
    """Time all pairs and print the tables."""
    options = asked()
    function = of_function(options.calls, options.runs)
    files = list(islice(cycle(jpeg_files(options.images)), options.files))
    with tempfile.TemporaryDirectory() as folder:
        pipelines = models(options, Path(folder))
        timed = [of_model(name, embed, files) for name, embed in pipelines.items()]
    print(shown(function, timed))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = {"function": function, "models": timed, "peak_mib": round(peak, 1)}
    write("pipeline_latency", report, options)


if __name__ == "__main__":
    main()
