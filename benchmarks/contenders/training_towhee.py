"""Full fine-tuning by ``op.train``, of which the loop is timed: its epochs, and no evaluation."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from job import report, resident_mib


def main() -> None:
    """Train, and report the seconds and the memory of each epoch."""
    job = json.loads(Path(sys.argv[1]).read_text())
    import numpy as np

    from towhee import ops
    from towhee.trainer.data import TrainingData
    from towhee.trainer.importing import import_lightning
    from towhee.trainer.training_config import TrainingConfig

    ends, worked, rss = [], [], []

    class Clock(import_lightning().Callback):  # type: ignore[misc]  # Any
        """An epoch ends where the next begins, so keeping its state belongs to it."""

        def _tick(self, *given: Any) -> None:
            ends.append(time.perf_counter())
            worked.append(time.process_time())
            rss.append(resident_mib(trim=job["trim"]))

        on_train_epoch_start = on_train_end = _tick

    labels = np.array(job["labels"])
    names = [str(number) for number in range(int(labels.max()) + 1)]
    train = TrainingData(job["images"], labels, names, job["images"], files=True)
    op = ops.image_embedding.timm(checkpoint=job["checkpoint"])
    with tempfile.TemporaryDirectory() as folder:
        config = TrainingConfig(
            output_dir=folder,
            method="full",
            eval_strategy="no",
            loss="CrossEntropyLoss",
            batch_size=job["batch_size"],
            epoch_num=job["epochs"],
            lr=job["lr"],
            warmup_steps=0,
            max_grad_norm=5.0,
            augment="light",
            freeze_bn=True,
            dataloader_num_workers=job["workers"],
            dataloader_pin_memory=job["device"] != "cpu",
            device_str=job["device"],
            tensorboard=None,
        )
        few = train.subset(np.arange(0, len(train), max(1, len(train) // 50)))
        result = op.train(config, train, few, callbacks=[Clock()])
    report(
        {
            "seconds": np.diff(ends).tolist(),
            "processor_seconds": np.diff(worked).tolist(),
            "rss_mib": rss[1:],
            "losses": [row["loss"] for row in result.history],
            "steps": result.history[-1]["step"],
        },
        ("torch", "timm", "lightning"),
    )


if __name__ == "__main__":
    main()
