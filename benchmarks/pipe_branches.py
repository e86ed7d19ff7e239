"""Two models as branches of one pipe: do they run at the same time?

    python benchmarks/pipe_branches.py [--checkpoint FOLDER]

A pipe with one model, a pipe with the other, and a pipe with both, called with one picture after
the other, in turn. The claim: both take less than 0.75 of the sum where neither fills the cores
alone. The models of the first row take all cores, those of the second half of them, which no
model fills more than. They are the one inside the package, and a ``--checkpoint`` of timm, without
which the first takes both places.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from harness.options import GALLERY, parser, write
from harness.table import table

from towhee import CallablePipe, pipe
from towhee.functional.operator_handle import OperatorHandle
from towhee.hub import registry
from towhee.models.machine import cores
from towhee.operators.base import OperatorRef


def branches(one: Any, other: Any) -> dict[str, CallablePipe]:
    """The three pipes."""
    start = pipe.input("image")
    return {
        "one": start.map("image", "a", one).output("a"),
        "other": start.map("image", "b", other).output("b"),
        "both": start.map("image", "a", one).map("image", "b", other).output("a", "b"),
    }


def milliseconds(pipes: dict[str, CallablePipe], calls: int) -> dict[str, float]:
    """The median time of a call of each."""
    with PIL.Image.open(next(GALLERY.glob("*.jpg"))) as file:
        image = np.asarray(file.convert("RGB"))
    (a,), (b,) = pipes["one"](image).get() or (), pipes["other"](image).get() or ()
    both = pipes["both"](image).get() or ()
    assert np.array_equal(a, both[0])
    assert np.array_equal(b, both[1])
    taken: dict[str, list[float]] = {name: [] for name in pipes}
    for _ in range(calls):
        for name, function in pipes.items():
            started = time.perf_counter()
            function(image)
            taken[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(each) for name, each in taken.items()}


def model(name: str, threads: int | None, **arguments: Any) -> OperatorHandle:
    """An operator whose model takes no more threads than these; all cores if ``None``."""
    operator = OperatorRef(*registry.find(name)).resolve()
    limited = type(operator.__name__, (operator,), {"threads": threads})
    return OperatorHandle(OperatorRef(name, limited, (), tuple(arguments.items())))


def row(name: str, options: argparse.Namespace, threads: int | None) -> dict[str, Any]:
    """The three times, and what both together take of the sum."""
    one = other = model("image_embedding.embedded", threads)
    if options.checkpoint:
        other = model("image_embedding.timm", threads, checkpoint=str(options.checkpoint[0]))
    seen = milliseconds(branches(one, other), options.calls)
    return {
        "models": name,
        **{f"{each}_ms": round(taken, 3) for each, taken in seen.items()},
        "ratio_to_sum": round(seen["both"] / (seen["one"] + seen["other"]), 3),
    }


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--calls", type=int)
    made.add_argument("--checkpoint", type=Path, action="append", default=[])
    options = made.parse_args()
    options.calls = options.calls or (3 if options.quick else 200)
    return options


def main() -> None:
    """Time the pipes and print the table."""
    options = asked()
    half = max(1, cores() // 2)
    rows = [
        row("on all cores", options, None),
        row(f"on {half} of {cores()} cores", options, half),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    names = ("models", "one_ms", "other_ms", "both_ms", "ratio_to_sum")
    header = ("models", "one ms", "other ms", "both ms", "of the sum")
    print(table(header, [tuple(each[name] for name in names) for each in rows]))
    print(f"peak memory: {peak:.0f} MiB")
    write(
        "pipe_branches", {"calls": options.calls, "rows": rows, "peak_mib": round(peak, 1)}, options
    )


if __name__ == "__main__":
    main()
