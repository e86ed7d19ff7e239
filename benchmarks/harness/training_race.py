"""The loop of ``op.train`` beside one written by hand, and its memory over many epochs."""

from __future__ import annotations

import io
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from harness.processes import run_json
from harness.race import CONTENDERS
from towhee.models.machine import cores

LOOPS = {"by hand": "training_by_hand", "op.train": "training_towhee"}
HEADER = (
    "loop",
    "images/s",
    "of by hand",
    "a processor second",
    "of by hand",
    "peak MiB",
    "last loss",
)
BATCH, RATE = 32, 5e-4
_SETTLED = 3
"""Epochs until memory is what it will be: pools and caches are filled."""


def jpeg_files(table: Path | None, count: int, folder: Path) -> tuple[list[str], list[int]]:
    """Images of a Parquet table as JPEG files of 256 pixels a side, and their labels.

    Args:
        table: with columns ``image`` and ``label``; ``None`` for drawn images.
        count: how many.
        folder: that they are written to.
    """
    import PIL.Image

    paths, labels = [], []
    for number, (picture, label) in enumerate(_pictures(table, count)):
        path = folder / f"{number}.jpg"
        resized = picture.convert("RGB").resize((256, 256), PIL.Image.Resampling.BICUBIC)
        resized.save(path, quality=90)
        paths.append(str(path))
        labels.append(label)
    return paths, labels


def random_checkpoint(folder: Path, name: str) -> Path:
    """A model with random weights, as timm saves it."""
    from safetensors.torch import save_file

    from towhee.models.timm_models import import_timm

    timm = import_timm()
    model = timm.create_model(name)
    about = {
        "architecture": name,
        "num_classes": model.num_classes,
        "pretrained_cfg": timm.get_pretrained_cfg(name).to_dict(),
    }
    (folder / "config.json").write_text(json.dumps(about, default=str))
    save_file(model.state_dict(), folder / "model.safetensors")
    return folder


def _pictures(table: Path | None, count: int) -> Any:
    import PIL.Image

    if table is None:
        random = np.random.default_rng(0)
        for number in range(count):
            yield PIL.Image.fromarray(random.integers(0, 255, (32, 32, 3), np.uint8)), number % 10
        return
    import pyarrow.parquet as parquet

    rows = next(parquet.ParquetFile(table).iter_batches(count)).to_pylist()
    for row in rows:
        yield PIL.Image.open(io.BytesIO(row["image"])), int(row["label"])


def race(
    checkpoint: Path,
    table: Path | None,
    *,
    images: int,
    epochs: int,
    rounds: int,
    device: str,
    trim: bool = False,
) -> dict[str, Any]:
    """Both loops in turn, each in a process of its own, first one and then the other ahead.

    Args:
        checkpoint: a folder of timm.
        table: of images and labels; ``None`` for drawn ones.
        images: how many are trained on.
        epochs: of each training.
        rounds: trainings of each loop.
        device: ``"cpu"`` or ``"cuda"``.
        trim: leave out of the memory what the allocator keeps for later, which takes time.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths, labels = jpeg_files(table, images, folder)
        job = folder / "job.json"
        told = {
            "checkpoint": str(checkpoint),
            "images": paths,
            "labels": labels,
            "batch_size": BATCH,
            "epochs": epochs,
            "lr": RATE,
            "workers": 0 if device == "cpu" else min(8, cores()),
            "cores": cores(),
            "device": device,
            "trim": trim,
        }
        job.write_text(json.dumps(told))
        found: dict[str, list[dict[str, Any]]] = {loop: [] for loop in LOOPS}
        for turn in range(rounds):
            for loop in list(LOOPS) if turn % 2 == 0 else list(LOOPS)[::-1]:
                script = CONTENDERS / f"{LOOPS[loop]}.py"
                found[loop].append(run_json([sys.executable, str(script), str(job)]))
    return {"images": images, "epochs": epochs, "device": device, "rounds": found}


def race_rows(raced: dict[str, Any]) -> list[tuple[str, ...]]:
    """The table of a race; the first epoch of each run warms up."""
    rates, worked = (
        {loop: _rate(raced, loop, key) for loop in raced["rounds"]}
        for key in ("seconds", "processor_seconds")
    )
    return [
        (
            loop,
            f"{rates[loop]:.1f}",
            f"{rates[loop] / rates['by hand']:.3f}",
            f"{worked[loop]:.1f}",
            f"{worked[loop] / worked['by hand']:.3f}",
            f"{max(each['peak_mib'] for each in runs):,.0f}",
            f"{statistics.median(each['losses'][-1] for each in runs):.4f}",
        )
        for loop, runs in raced["rounds"].items()
    ]


def _rate(raced: dict[str, Any], loop: str, key: str) -> float:
    """Images a second of a clock, the median over all epochs but the first of each run."""
    runs = raced["rounds"][loop]
    return statistics.median(raced["images"] / took for each in runs for took in each[key][1:])


def growth(raced: dict[str, Any]) -> list[tuple[str, ...]]:
    """Resident memory behind the first epochs and at the end, and MiB an epoch in between."""
    rows = []
    for loop, runs in raced["rounds"].items():
        rss = runs[0]["rss_mib"][_SETTLED:]
        slope = float(np.polyfit(np.arange(len(rss)), rss, 1)[0]) if len(rss) > 1 else 0.0
        rows.append((loop, f"{rss[0]:,.0f}", f"{rss[-1]:,.0f}", f"{slope:+.2f}"))
    return rows
