"""Trains the student for a number of minutes: `python -m ...train weights.pt --minutes 30`.

A photograph's embedding stays near the teacher's, seen at 224 x 224 and unedited (distillation),
and an edited copy's near its original's and far from every other's (contrast). CIFAR-10 labels
add a third term. The earliest layers and the statistics of batch normalisation stay the
teacher's. What is saved is the moving average of the weights, drawn back a little to the start.
"""

from __future__ import annotations

import argparse
import math
import time
from itertools import count
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from training.embedded_image_model import data, losses
from training.embedded_image_model.student import (
    DIMENSION,
    SIDE,
    Student,
    create_student,
    create_teacher,
    set_projection,
)
from training.embedded_image_model.views import CROPS, Batch, Photographs, Views, to_pixels

_THREADS, _WORKERS = 2, 2
_PHOTOGRAPHS_A_BATCH, _CIFAR_A_BATCH = 44, 20
_QUEUE = 512
_TRUNK_RATE, _HEAD_RATE = 2e-4, 5e-4
_WARM_UP_STEPS = 80
_AVERAGE_DECAY = 0.995
_START_SHARE = 0.3
_SAVE_SECONDS = 240
_TEACHER_SIDE = 224
_DISTILLATION_WEIGHT, _CLASS_WEIGHT = 2.0, 0.4


@torch.no_grad()
def teacher_features(photographs: Photographs) -> Tensor:
    """Return the teacher's `(photographs * CROPS, 1280)` features of every original."""
    teacher = create_teacher().to(memory_format=torch.channels_last)
    features = []
    for photograph in range(len(photographs)):
        originals = [photographs.original(photograph, crop) for crop in range(CROPS)]
        pixels = torch.stack([torch.from_numpy(to_pixels(o, _TEACHER_SIDE)) for o in originals])
        with torch.autocast("cpu", torch.bfloat16):
            features.append(teacher(pixels.to(memory_format=torch.channels_last)).float())
    return torch.cat(features)


def embed(student: Student, early: Tensor) -> Tensor:
    """Return the embedding, given the early layers' output; the trunk computes in bfloat16."""
    with torch.autocast("cpu", torch.bfloat16):
        features = student.late(early)
    return student.project(features.float())


class Queue:
    """The latest originals' embeddings, as further negatives."""

    def __init__(self) -> None:
        self.keys = torch.empty(0, DIMENSION)
        self.groups = torch.empty(0, dtype=torch.int64)

    def push(self, keys: Tensor, groups: Tensor) -> None:
        """Add a batch and forget the oldest."""
        self.keys = torch.cat([keys.detach(), self.keys])[:_QUEUE]
        self.groups = torch.cat([groups, self.groups])[:_QUEUE]


def batch_losses(
    student: Student, batch: Batch, targets: Tensor, prototypes: Tensor, queue: Queue
) -> tuple[Tensor, Tensor, Tensor]:
    """Return contrast, distillation and classification of one batch."""
    both = embed(student, torch.cat([batch.originals, batch.copies]))
    originals, copies = both.chunk(2)
    keys, groups = torch.cat([originals, queue.keys]), torch.cat([batch.groups, queue.groups])
    contrast = losses.contrast(copies, keys, batch.groups, groups)
    contrast = contrast + losses.contrast(originals, copies, batch.groups, batch.groups)
    taught = batch.targets >= 0
    teacher = targets[batch.targets[taught]]
    distillation = losses.distillation(originals[taught], teacher)
    distillation = distillation + losses.distillation(copies[taught], teacher)
    labelled = torch.cat([~taught, ~taught])
    labels = batch.groups.repeat(2)[labelled]
    classification = losses.classification(both[labelled], labels, prototypes)
    queue.push(originals, batch.groups)
    return contrast, distillation, classification


def save(average: AveragedModel, start: dict[str, Tensor], path: Path) -> None:
    """Save the averaged weights, those of the late layers drawn back towards their `start`.

    What was learnt from a few hundred photographs costs less of what the teacher knew.
    Source: Wortsman et al., "Robust fine-tuning of zero-shot models".
    """
    weights = dict(average.module.state_dict())
    for name, value in start.items():
        if value.is_floating_point():
            weights[name] = weights[name].lerp(value, _START_SHARE)
    torch.save(weights, path)


def train(student: Student, photographs: Photographs, minutes: float, path: Path) -> None:
    """Train for `minutes` and save the averaged weights to `path`, now and then and at the end."""
    features = teacher_features(photographs)
    set_projection(student, features)
    with torch.no_grad():
        targets = student.project(features)
    student.to(memory_format=torch.channels_last)
    prototypes = torch.nn.Parameter(torch.randn(10, DIMENSION) / math.sqrt(DIMENSION))
    start_weights = {f"late.{k}": v.clone() for k, v in student.late.state_dict().items()}
    trunk = [*student.late.parameters()]
    head = [*student.projection.parameters(), prototypes]
    optimizer = torch.optim.AdamW(
        [{"params": trunk, "lr": _TRUNK_RATE}, {"params": head, "lr": _HEAD_RATE}],
        weight_decay=0.01,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    average = AveragedModel(student, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGE_DECAY))
    views = Views(
        photographs,
        student.early,
        photographs_a_batch=_PHOTOGRAPHS_A_BATCH,
        cifar_a_batch=_CIFAR_A_BATCH,
        side=SIDE,
    )
    batches = iter(DataLoader(views, batch_size=None, num_workers=_WORKERS, prefetch_factor=4))
    queue, start, saved = Queue(), time.monotonic(), time.monotonic()
    for step in count(1):
        progress = (time.monotonic() - start) / (60 * minutes)
        if progress >= 1:
            break
        scale = min(1, step / _WARM_UP_STEPS) * (0.01 + 0.99 * math.cos(progress * math.pi / 2))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * scale
        terms = batch_losses(student, next(batches), targets, prototypes, queue)
        loss = terms[0] + _DISTILLATION_WEIGHT * terms[1] + _CLASS_WEIGHT * terms[2]
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trunk + head, 2.0)
        optimizer.step()
        average.update_parameters(student)
        if step % 20 == 0:
            figures = " ".join(f"{term.item():.3f}" for term in terms)
            print(f"step {step} at {progress:.0%}: {figures}", flush=True)
        if time.monotonic() - saved > _SAVE_SECONDS:
            save(average, start_weights, path)
            saved = time.monotonic()
    save(average, start_weights, path)


def main() -> None:
    """Train on the photographs and CIFAR-10 images that are not held out."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    arguments = parser.parse_args()
    torch.set_num_threads(_THREADS)
    torch.manual_seed(0)
    photographs = Photographs(data.photograph_paths()[0])
    train(create_student(), photographs, arguments.minutes, arguments.weights)


if __name__ == "__main__":
    main()
