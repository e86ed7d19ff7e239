"""What a training gains on photographs, how long it takes, and what its loop costs.

    python benchmarks/training.py [--checkpoint FOLDER --train FILE --test FILE]
        [--only 5000 100 loop memory] [--device cuda]

``5000`` and ``100`` (ten a class) are the images that accuracy is measured with.
``op.train`` with nothing set chooses the method. Accuracy is that of the ten nearest neighbours of
2,000 test images among all training images, by the operator itself, before and after; the test
images play no part in the training. The claim, with a trained MobileNetV2 and CIFAR-10 on a CPU: 15
points in less than 15 minutes, and a gain from ten images a class.

``loop`` trains all weights on JPEG files, with ``op.train`` and with a loop written by hand, in
turn. Both read, augment and step the same, keep the state at the end of each epoch, and evaluate
nothing. The claim: 95 % of its images a second, by the clock and by the processor's own, which the
other guests of a virtual machine disturb less. The peak of ``op.train`` has in it the vectors
before and after, the trained model and the report. ``memory`` looks at the resident memory over
many short epochs, without what the allocator keeps for later. The claim: it does not grow.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from harness.options import parser, write
from harness.table import table
from harness.training_race import HEADER as LOOP_HEADER
from harness.training_race import growth, race, race_rows, random_checkpoint

from towhee import dataset, ops
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.metrics import knn_accuracy
from towhee.trainer.training_config import TrainingConfig

SIZES = {"5000": 5000, "100": 100}
TEST = 2000
GROWTH_HEADER = ("loop", "MiB behind 3 epochs", "MiB at the end", "MiB an epoch")
HEADER = ("images", "method", "before", "after", "points", "seconds", "peak MiB")


def one_training(checkpoint: Path, train: TrainingData, test: TrainingData) -> dict[str, Any]:
    """Accuracy before and after, and the seconds in between."""
    op = ops.image_embedding.timm(checkpoint=str(checkpoint))
    before = accuracy(op, train, test)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        result = op.train(TrainingConfig(output_dir=folder), train)
        seconds = time.perf_counter() - began
        after = accuracy(op, train, test)
    return {
        "images": len(train),
        "method": result.method,
        "before": before,
        "after": after,
        "seconds": round(seconds, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "held_out_before": dict(result.baseline),
        "held_out_after": dict(result.metrics),
        "history": [dict(row) for row in result.history],
        "reasons": dict(result.reasons),
    }


def accuracy(op: Any, train: TrainingData, test: TrainingData) -> float:
    """That of ten neighbours among the training images."""
    gallery, queries = embedded(op.ref, train), embedded(op.ref, test)
    known = (gallery.vectors, gallery.labels)
    return round(float(knn_accuracy(queries.vectors, queries.labels, gallery=known, k=10)), 4)


def asked() -> argparse.Namespace:
    """The command line."""
    made = parser(__doc__)
    made.add_argument("--checkpoint", type=Path, help="a folder of timm, not random weights")
    made.add_argument(
        "--train", default="train", help="a table of images and labels, not drawn ones"
    )
    made.add_argument("--test", default="eval", help="another")
    parts = [*SIZES, "loop", "memory"]
    made.add_argument("--only", nargs="+", choices=parts, default=parts)
    made.add_argument("--device", default="cpu", help="where the loops compute, cpu or cuda")
    return made.parse_args()


def accuracies(options: argparse.Namespace, checkpoint: Path) -> list[dict[str, Any]]:
    """Train on so many images as were asked for, and print the table."""
    names = [name for name in options.only if name in SIZES]
    if not names:
        return []
    names = names[:1] if options.quick else names
    test = dataset(options.test, size=200 if options.quick else TEST)
    found = []
    for name in names:
        train = dataset(options.train, size=100 if options.quick else SIZES[name])
        found.append(one_training(checkpoint, train, test))
    rows = [
        (
            f"{each['images']:,}",
            each["method"],
            f"{each['before']:.4f}",
            f"{each['after']:.4f}",
            f"{100 * (each['after'] - each['before']):+.1f}",
            f"{each['seconds']:.0f}",
            f"{each['peak_mib']:,}",
        )
        for each in found
    ]
    print(table(HEADER, rows))
    return found


def loops(options: argparse.Namespace, checkpoint: Path) -> dict[str, Any]:
    """Let the loops run beside each other, and print the tables."""
    found: dict[str, Any] = {}
    told = {
        "checkpoint": checkpoint,
        "table": Path(options.train) if options.train.endswith(".parquet") else None,
        "device": options.device,
    }
    if "loop" in options.only:
        many = (16, 2, 1) if options.quick else (192, 3, 3)
        sizes = dict(zip(("images", "epochs", "rounds"), many, strict=True))
        found["loop"] = race(**told, **sizes)
        print(table(LOOP_HEADER, race_rows(found["loop"])))
    if "memory" in options.only:
        images, epochs = (16, 5) if options.quick else (64, 15)
        sizes = {"images": images, "epochs": epochs, "rounds": 1}
        found["memory"] = race(**told, **sizes, trim=True)
        print(table(GROWTH_HEADER, growth(found["memory"])))
    return found


def main() -> None:
    """Train, and print the tables."""
    options = asked()
    with tempfile.TemporaryDirectory() as folder:
        random = "test_resnet" if options.quick else "resnet18"
        checkpoint = options.checkpoint or random_checkpoint(Path(folder), random)
        found = accuracies(options, checkpoint)
        report = {"test_images": TEST, "trainings": found, **loops(options, checkpoint)}
    write("training", report, options)


if __name__ == "__main__":
    main()
