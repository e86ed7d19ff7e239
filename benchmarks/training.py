"""What a training gains on photographs, and how long it takes: 5,000 of them, and ten a class.

    python benchmarks/training.py [--checkpoint FOLDER --train FILE --test FILE] [--only 5000 100]

``op.train`` with nothing set chooses the method. Accuracy is that of the ten nearest neighbours of
2,000 test images among all training images, by the operator itself, before and after; the test
images play no part in the training. The claim, with a trained MobileNetV2 and CIFAR-10 on a CPU: 15
points in less than 15 minutes, and a gain from ten images a class.
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

from towhee import dataset, ops
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import embedded
from towhee.trainer.metrics import knn_accuracy
from towhee.trainer.training_config import TrainingConfig

SIZES = {"5000": 5000, "100": 100}
TEST = 2000
HEADER = ("images", "method", "before", "after", "points", "seconds", "peak MiB")


def one_training(
    checkpoint: Path | None, train: TrainingData, test: TrainingData
) -> dict[str, Any]:
    """Accuracy before and after, and the seconds in between."""
    op = (
        ops.image_embedding.timm(model_name="resnet18", pretrained=False)
        if checkpoint is None
        else ops.image_embedding.timm(checkpoint=str(checkpoint))
    )
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
    made.add_argument("--only", nargs="+", choices=list(SIZES), default=list(SIZES))
    return made.parse_args()


def main() -> None:
    """Train, and print the table."""
    options = asked()
    test = dataset(options.test, size=200 if options.quick else TEST)
    found = []
    for name in options.only:
        train = dataset(options.train, size=100 if options.quick else SIZES[name])
        found.append(one_training(options.checkpoint, train, test))
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
    write("training", {"test_images": len(test), "trainings": found}, options)


if __name__ == "__main__":
    main()
