"""How well digits are found that speakers say of whom nothing was learned.

    python benchmarks/training_audio.py --digits RECORDINGS.parquet [--folds] [--seeds 42 1 2]

``op.train`` on ``audio_embedding.mfcc``, with nothing set but that no weights are chosen by the
evaluation: a network is learned from scratch on the recordings of the first four of six speakers,
those of the other two play no part, and are measured with once, at the end, by the operator as it
is served. The figure is the share whose ten nearest neighbours, among recordings of the four, are
of the right digit. The claim: 90 %.

``--folds`` leaves out each of the first four in turn, and does not look at the other two: that is
how defaults of the trainer are judged.

The table has the columns ``audio`` (a WAV file's bytes), ``digit`` and ``speaker``: the Free Spoken
Digit Dataset.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from harness.options import parser, write
from harness.table import table
from pyarrow import parquet

from towhee import dataset, ops
from towhee.trainer.data import TrainingData
from towhee.trainer.training_config import TrainingConfig

KNOWN = 4
HEADER = ("speakers heard", "measured with", "seed", "before", "after", "accuracy", "seconds")


def one_training(train: TrainingData, test: TrainingData, seed: int, quick: bool) -> dict[str, Any]:
    """The measures before and after, and the seconds in between."""
    op = ops.audio_embedding.mfcc(sample_rate=8000)  # that of the recordings
    with tempfile.TemporaryDirectory() as folder:
        config = TrainingConfig(
            output_dir=folder,
            seed=seed,
            eval_strategy="no",
            load_best_model_at_end=False,
            epoch_num=1 if quick else None,
        )
        began = time.perf_counter()
        result = op.train(config, train, test)
        seconds = time.perf_counter() - began
    return {
        "method": result.method,
        "seed": seed,
        "before": dict(result.baseline),
        "after": dict(result.metrics),
        "seconds": round(seconds, 1),
        "reasons": dict(result.reasons),
    }


def asked() -> argparse.Namespace:
    """The command line."""
    made = parser(__doc__)
    made.add_argument("--digits", type=Path, required=True, help="the table of recordings")
    made.add_argument("--folds", action="store_true", help="leave out each of the first four")
    made.add_argument("--seeds", type=int, nargs="+", default=[42], help="one training each")
    return made.parse_args()


def main() -> None:
    """Train, and print the table."""
    options = asked()
    data = dataset(options.digits, value="audio", label="digit")
    said_by = np.array(
        parquet.read_table(options.digits, columns=["speaker"])["speaker"].to_pylist()
    )
    names = list(dict.fromkeys(said_by.tolist()))
    known = names[:KNOWN]
    parts = [(known, names[KNOWN:])]
    if options.folds:
        parts = [([name for name in known if name != out], [out]) for out in known]
    found = []
    for heard, unheard in parts:
        for seed in options.seeds:
            rows = [data.subset(np.isin(said_by, some)) for some in (heard, unheard)]
            found.append(
                {"heard": heard, "unheard": unheard} | one_training(*rows, seed, options.quick)
            )
    lines = [
        (
            ", ".join(each["heard"]),
            ", ".join(each["unheard"]),
            each["seed"],
            f"{each['before']['knn']:.4f}",
            f"{each['after']['knn']:.4f}",
            f"{each['after']['accuracy']:.4f}",
            f"{each['seconds']:.0f}",
        )
        for each in found
    ]
    print(table(HEADER, lines))
    write("training_audio", {"trainings": found}, options)


if __name__ == "__main__":
    main()
