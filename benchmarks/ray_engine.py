"""Images to vectors on Ray: what the engine costs beside Ray Data by hand, and how it scales.

    python benchmarks/ray_engine.py [--images FOLDER] [--checkpoint FOLDER]

Each run is a process of its own with a cluster of its own, bound to one processor or to two. What
is timed is a run over many images less one over few, so neither the start of the cluster nor the
loading of the model counts; the many take half a minute, beside which a second more or less of the
start is little. The program by hand has the same decoder and model in its actors, so what differs
is the engine. The claims: the engine costs at most 10 % (0.90 of the program's throughput), and a
second worker brings a factor of 1.8.

It is not called ``ray.py``, since that would be imported in place of Ray.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from harness.image_models import image_model
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.race import Contender, race
from harness.table import table

HEADER = ("workers", "engine", "images/s", "lowest-highest", "x by hand", "x one worker", "cosine")
_ENGINES = {"by hand": "ray_by_hand.py", "towhee": "towhee_ray.py"}


def contenders(workers: int, options: dict[str, Any]) -> dict[str, Contender]:
    """Those of a number of workers, each on a processor of its own."""
    cpus = sorted(os.sched_getaffinity(0))[:workers]
    return {
        name: Contender(
            f"{name} {workers}", script, options=options, fields={"cpus": cpus, "cores": workers}
        )
        for name, script in _ENGINES.items()
    }


def figures(options: argparse.Namespace, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """The name of the network, and what was measured."""
    model = image_model(folder, options.checkpoint, jpeg_files(options.images))
    how = {"device": "cpu", "precision": "float32", "backend": "onnxruntime"}
    counts = [count for count in (1, 2) if count <= len(os.sched_getaffinity(0))]
    asked = {count: contenders(count, how) for count in counts}
    images = jpeg_files(options.images, options.count)
    job = model.job(images, jpeg_files(options.images, options.warm_up))
    every = [each for some in asked.values() for each in some.values()]
    standings = race(every, job, folder, rounds=options.rounds)
    rates: dict[tuple[str, int], float] = {}
    results = []
    for count, some in asked.items():
        for name, contender in some.items():
            standing = standings[contender.name]
            if standing.rate is None:
                raise RuntimeError(f"{contender.name}: {standing.error}")
            rates[name, count] = standing.rate
            results.append(
                {
                    "workers": count,
                    "engine": name,
                    "images_per_second": round(standing.rate, 2),
                    "rates": [round(rate, 2) for rate in standing.rates],
                    "ratio_to_by_hand": round(standing.rate / rates["by hand", count], 3),
                    "ratio_to_one": round(standing.rate / rates[name, 1], 3),
                    "worst_cosine": standing.worst_cosine,
                }
            )
    return model.name, results


def shown(name: str, results: list[dict[str, Any]]) -> str:
    """The table."""
    rows = [
        (
            str(each["workers"]),
            each["engine"],
            f"{each['images_per_second']:.1f}",
            f"{min(each['rates']):.1f}-{max(each['rates']):.1f}",
            f"{each['ratio_to_by_hand']:.2f}",
            f"{each['ratio_to_one']:.2f}",
            f"{each['worst_cosine']:.5f}",
        )
        for each in results
    ]
    return f"{name}\n{table(HEADER, rows)}"


def asked() -> argparse.Namespace:
    """The command line, with what it leaves open filled in."""
    made = parser(__doc__)
    made.add_argument("--images", type=Path, default=GALLERY, help="a folder of JPEG files")
    made.add_argument("--count", type=int, help="how many to embed; repeated if there are fewer")
    made.add_argument("--warm-up", type=int, help="how many to embed before the clock runs")
    made.add_argument("--rounds", type=int)
    made.add_argument("--checkpoint", type=Path, help="a folder of timm; random weights if none")
    options = made.parse_args()
    options.count = options.count or (100 if options.quick else 2400)
    options.warm_up = options.warm_up or (16 if options.quick else 64)
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main() -> None:
    """Race and print the table."""
    options = asked()
    with tempfile.TemporaryDirectory() as folder:
        name, results = figures(options, Path(folder))
    print(shown(name, results))
    counts = {name: getattr(options, name) for name in ("count", "rounds")}
    write("ray_engine", {**counts, "model": name, "runs": results}, options)


if __name__ == "__main__":
    main()
