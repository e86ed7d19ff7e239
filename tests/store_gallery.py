"""A collection of made-up photographs, and what a store has to find in it, by brute force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.search.stores import VectorStore

Vectors = npt.NDArray[np.float32]
NewStore = Callable[..., VectorStore]
"""Makes a collection, with the arguments of ``VectorStore.create``."""

DIMENSION = 16
FIELDS = {
    "name": "string",
    "year": "integer",
    "weight": "float",
    "seen": "boolean",
    "taken": "time",
    "tags": "strings",
    "marks": "integers",
    "notes": "floats",
    "extra": "json",
}
_WORDS = ("red", "Red", "blue", "green", "été", "O'Hara", 'say "x"', "50%", "a_b", "back\\slash")


def random_vectors(count: int, dimension: int = DIMENSION, seed: int = 0) -> Vectors:
    """Vectors whose distances differ by far more than float32 rounds."""
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


@dataclass(frozen=True)
class Gallery:
    """Rows by columns: the truth that a store is compared with."""

    keys: list[str]
    vectors: Vectors
    payload: dict[str, list[Any]]
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {key: place for place, key in enumerate(self.keys)})

    def row(self, place: int) -> dict[str, Any]:
        """What is known of a row besides its vector, its key included."""
        columns = {name: values[place] for name, values in self.payload.items()}
        return {"key": self.keys[place], **columns}

    def __len__(self) -> int:
        return len(self.keys)


def make_gallery(count: int = 600, seed: int = 0) -> Gallery:
    """Rows whose payload has every type, now and then nothing, and text that is hard to quote."""
    random = np.random.default_rng(seed + 1)

    def some(value: Any) -> Any:
        return None if random.random() < 0.12 else value

    def word() -> str:
        return _WORDS[random.integers(len(_WORDS))]

    def extra(place: int) -> Any:
        return [
            {"camera": {"maker": word(), "lens": int(random.integers(4))}, "ok": place % 3 == 0},
            {"camera": None, "ok": "yes", "list": [1, "1", None, {"deep": [word()]}]},
            [place, word()],
            {},
        ][random.integers(4)]

    payload: dict[str, list[Any]] = {name: [] for name in FIELDS}
    start = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=timezone.utc)
    for place in range(count):
        payload["name"].append(some(word()))
        payload["year"].append(some(int(random.integers(1990, 2030))))
        payload["weight"].append(some(float(random.standard_normal())))
        payload["seen"].append(some(bool(random.integers(2))))
        payload["taken"].append(some(start + timedelta(microseconds=int(random.integers(10**15)))))
        payload["tags"].append(some([word() for _ in range(random.integers(3))]))
        payload["marks"].append(some([int(n) for n in random.integers(-3, 4, random.integers(3))]))
        payload["notes"].append(some([float(n) for n in random.standard_normal(2)]))
        payload["extra"].append(some(extra(place)))
    keys = [f"photo-{place:05d}.jpg" for place in range(count)]
    return Gallery(keys, random_vectors(count, seed=seed), payload)


def scores_of(data: Vectors, query: Vectors, metric: str) -> npt.NDArray[np.float64]:
    """The score of each vector for one query, in float64."""
    wide, asked = data.astype(np.float64), query.astype(np.float64)
    if metric == "L2":
        distances: npt.NDArray[np.float64] = np.linalg.norm(wide - asked, axis=1)
        return distances
    if metric == "cosine":
        wide = wide / np.linalg.norm(wide, axis=1, keepdims=True)
        asked = asked / np.linalg.norm(asked)
    products: npt.NDArray[np.float64] = wide @ asked
    return products


def nearest(
    gallery: Gallery,
    query: Vectors,
    metric: str,
    topk: int,
    among: Sequence[int] | None = None,
) -> tuple[list[str], list[float]]:
    """The keys and scores of the nearest rows by comparing with each, the nearest first."""
    places = np.arange(len(gallery)) if among is None else np.asarray(among, np.int64)
    scores = scores_of(gallery.vectors[places], query, metric)
    order = np.argsort(scores if metric == "L2" else -scores, kind="stable")[:topk]
    return [gallery.keys[places[i]] for i in order], scores[order].tolist()
