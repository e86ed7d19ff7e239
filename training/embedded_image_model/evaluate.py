"""Measures an image-embedding model on held-out data: `python -m ...evaluate model.onnx`.

Two figures. CIFAR-10: the accuracy of a weighted vote of the ten nearest gallery images.
Photographs: how often the nearest gallery image of an edited copy is its original. Any callable
from a list of PIL images to an `(n, d)` float32 array can be measured; torch is not needed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from training.embedded_image_model import data
from training.embedded_image_model.data import Labels
from training.embedded_image_model.edits import EDITS

from towhee.models.backends.onnx import OnnxBackend
from towhee.models.machine import cores
from towhee.models.preprocess import Preprocess
from towhee.types import Image as Pixels

Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[Image.Image]], Vectors]

NEIGHBOURS = 10
TEMPERATURE = 0.07
_BATCH = 64


def onnx_embedder(path: Path, threads: int = 1) -> Embed:
    """Return a callable that embeds images with the ONNX file and the JSON file beside it."""
    preprocess = Preprocess.from_config(json.loads(path.with_suffix(".json").read_text()))
    model = OnnxBackend(path, name=path.name, threads=threads)

    def embed(images: Sequence[Image.Image]) -> Vectors:
        parts = []
        for start in range(0, len(images), _BATCH):
            batch = [
                preprocess.pixels(Pixels(np.asarray(image)))
                for image in images[start : start + _BATCH]
            ]
            parts.append(model(np.stack(batch)))
        return np.concatenate(parts)

    return embed


def unit(vectors: Vectors) -> Vectors:
    """Return the rows divided by their lengths."""
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def neighbour_vote_accuracy(
    queries: Vectors, query_labels: Labels, gallery: Vectors, gallery_labels: Labels
) -> float:
    """Return how often the ten nearest, each weighted exp(cosine / 0.07), vote for the label."""
    similarity = unit(queries) @ unit(gallery).T
    nearest = np.argpartition(-similarity, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    weights = np.exp(np.take_along_axis(similarity, nearest, axis=1) / TEMPERATURE)
    votes = np.zeros((len(queries), int(gallery_labels.max()) + 1))
    for column in range(NEIGHBOURS):
        np.add.at(
            votes, (np.arange(len(queries)), gallery_labels[nearest[:, column]]), weights[:, column]
        )
    return float((votes.argmax(axis=1) == query_labels).mean())


def recall_at_1(edited: Vectors, originals: Vectors) -> float:
    """Return how often row i of `edited` is nearest to row i of `originals`.

    `originals` may hold further rows, which only distract.
    """
    nearest = (unit(edited) @ unit(originals).T).argmax(axis=1)
    return float((nearest == np.arange(len(edited))).mean())


def cifar_accuracy(embed: Embed) -> float:
    """Return the vote accuracy of 2,000 test images among 10,000 gallery images."""
    gallery, gallery_labels = data.cifar_gallery()
    queries, query_labels = data.cifar_queries()
    return neighbour_vote_accuracy(embed(queries), query_labels, embed(gallery), gallery_labels)


def photograph_recall(embed: Embed) -> dict[str, dict[str, float]]:
    """Return recall@1 of the held-out photographs by edit, and the mean.

    `held_out`: the gallery is the held-out originals. `all`: every original, a harder search.
    """
    training, held_out = data.photograph_paths()
    images = [data.read_photograph(path) for path in held_out]
    originals = embed(images)
    distractors = [embed([data.read_photograph(path)]) for path in training]
    everything = np.concatenate([originals, *distractors])
    recall: dict[str, dict[str, float]] = {"held_out": {}, "all": {}}
    for name, edit in EDITS.items():
        edited = embed([edit(image) for image in images])
        recall["held_out"][name] = recall_at_1(edited, originals)
        recall["all"][name] = recall_at_1(edited, everything)
    for figures in recall.values():
        figures["mean"] = float(np.mean(list(figures.values())))
    return recall


def latency_ms(path: Path, repeats: int = 100) -> float:
    """Return the median milliseconds that one 500 x 375 image takes on one thread."""
    embed = onnx_embedder(path, threads=1)
    pixels = np.random.default_rng(0).integers(0, 256, (375, 500, 3), np.uint8)
    image, times = Image.fromarray(pixels), []
    for _ in range(repeats):
        start = time.perf_counter()
        embed([image])
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000


def main() -> None:
    """Print both measures of an ONNX file and write them to `figures.json`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--output", type=Path, default=Path("figures.json"))
    arguments = parser.parse_args()
    embed = onnx_embedder(arguments.model, threads=cores())
    figures = {
        "cifar10_neighbour_accuracy": cifar_accuracy(embed),
        "photograph_recall_at_1": photograph_recall(embed),
        "latency_ms_one_thread": latency_ms(arguments.model),
        "bytes": arguments.model.stat().st_size,
    }
    rounded = json.loads(json.dumps(figures), parse_float=lambda text: round(float(text), 4))
    text = json.dumps(rounded, indent=2)
    print(text)
    arguments.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
