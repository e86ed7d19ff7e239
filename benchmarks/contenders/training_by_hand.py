"""Full fine-tuning as one writes it by hand in torch: the limit of what a loop around it can do.

Told the same as ``training_towhee``: files, network, augmentation, optimizer, schedule, batches.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from job import report, resident_mib


class Pictures:
    """Files as a data set of augmented tensors and their labels."""

    def __init__(self, paths: list[str], labels: list[int], transform: Any) -> None:
        self._paths, self._labels, self._transform = paths, labels, transform

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, place: int) -> tuple[Any, int]:
        import PIL.Image

        with PIL.Image.open(self._paths[place]) as file:
            return self._transform(file.convert("RGB")), self._labels[place]


def main() -> None:
    """Train, and report the seconds and the memory of each epoch."""
    job = json.loads(Path(sys.argv[1]).read_text())
    import torch
    from timm_model import timm_model

    torch.set_num_threads(job["cores"])
    torch.manual_seed(0)
    device = job["device"]
    network, _ = timm_model(job["checkpoint"], device)
    import timm  # behind timm_model, which sees to it that it can be imported

    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()  # freeze_bn: some published weights have them folded
    conditions = timm.data.resolve_model_data_config(network)
    head = torch.nn.Linear(network.num_features, max(job["labels"]) + 1).to(device)
    transform = timm.data.create_transform(
        input_size=conditions["input_size"],
        is_training=True,
        interpolation=conditions["interpolation"],
        mean=conditions["mean"],
        std=conditions["std"],
        color_jitter=None,
        scale=(0.7, 1.0),
        ratio=(0.85, 1.18),
        hflip=0.5,
    )
    loader = torch.utils.data.DataLoader(
        Pictures(job["images"], job["labels"], transform),
        batch_size=job["batch_size"],
        shuffle=True,
        num_workers=job["workers"],
        persistent_workers=job["workers"] > 0,
        pin_memory=device != "cpu",
    )
    weights = [*network.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, job["lr"], weight_decay=0.05)
    steps = len(loader) * job["epochs"]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps))
    )
    seconds, processor, rss, losses = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(job["epochs"]):
            began, worked = time.perf_counter(), time.process_time()
            total = 0.0
            for pixels, labels in loader:
                pixels, labels = pixels.to(device), labels.to(device)
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(head(network(pixels)), labels)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(weights, 5.0)
                optimizer.step()
                schedule.step()
                total += loss.item()
            state = [each.state_dict() for each in (network, head, optimizer, schedule)]
            torch.save(state, os.path.join(folder, "last.pt"))
            seconds.append(time.perf_counter() - began)
            processor.append(time.process_time() - worked)
            rss.append(resident_mib(trim=job["trim"]))
            losses.append(total / len(loader))
    report(
        {
            "seconds": seconds,
            "processor_seconds": processor,
            "rss_mib": rss,
            "losses": losses,
            "steps": steps,
        },
        ("torch", "timm"),
    )


if __name__ == "__main__":
    main()
