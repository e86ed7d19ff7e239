"""Images to vectors on one core, two, four, … : how throughput grows with them.

    python benchmarks/scaling.py [--images FOLDER] [--checkpoint FOLDER]

Each run is a process of its own, bound to so many processors before it imports anything; a
warm-up in front of the clock loads the model and settles its backend. Rounds are interleaved, and
the median of the rounds stands in the table. The claim: each doubling brings a factor of 1.8.
The networks: a ResNet-50 with random weights and each ``--checkpoint``, a folder of timm.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from harness.image_models import ImageModel, image_model
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.race import Contender, race
from harness.table import table

HEADER = ("cores", "images/s", "lowest-highest", "x half the cores", "x one core", "worst cosine")


def doublings(processors: list[int]) -> list[list[int]]:
    """The first processor, the first two, four, … as far as there are so many.

    Example:
        >>> doublings([0, 1, 2, 3, 4])
        [[0], [0, 1], [0, 1, 2, 3]]
    """
    sizes = [2**power for power in range(len(processors).bit_length())]
    return [processors[:size] for size in sizes]


def scaled(model: ImageModel, options: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """The figures of one network for each number of cores, fewest first."""
    contenders = [
        Contender(
            f"{len(some)} cores",
            "towhee_chain.py",
            options={"device": "cpu", "precision": options.precision},
            fields={"cpus": some, "cores": len(some)},
        )
        for some in doublings(sorted(os.sched_getaffinity(0)))
    ]
    images = jpeg_files(options.images, options.count)
    job = model.job(images, jpeg_files(options.images, options.warm_up))
    standings = race(contenders, job, folder, rounds=options.rounds)
    results: list[dict[str, Any]] = []
    for contender in contenders:
        standing = standings[contender.name]
        if standing.rate is None:
            raise RuntimeError(f"{contender.name}: {standing.error}")
        before = results[-1]["images_per_second"] if results else None
        first = results[0]["images_per_second"] if results else standing.rate
        figures = {
            "cores": contender.fields["cores"],
            "images_per_second": round(standing.rate, 2),
            "rates": [round(rate, 2) for rate in standing.rates],
            "ratio_to_half": None if before is None else round(standing.rate / before, 3),
            "ratio_to_one": round(standing.rate / first, 3),
            "worst_cosine": standing.worst_cosine,
        }
        results.append(figures)
    return results


def shown(name: str, results: list[dict[str, Any]]) -> str:
    """The table of one network."""
    rows = [
        (
            str(each["cores"]),
            f"{each['images_per_second']:.1f}",
            f"{min(each['rates']):.1f}-{max(each['rates']):.1f}",
            None if each["ratio_to_half"] is None else f"{each['ratio_to_half']:.2f}",
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
    made.add_argument("--precision", default="auto", help="of image_embedding.timm")
    made.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a folder of timm; repeatable"
    )
    options = made.parse_args()
    options.count = options.count or (8 if options.quick else 400)
    options.warm_up = options.warm_up or (8 if options.quick else 32)
    options.rounds = options.rounds or (1 if options.quick else 5)
    return options


def main() -> None:
    """Scale each network and print the tables."""
    options = asked()
    checkpoints: list[Path | None] = [*options.checkpoint]
    if not (options.quick and checkpoints):
        checkpoints = [None, *checkpoints]
    models = []
    for checkpoint in checkpoints:
        with tempfile.TemporaryDirectory() as folder:
            model = image_model(Path(folder), checkpoint, jpeg_files(options.images))
            results = scaled(model, options, Path(folder))
        print(shown(model.name, results), end="\n\n")
        models.append({"name": model.name, "runs": results})
    counts = {name: getattr(options, name) for name in ("count", "rounds", "precision")}
    write("scaling", {**counts, "models": models}, options)


if __name__ == "__main__":
    main()
