"""Two models as branches of one pipe: do they run at the same time?

    python benchmarks/pipe_branches.py [--checkpoint FOLDER]

A pipe with one model, a pipe with the other, and a pipe with both, called with one picture after
the other, in turn. The claim: both take less than 0.75 of the sum where neither fills the cores
alone. The models: the one inside the package, and a ``--checkpoint`` of timm, without which the
first takes both places.
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

from towhee import CallablePipe, ops, pipe


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


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--calls", type=int)
    made.add_argument("--checkpoint", type=Path, action="append", default=[])
    options = made.parse_args()
    options.calls = options.calls or (3 if options.quick else 200)
    return options


def main() -> None:
    """Time the three pipes and print the table."""
    options = asked()
    one: Any = ops.image_embedding.embedded()
    other: Any = ops.image_embedding.embedded()
    if options.checkpoint:
        other = ops.image_embedding.timm(checkpoint=str(options.checkpoint[0]))
    seen = milliseconds(branches(one, other), options.calls)
    total = seen["one"] + seen["other"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = {
        "calls": options.calls,
        **{f"{name}_ms": round(each, 3) for name, each in seen.items()},
        "ratio_to_sum": round(seen["both"] / total, 3),
        "peak_mib": round(peak, 1),
    }
    names = ("one_ms", "other_ms", "both_ms", "ratio_to_sum", "peak_mib")
    header = ("one ms", "other ms", "both ms", "of the sum", "peak MiB")
    print(table(header, [tuple(report[name] for name in names)]))
    write("pipe_branches", report, options)


if __name__ == "__main__":
    main()
